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

/// `keep` says of each event whether what was read is kept.
support::Result<Json> parse(const std::string& text, const Json::parser_callback_t& keep) {
  const auto keep_if_shallow = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > kDeepestJson) {
      throw std::length_error("nested too deeply");
    }
    return keep(depth, event, value);
  };
  try {
    return Json::parse(text, keep_if_shallow);
  } catch (const std::exception& failure) {
    // What was read last is left out: it is the cloud's own text, and may be the beginning of a secret.
    const std::string why = failure.what();
    return fail(ErrorKind::Protocol,
                "the answer is not usable JSON (" + support::printable(why.substr(0, why.find("; last read"))) + ")");
  }
}

}  // namespace

support::Result<Json> parse_json(const std::string& text) {
  return parse(text, [](int, Json::parse_event_t, Json&) { return true; });
}

support::Result<Json> parse_json(const std::string& text, const std::string& key,
                                 const std::function<support::Status(const Json& element)>& take) {
  using Event = Json::parse_event_t;
  bool is_in_array = false;
  std::optional<Error> refused;
  auto parsed = parse(text, [&](int depth, Event event, Json& value) {
    if (depth == 1 && event == Event::key) {
      is_in_array = value == key;
    }
    const bool is_whole = event == Event::object_end || event == Event::array_end || event == Event::value;
    if (!is_in_array || depth != 2 || !is_whole) {
      return true;
    }
    if (auto taken = refused ? support::Status() : take(value); !taken) {
      refused = std::move(taken.error());
    }
    return false;
  });
  return refused ? fail(std::move(*refused)) : std::move(parsed);
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
