#include "fault_kinds.hpp"

#include <algorithm>
#include <array>

#include "fault_plan.hpp"

namespace stillpoint::cloudsim {

namespace {

// Where a kind makes sense. Logging in is left out unless a kind is about it: a session lives longer than a fault.
constexpr const char* kServices = "^/(volume|compute)/";
constexpr const char* kCreate = "/snapshots$";
constexpr const char* kObject = "/snapshots/[0-9a-f-]{36}$";
constexpr const char* kLists = "/(snapshots|volumes|servers)/detail";
constexpr const char* kNextPage = "/snapshots/detail.*[?&]marker=";
constexpr int kAhead = 7200;

struct Kind {
  const char* name;
  const char* what;
  const char* method;
  const char* path;
  Healing healing;
  Json (*more)(long longest_ms);
};

Json message(const char* wrapper, int code, const char* text) {
  return {{wrapper, {{"code", code}, {"message", text}}}};
}

const std::array<Kind, 39>& kinds() {
  using H = Healing;
  static const std::array<Kind, 39> all{{
      {"unauthorized", "401, as for a token that was revoked", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 401}, {"body", message("error", 401, "The request requires authentication.")}};
       }},
      {"forbidden", "403", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 403}, {"body", message("forbidden", 403, "Policy doesn't allow it.")}};
       }},
      {"not-found", "404 in Cinder's own words", "", kObject, H::ByItself,
       [](long) {
         return Json{{"status", 404}, {"body", message("itemNotFound", 404, "It could not be found.")}};
       }},
      {"not-found-page", "404 of something that is not Cinder", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 404}, {"headers", {{"Content-Type", "text/html"}}}, {"body", "<html>404</html>"}};
       }},
      {"conflict", "409", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 409}, {"body", message("conflictingRequest", 409, "It is busy.")}};
       }},
      {"quota", "413 about a quota, with Retry-After: 0", "POST", kCreate, H::ByItself,
       [](long) {
         return Json{{"status", 413},
                     {"headers", {{"Retry-After", "0"}}},
                     {"body", message("overLimit", 413,
                                      "SnapshotLimitExceeded: Maximum number of snapshots allowed (10) exceeded")}};
       }},
      {"too-large", "413 without a word of a quota, which is throttling", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 413},
                     {"headers", {{"Retry-After", "1"}}},
                     {"body", message("overLimit", 413, "This request was rate-limited.")}};
       }},
      {"throttled", "429 with Retry-After in seconds", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 429}, {"headers", {{"Retry-After", "1"}}}, {"body", "slow down"}};
       }},
      {"unavailable", "503 with Retry-After in seconds", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 503}, {"headers", {{"Retry-After", "1"}}}, {"body", "later"}};
       }},
      {"unavailable-date", "503 with Retry-After as a date", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 503}, {"retry_after_date_s", 1}, {"body", "later"}};
       }},
      {"server-error", "500 before anything was done", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 500}, {"body", message("computeFault", 500, "Unexpected error")}};
       }},
      {"server-error-after", "500 after it was done", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 500}, {"carry_out", true}, {"body", "<html>500</html>"}};
       }},
      {"empty-body", "the code is right and the body is empty", "", kServices, H::ByItself,
       [](long) {
         return Json{{"answer", "empty"}};
       }},
      {"cut-body", "the connection ends in the middle of the body", "", kServices, H::ByItself,
       [](long) {
         return Json{{"cut_body", 20}};
       }},
      {"half-json", "half a JSON, of the length that was announced", "", kServices, H::ByItself,
       [](long) {
         return Json{{"answer", "half"}};
       }},
      {"wrong-type", "JSON whose members are of another type", "", kServices, H::ByItself,
       [](long) {
         return Json{{"answer", "wrong-type"}};
       }},
      {"html", "a page in place of JSON, with the right code", "", kServices, H::ByItself,
       [](long) {
         return Json{{"answer", "html"}};
       }},
      {"echo", "500 whose body repeats the request, secrets and all", "", kServices, H::ByItself,
       [](long) {
         return Json{{"status", 500}, {"answer", "echo"}};
       }},
      {"drip", "headers, then a byte now and then, without end", "GET", kServices, H::ByItself,
       [](long longest) {
         return Json{{"drip_ms", std::max(1L, longest / 10)}};
       }},
      {"slow", "the answer takes long", "", kServices, H::ByItself,
       [](long longest) {
         return Json{{"answer_delay_ms", longest}};
       }},
      {"closed", "the connection is closed before anything was done", "", kServices, H::ByItself,
       [](long) {
         return Json{{"drop", "before"}};
       }},
      {"closed-after", "the connection is closed after it was done", "", kServices, H::ByItself,
       [](long) {
         return Json{{"drop", "after"}};
       }},
      {"reset", "the connection is reset before anything was done", "", kServices, H::ByItself,
       [](long) {
         return Json{{"drop", "reset"}};
       }},
      {"reset-after", "the connection is reset after it was done", "", kServices, H::ByItself,
       [](long) {
         return Json{{"drop", "reset-after"}};
       }},
      {"late-post", "no answer, and it takes effect later", "POST", kServices, H::ByItself,
       [](long longest) {
         return Json{{"drop", "later"}, {"delay_ms", longest}};
       }},
      {"late-delete", "no answer, and the deletion begins later", "DELETE", kServices, H::ByItself,
       [](long longest) {
         return Json{{"drop", "later"}, {"delay_ms", longest}};
       }},
      {"login-refused", "401 of Keystone", "POST", "/auth/tokens$", H::ByItself,
       [](long) {
         return Json{{"status", 401}, {"body", message("error", 401, "The request requires authentication.")}};
       }},
      {"clock-ahead", "a Date two hours ahead", "GET", kServices, H::ByItself,
       [](long) {
         return Json{{"date_offset_s", kAhead}};
       }},
      {"clock-behind", "a Date two hours behind", "GET", kServices, H::ByItself,
       [](long) {
         return Json{{"date_offset_s", -kAhead}};
       }},
      {"endless-listing", "a listing whose pages never end", "GET", kLists, H::ByItself,
       [](long) {
         return Json{{"answer", "endless"}};
       }},
      {"looping-listing", "a listing whose next page is the first", "GET", kLists, H::ByItself,
       [](long) {
         return Json{{"answer", "looping"}};
       }},
      {"listing-changes", "the row at which the next page begins is deleted by somebody", "GET", kNextPage, H::Never,
       [](long) {
         return Json{{"effect", {{"snapshot", "marker"}, {"gone", true}}}};
       }},
      {"deleted-by-somebody", "the snapshot is deleted by somebody else just before", "", kObject, H::Never,
       [](long) {
         return Json{{"effect", {{"snapshot", "path"}, {"gone", true}}}};
       }},
      {"snapshot-error", "the snapshot ends in `error`", "POST", kCreate, H::ByItself,
       [](long) {
         return Json{{"effect", {{"snapshot", "made"}, {"fails", true}}}};
       }},
      {"snapshot-late", "the snapshot is cut long after its 202", "POST", kCreate, H::ByItself,
       [](long longest) {
         return Json{{"effect", {{"snapshot", "made"}, {"cut_delay_ms", longest}}}};
       }},
      {"volume-extending", "the volume is being extended when it is to be snapshotted", "POST", kCreate, H::ByItself,
       [](long longest) {
         return Json{{"effect", {{"volume", "body"}, {"status", "extending"}, {"status_ms", longest}}}};
       }},
      {"volume-detached", "the volume is detached once its snapshot is asked for", "POST", kCreate, H::Never,
       [](long) {
         return Json{{"effect", {{"volume", "made"}, {"detached", true}}}};
       }},
      {"deletion-busy", "clones depend on it: the deletion comes back to `available`, once", "DELETE", kObject,
       H::ByItself,
       [](long) {
         return Json{{"effect", {{"snapshot", "path"}, {"busy_deletions", 1}}}};
       }},
      {"deletion-error", "the deletion ends in `error_deleting`", "DELETE", kObject, H::Never,
       [](long) {
         return Json{{"effect", {{"snapshot", "path"}, {"deletion_fails", true}}}};
       }},
  }};
  return all;
}

}  // namespace

std::vector<FaultKind> fault_kinds() {
  std::vector<FaultKind> found;
  for (const auto& kind : kinds()) found.push_back({kind.name, kind.what, kind.healing});
  return found;
}

std::optional<Json> rule_of_kind(const std::string& name, std::chrono::milliseconds longest) {
  for (const auto& kind : kinds()) {
    if (name != kind.name) continue;
    Json rule = kind.more(longest.count());
    rule["method"] = kind.method;
    rule["path_regex"] = kind.path;
    return rule;
  }
  return std::nullopt;
}

}  // namespace stillpoint::cloudsim
