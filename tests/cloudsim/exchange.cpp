#include "exchange.hpp"

#include <civetweb.h>

#include <charconv>

#include "support/text.hpp"

namespace stillpoint::cloudsim {

namespace {

constexpr size_t kLongestText = 255;

}  // namespace

std::string Request::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

std::optional<std::string> Request::param(const std::string& name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Response json_response(int code, const Json& body) {
  Response response;
  response.code = code;
  response.headers["Content-Type"] = "application/json";
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

Response fault_response(int code, const std::string& kind, const std::string& message) {
  return json_response(code, Json{{kind, Json{{"code", code}, {"message", message}}}});
}

void refuse(Response response) {
  throw Refused{std::move(response)};
}

void refuse_bad_request(const std::string& message) {
  refuse(fault_response(400, "badRequest", message));
}

void refuse_not_found(const std::string& message) {
  refuse(fault_response(404, "itemNotFound", message));
}

void refuse_no_such_path() {
  Response response;
  response.code = 404;
  response.headers["Content-Type"] = "text/plain; charset=UTF-8";
  response.body = "404 Not Found\n\nThe resource could not be found.\n\n   ";
  refuse(std::move(response));
}

Json body_member(const Request& request, const std::string& member) {
  const Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded() || !body.is_object()) refuse_bad_request("Malformed request body");
  const auto found = body.find(member);
  if (found == body.end() || !found->is_object()) refuse_bad_request("'" + member + "' is a required property");
  return *found;
}

void refuse_field(const std::string& name, const Json& value, const std::string& problem) {
  const std::string text = value.is_string() ? value.get<std::string>() : python_text(value);
  refuse_bad_request("Invalid input for field/attribute " + name + ". Value: " + text + ". " + problem);
}

std::string text_field(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_string()) refuse_field(name, *found, python_text(*found) + " is not of type 'string', 'null'");
  auto text = found->get<std::string>();
  if (text.size() > kLongestText) refuse_field(name, *found, python_text(*found) + " is too long");
  return text;
}

std::string python_text(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return "'" + value.get<std::string>() + "'";
  if (!value.is_structured()) return value.dump();
  std::string inside;
  for (const auto& [key, member] : value.items()) {
    if (!inside.empty()) inside += ", ";
    inside += value.is_object() ? python_text(key) + ": " + python_text(member) : python_text(member);
  }
  return value.is_object() ? "{" + inside + "}" : "[" + inside + "]";
}

std::vector<std::string> path_segments(const std::string& path) {
  std::vector<std::string> segments;
  for (auto& part : support::split(path, '/')) {
    if (!part.empty()) segments.push_back(std::move(part));
  }
  return segments;
}

std::string percent_encode(const std::string& text) {
  std::string encoded(text.size() * 3 + 1, '\0');
  const int length = mg_url_encode(text.c_str(), encoded.data(), encoded.size());
  encoded.resize(length < 0 ? 0 : static_cast<size_t>(length));
  return encoded;
}

std::string percent_decode(const std::string& text) {
  std::string decoded(text.size() + 1, '\0');
  const int length =
      mg_url_decode(text.data(), static_cast<int>(text.size()), decoded.data(), static_cast<int>(decoded.size()), 1);
  decoded.resize(length < 0 ? 0 : static_cast<size_t>(length));
  return decoded;
}

std::vector<std::pair<std::string, std::string>> parse_query(const std::string& raw) {
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto& part : support::split(raw, '&')) {
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    const std::string value = equals == std::string::npos ? std::string() : part.substr(equals + 1);
    query.emplace_back(percent_decode(part.substr(0, equals)), percent_decode(value));
  }
  return query;
}

std::string next_page(const Request& request, const std::string& marker) {
  std::string query;
  for (const auto& [name, value] : request.query) {
    if (name != "marker") query += percent_encode(name) + "=" + percent_encode(value) + "&";
  }
  return request.path + "?" + query + "marker=" + marker;
}

std::optional<long> read_number(const std::string& text) {
  long number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end ? std::optional(number) : std::nullopt;
}

}  // namespace stillpoint::cloudsim
