#include "cinder.hpp"

#include <algorithm>
#include <regex>

#include "microversion.hpp"
#include "support/text.hpp"

namespace stillpoint::cloudsim {

namespace {

const Microversions kSpoken{"volume", 3, 0, 70};
constexpr int kUnknownFiltersRefused = 31;
constexpr int kMetadataFilter = 22;
constexpr size_t kMaxMetadataText = 255;

Json version_document(const State& state) {
  const Json links =
      Json::array({{{"rel", "describedby"}, {"type", "text/html"}, {"href", "https://docs.openstack.org/"}},
                   {{"rel", "self"}, {"href", state.base_url + "/volume/v3/"}}});
  const Json media =
      Json::array({{{"base", "application/json"}, {"type", "application/vnd.openstack.volume+json;version=3"}}});
  return {{"versions", Json::array({{{"id", "v3.0"},
                                     {"status", "CURRENT"},
                                     {"version", kSpoken.text(kSpoken.max_minor)},
                                     {"min_version", "3.0"},
                                     {"updated", "2022-08-31T00:00:00Z"},
                                     {"links", links},
                                     {"media-types", media}}})}};
}

int negotiate_volume(const Request& request) {
  const std::string asked = asked_microversion(request, kSpoken.service);
  if (asked.empty() && !request.header("openstack-api-version").empty()) {
    refuse_bad_request(
        "The server could not comply with the request since it is either malformed or otherwise incorrect.");
  }
  return negotiate(kSpoken, asked);
}

Response dispatch(const CinderCall& call) {
  if (call.segments.empty()) refuse_no_such_path();
  const std::string& collection = call.segments[0];
  if (collection == "snapshots") return cinder_snapshots(call);
  if (collection == "volumes") return cinder_volumes(call);
  if (collection == "os-quota-sets") return cinder_quota_sets(call);
  if (collection == "limits") return cinder_limits(call);
  if (collection == "messages") return cinder_messages(call);
  if (collection == "types") return cinder_types(call);
  refuse_no_such_path();
}

/// Reads `{'k': 'v', "k2": "v2"}`: the dictionary literals of Python and JSON, of strings only.
class DictionaryReader {
 public:
  explicit DictionaryReader(const std::string& text) : text_(text) {}

  std::optional<Metadata> read() {
    Metadata entries;
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      if (!entries.empty() && !take(',')) return std::nullopt;
      const auto key = quoted();
      if (!key || !take(':')) return std::nullopt;
      const auto value = quoted();
      if (!value) return std::nullopt;
      entries[*key] = *value;
    }
    return at_ == text_.size() ? std::optional(entries) : std::nullopt;
  }

 private:
  bool take(char wanted) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    skip_blanks();
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  std::optional<std::string> quoted() {
    skip_blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) return std::nullopt;
    const char quote = text_[at_++];
    std::string value;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ >= text_.size()) return std::nullopt;
    ++at_;
    return value;
  }

  const std::string& text_;
  size_t at_ = 0;
};

/// Of UTF-8, as the services' limits count them.
size_t characters(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

bool has_metadata(const Json& shown, const std::string& filter) {
  const auto wanted = DictionaryReader(filter).read();
  if (!wanted) return false;  // Cinder lists nothing for what it cannot read
  const Json& held = shown.at("metadata");
  return std::all_of(wanted->begin(), wanted->end(), [&held](const auto& entry) {
    return held.contains(entry.first) && held[entry.first] == entry.second;
  });
}

}  // namespace

Response block_storage(State& state, const Request& request, const std::string& path) {
  auto segments = path_segments(path);
  if (segments.empty()) {
    Response response = json_response(300, version_document(state));
    mark_microversion(response, kSpoken, kSpoken.text(0));
    return response;
  }
  if (segments[0] != "v3") refuse_no_such_path();
  const Caller caller = authenticate(state, request);
  const int minor = negotiate_volume(request);
  Response response;
  try {
    if (segments.size() == 1) {
      response = json_response(200, version_document(state));
    } else {
      if (segments[1].find_first_not_of("0123456789abcdef-") != std::string::npos) refuse_no_such_path();
      if (segments[1] != caller.project_id) refuse_bad_request("Malformed request url");
      response = dispatch({state, request, caller, minor, {segments.begin() + 2, segments.end()}});
    }
  } catch (Refused& refused) {
    response = std::move(refused.response);
    if (response.headers["Content-Type"] != "application/json") return response;
  }
  mark_microversion(response, kSpoken, kSpoken.text(minor));
  return response;
}

