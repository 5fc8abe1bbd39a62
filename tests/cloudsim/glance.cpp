#include "services.hpp"

namespace stillpoint::cloudsim {

namespace {

Json version_document(const State& state) {
  const Json self{{"rel", "self"}, {"href", state.base_url + "/image/v2/"}};
  return {{"id", "v2.9"}, {"status", "CURRENT"}, {"links", Json::array({self})}};
}

}  // namespace

Response image(State& state, const Request& request, const std::string& path) {
  const auto segments = path_segments(path);
  if (segments.empty()) return json_response(300, {{"versions", Json::array({version_document(state)})}});
  authenticate(state, request);
  const bool is_list = segments.size() == 2 && segments[0] == "v2" && segments[1] == "images";
  if (!is_list || request.method != "GET") refuse_no_such_path();
  return json_response(200, {{"images", Json::array()}, {"first", "/v2/images"}, {"schema", "/v2/schemas/images"}});
}

}  // namespace stillpoint::cloudsim
