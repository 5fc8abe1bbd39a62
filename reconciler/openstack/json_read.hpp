#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

using Json = nlohmann::json;

/// Parses what a service sent. Refuses (Protocol) what is no JSON, or nested deeper than any answer of OpenStack.
support::Result<Json> parse_json(const std::string& text);

/// The same of an object whose member `key` is a long array: each element is handed to `take` when it was read, and
/// forgotten, so that they are never in memory together; the array comes back empty. An error of `take` is returned,
/// and nothing is taken after it. What was taken of a text that turns out to be no JSON is worth nothing.
support::Result<Json> parse_json(const std::string& text, const std::string& key,
                                 const std::function<support::Status(const Json& element)>& take);

/// A JSON object read field by field. The first field that is missing or of the wrong type is remembered, and the
/// fields read after it come back empty: check `status` once at the end.
class JsonFields {
 public:
  /// `value` must outlive it. `what` names the object in messages, e.g. `snapshot`.
  JsonFields(const Json& value, std::string what);

  std::string text(const char* key);
  /// Null and absent are the empty string.
  std::string text_or_empty(const char* key);
  long number(const char* key, long lowest, long highest);
  bool flag_or(const char* key, bool otherwise);
  support::WallTime time(const char* key);
  std::optional<support::WallTime> time_or_none(const char* key);
  /// An object of strings; null and absent are empty.
  std::map<std::string, std::string> texts(const char* key);
  /// The member, which is null if it is absent.
  const Json& member(const char* key) const;
  /// The member as an array (null and absent are empty) or an object (must be there).
  const Json& array_or_empty(const char* key);
  const Json& object(const char* key);

  void wrong(const std::string& key, const std::string& expected);
  support::Status status() const;

 private:
  const Json& value_;
  const std::string what_;
  std::optional<support::Error> error_;
};

}  // namespace stillpoint::openstack
