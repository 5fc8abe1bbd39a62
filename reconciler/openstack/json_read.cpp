#include "openstack/json_read.hpp"

#include <stdexcept>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;

constexpr int kDeepestJson = 40;

const Json& null_json() {
  static const Json kNull;
  return kNull;
}

const Json& empty_array() {
  static const Json kEmpty = Json::array();
  return kEmpty;
}

const Json& empty_object() {
  static const Json kEmpty = Json::object();
  return kEmpty;
}

}  // namespace

support::Result<Json> parse_json(const std::string& text) {
  const auto limit_depth = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepestJson) {
      throw std::length_error("nested too deeply");
    }
    return true;
  };
  try {
    return Json::parse(text, limit_depth);
  } catch (const std::exception& failure) {
    // What was read last is left out: it is the cloud's own text, and may be the beginning of a secret.
    const std::string why = failure.what();
    return fail(ErrorKind::Protocol,
                "the answer is not usable JSON (" + support::printable(why.substr(0, why.find("; last read"))) + ")");
  }
}

JsonFields::JsonFields(const Json& value, std::string what) : value_(value), what_(std::move(what)) {
  if (!value_.is_object()) {
    error_ = Error(ErrorKind::Protocol, "the answer's " + what_ + " is not an object");
  }
}

const Json& JsonFields::member(const char* key) const {
  if (!value_.is_object()) {
    return null_json();
  }
  const auto found = value_.find(key);
  return found == value_.end() ? null_json() : *found;
}

void JsonFields::wrong(const std::string& key, const std::string& expected) {
  if (!error_) {
    error_ = Error(ErrorKind::Protocol,
                   "the answer's " + what_ + " has no usable `" + key + "`: " + expected + " is needed");
  }
}

std::string JsonFields::text(const char* key) {
  const Json& found = member(key);
  if (!found.is_string() || found.get_ref<const std::string&>().empty()) {
    wrong(key, "a text");
    return {};
  }
  return found.get<std::string>();
}

std::string JsonFields::text_or_empty(const char* key) {
  const Json& found = member(key);
  if (found.is_null()) {
    return {};
  }
  if (!found.is_string()) {
    wrong(key, "a text");
    return {};
  }
  return found.get<std::string>();
}

long JsonFields::number(const char* key, long lowest, long highest) {
  const Json& found = member(key);
  const bool fits = found.is_number_unsigned() ? std::in_range<long>(found.get<Json::number_unsigned_t>())
                                               : found.is_number_integer();
  if (!fits || found.get<long>() < lowest || found.get<long>() > highest) {
    wrong(key, "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
    return lowest;
  }
  return found.get<long>();
}

bool JsonFields::flag_or(const char* key, bool otherwise) {
  const Json& found = member(key);
  if (found.is_null()) {
    return otherwise;
  }
  if (!found.is_boolean()) {
    wrong(key, "true or false");
    return otherwise;
  }
  return found.get<bool>();
}

support::WallTime JsonFields::time(const char* key) {
  const auto when = time_or_none(key);
  if (!when) {
    wrong(key, "a time in UTC");
  }
  return when.value_or(support::WallTime());
}

std::optional<support::WallTime> JsonFields::time_or_none(const char* key) {
  const std::string written = text_or_empty(key);
  if (written.empty()) {
    return std::nullopt;
  }
  const auto when = support::parse_utc(written);
  if (!when) {
    wrong(key, "a time in UTC");
  }
  return when;
}

std::map<std::string, std::string> JsonFields::texts(const char* key) {
  std::map<std::string, std::string> entries;
  const Json& found = member(key);
  if (found.is_null()) {
    return entries;
  }
  if (!found.is_object()) {
    wrong(key, "an object");
    return entries;
  }
  for (const auto& [name, value] : found.items()) {
    if (!value.is_string()) {
      wrong(std::string(key) + "." + name, "a text");
      return {};
    }
    entries[name] = value.get<std::string>();
  }
  return entries;
}

const Json& JsonFields::array_or_empty(const char* key) {
  const Json& found = member(key);
  if (found.is_array()) {
    return found;
  }
  if (!found.is_null()) {
    wrong(key, "a list");
  }
  return empty_array();
}

const Json& JsonFields::object(const char* key) {
  const Json& found = member(key);
  if (found.is_object()) {
    return found;
  }
  wrong(key, "an object");
  return empty_object();
}

support::Status JsonFields::status() const {
  if (error_) {
    return fail(*error_);
  }
  return {};
}

}  // namespace stillpoint::openstack