Paging cinder_paging(const CinderCall& call) {
  Paging paging;
  paging.limit = call.state.settings.page_limit;
  if (const auto limit = call.request.param("limit")) {
    const auto number = read_number(*limit);
    if (!number) refuse_bad_request("limit param must be an integer");
    if (*number < 0) refuse_bad_request("limit param must be positive");
    paging.limit = std::min(paging.limit, *number);
  }
  paging.marker = call.request.param("marker");
  const std::string sort = call.request.param("sort").value_or("created_at:desc");
  if (sort == "created_at:asc") {
    paging.ascending = true;
  } else if (sort != "created_at:desc" && sort != "created_at") {
    refuse_bad_request("The embedded cloud sorts by created_at only.");
  }
  return paging;
}

std::map<std::string, std::string> cinder_filters(const CinderCall& call, const std::set<std::string>& known) {
  static const std::set<std::string> not_filters{"limit",    "marker",   "offset",      "sort",
                                                 "sort_key", "sort_dir", "all_tenants", "with_count"};
  std::map<std::string, std::string> filters;
  std::vector<std::string> unknown;
  for (const auto& [name, value] : call.request.query) {
    if (not_filters.contains(name) || (name == "metadata" && call.minor < kMetadataFilter)) continue;
    if (known.contains(name)) {
      filters[name] = value;
    } else {
      unknown.push_back(name);
    }
  }
  if (!unknown.empty() && call.minor >= kUnknownFiltersRefused) {
    refuse_bad_request("Invalid filters " + support::join(unknown, ",") + " are found in query options.");
  }
  return filters;
}

bool passes(const Json& shown, const std::map<std::string, std::string>& filters) {
  return std::all_of(filters.begin(), filters.end(), [&shown](const auto& filter) {
    if (filter.first == "metadata") return has_metadata(shown, filter.second);
    const auto found = shown.find(filter.first);
    if (found == shown.end() || found->is_null()) return false;
    return found->is_string() ? found->template get<std::string>() == filter.second : found->dump() == filter.second;
  });
}

Metadata read_metadata(const Json& object) {
  static const std::regex key_form("^[a-zA-Z0-9-_:. /]{1,255}$");
  const Json given = object.value("metadata", Json());
  if (given.is_null()) return {};
  if (!given.is_object()) refuse_field("metadata", given, python_text(given) + " is not of type 'object', 'null'");
  Metadata metadata;
  for (const auto& [key, value] : given.items()) {
    if (!std::regex_match(key, key_form)) {
      refuse_field("metadata", given,
                   python_text(key) + " does not match any of the regexes: '^[a-zA-Z0-9-_:. /]{1,255}$'");
    }
    if (!value.is_string()) refuse_field(key, value, python_text(value) + " is not of type 'string'");
    if (characters(value.get<std::string>()) > kMaxMetadataText) {
      refuse_field(key, value, python_text(value) + " is too long");
    }
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

void check_metadata_update(const Json& object) {
  const std::string invalid = "Invalid metadata: Invalid input received: ";
  for (const auto& [key, value] : object.items()) {
    if (key.empty()) refuse_bad_request(invalid + "Metadata key:  has 0 characters, less than 1.");
    if (!value.is_string()) {
      refuse_bad_request(invalid + "Value for metadata key: " + key + " is not a string or unicode");
    }
    const bool long_key = characters(key) > kMaxMetadataText;
    if (long_key || characters(value.get<std::string>()) > kMaxMetadataText) {
      const std::string what = long_key ? " greater than" : " value greater than";
      refuse(fault_response(413, "overLimit",
                            "Invalid metadata size: Metadata property key " + key + what + " 255 characters."));
    }
  }
}

Json optional_time(const std::optional<int64_t>& seconds) {
  return seconds ? Json(iso_time(*seconds)) : Json();
}

Json null_if_empty(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Response accepted_without_body() {
  Response response;
  response.code = 202;
  response.headers["Content-Type"] = "text/html; charset=UTF-8";
  return response;
}

}  // namespace stillpoint::cloudsim
