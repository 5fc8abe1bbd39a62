#include "answers.hpp"

#include <algorithm>
#include <utility>

#include "state.hpp"

namespace stillpoint::cloudsim {

namespace {

Json of_another_type(const Json& value) {
  return value.is_structured() ? Json("something else") : Json::array({Json::object()});
}

std::string with_wrong_types(const std::string& body) {
  Json parsed = Json::parse(body, nullptr, false);
  if (!parsed.is_object()) return "[]";
  for (auto& member : parsed) member = of_another_type(member);
  return parsed.dump();
}

std::string echo(const Request& request) {
  std::string text = "cannot handle this request: " + request.method + " " + request.path;
  for (const auto& [name, value] : request.headers) text += "; " + name + ": " + value;
  return Json{{"error", {{"code", 500}, {"message", text + "; " + request.body}}}}.dump();
}

/// Gives the answer's list a next page after `marker`.
void lead_on(Json& list, const std::string& key, const Request& request, const std::string& base_url,
             const std::string& marker) {
  list[key + "_links"] = Json::array({{{"rel", "next"}, {"href", base_url + next_page(request, marker)}}});
}

std::string as_listing(const std::string& body, const Request& request, Fault::Falsify how,
                       const std::string& base_url) {
  Json list = Json::parse(body, nullptr, false);
  if (!list.is_object()) return body;
  const auto rows = std::find_if(list.begin(), list.end(), [](const Json& member) { return member.is_array(); });
  if (rows == list.end() || rows->empty()) return body;
  const std::string key = rows.key().substr(0, rows.key().find("_links"));
  Json row = list[key][0];
  if (how == Fault::Falsify::Endless) {
    row["id"] = new_uuid();
    list[key] = Json::array({row});
  }
  lead_on(list, key, request, base_url, list[key].back()["id"].get<std::string>());
  return list.dump();
}

}  // namespace

Request request_to_serve(const Request& request, Fault::Falsify how) {
  Request served = request;
  if (how == Fault::Falsify::Endless || how == Fault::Falsify::Looping) {
    std::erase_if(served.query, [](const auto& parameter) { return parameter.first == "marker"; });
  }
  return served;
}

void falsify(Response& response, const Request& request, Fault::Falsify how, const std::string& base_url) {
  switch (how) {
    case Fault::Falsify::None:
      return;
    case Fault::Falsify::Empty:
      response.body.clear();
      return;
    case Fault::Falsify::Half:
      response.body.resize(response.body.size() / 2);
      return;
    case Fault::Falsify::Html:
      response.headers["Content-Type"] = "text/html";
      response.body = "<html><body>Welcome. Please log in.</body></html>";
      return;
    case Fault::Falsify::WrongType:
      response.body = with_wrong_types(response.body);
      return;
    case Fault::Falsify::Echo:
      response.body = echo(request);
      return;
    case Fault::Falsify::Endless:
    case Fault::Falsify::Looping:
      response.body = as_listing(response.body, request, how, base_url);
      return;
  }
}

}  // namespace stillpoint::cloudsim
