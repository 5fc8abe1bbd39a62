#include "router.hpp"

#include <array>
#include <utility>

#include "services.hpp"

namespace stillpoint::cloudsim {

namespace {

using Service = Response (*)(State&, const Request&, const std::string&);

constexpr std::string_view kControlPrefix = "/sim";
constexpr std::array<std::pair<std::string_view, Service>, 5> kServices{{{"/identity", identity},
                                                                         {"/volume", block_storage},
                                                                         {"/compute", compute},
                                                                         {"/image", image},
                                                                         {kControlPrefix, control}}};

bool is_below(const std::string& path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

}  // namespace

bool is_control(const Request& request) {
  return is_below(request.path, kControlPrefix);
}

Response serve(State& state, const Request& request) {
  const std::lock_guard lock(state.mutex);
  try {
    for (const auto& [prefix, service] : kServices) {
      if (is_below(request.path, prefix)) return service(state, request, request.path.substr(prefix.size()));
    }
    refuse_no_such_path();
  } catch (Refused& refused) {
    return std::move(refused.response);
  } catch (const Json::exception& error) {
    // A field of the wrong type, where the services' schemas would have refused it.
    return fault_response(400, "badRequest", std::string("Invalid input for field/attribute: ") + error.what());
  }
}

}  // namespace stillpoint::cloudsim
