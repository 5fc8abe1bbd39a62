#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stillpoint::cloudsim {

using Json = nlohmann::json;

/// One HTTP request as the services see it.
struct Request {
  std::string method;
  std::string path;                                        ///< percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in the order sent
  std::map<std::string, std::string> headers;              ///< names in lower case
  std::string body;

  std::string header(const std::string& lower_case_name) const;
  std::optional<std::string> param(const std::string& name) const;
};

struct Response {
  int code = 200;
  std::map<std::string, std::string> headers;
  std::string body;
};

/// Ends a handler early with an answer. Handlers nest deeply and every check may refuse, so this is thrown and caught
/// by the router alone.
struct Refused {
  Response response;
};

Response json_response(int code, const Json& body);

/// The error body of Cinder and Nova: `{"KIND": {"code": CODE, "message": MESSAGE}}`.
Response fault_response(int code, const std::string& kind, const std::string& message);

[[noreturn]] void refuse(Response response);
[[noreturn]] void refuse_bad_request(const std::string& message);
[[noreturn]] void refuse_not_found(const std::string& message);
/// The plain page that the services give for a path that they do not have.
[[noreturn]] void refuse_no_such_path();

/// The request's body, which must be a JSON object that holds an object `member`.
Json body_member(const Request& request, const std::string& member);

/// Refuses as the services' schemas do: the field, its value and what is wrong with it.
[[noreturn]] void refuse_field(const std::string& name, const Json& value, const std::string& problem);

/// The text of `object[name]`, or empty if it is absent or null; anything but a string of at most 255 is refused.
std::string text_field(const Json& object, const std::string& name);

/// A value as Python writes it, which is how the services quote what they refuse.
std::string python_text(const Json& value);

std::vector<std::string> path_segments(const std::string& path);
std::string percent_encode(const std::string& text);
std::string percent_decode(const std::string& text);
std::vector<std::pair<std::string, std::string>> parse_query(const std::string& raw);

/// `PATH?QUERY` of the same list call from after `marker`.
std::string next_page(const Request& request, const std::string& marker);

/// The whole text as a number; nothing if it is anything else.
std::optional<long> read_number(const std::string& text);

}  // namespace stillpoint::cloudsim
