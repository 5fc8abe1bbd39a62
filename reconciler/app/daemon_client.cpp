#include "app/daemon_client.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "http/client.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using nlohmann::json;

constexpr const char* kPath = "/api/v1/policies";
constexpr std::chrono::milliseconds kPoll{200};
constexpr std::chrono::seconds kAnswerTime{2};  // it is on this machine, or near

/// The text of a member; empty if it is not there or no text.
std::string text_at(const json& object, const char* name) {
  const auto member = object.is_object() ? object.find(name) : object.end();
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

json member_at(const json& object, const char* name) {
  return object.is_object() && object.contains(name) ? object[name] : json();
}

bool says(const json& item, const Expected& expected) {
  const auto status = member_at(item, "status");
  const bool deleted = text_at(status, "phase") == "Deleted";
  const bool idle = member_at(status, "working") != true;
  return text_at(status, "observedSpecHash") == expected.spec_hash &&
         (expected.phase == Expected::Phase::Deleted ? deleted && idle : !deleted);
}

/// Whether the daemon has removed the policy that was deleted: it knows of no such policy, but of its points perhaps.
bool has_removed(const json& items, const std::string& name, const Expected& expected) {
  std::error_code ignored;
  return expected.phase == Expected::Phase::Deleted && !expected.file.empty() &&
         !std::filesystem::exists(expected.file, ignored) &&
         std::all_of(items.begin(), items.end(), [&](const json& item) {
           return text_at(member_at(item, "metadata"), "name") != name ||
                  text_at(member_at(item, "status"), "phase") == "Unknown";
         });
}

/// Names of the policies of which the list does not say what is expected.
std::vector<std::string> missing_in(const json& list, const std::map<std::string, Expected>& policies) {
  std::vector<std::string> missing;
  for (const auto& [name, expected] : policies) {
    bool found = has_removed(list["items"], name, expected);
    for (const auto& item : list["items"]) {
      found = found || (text_at(member_at(item, "metadata"), "name") == name && says(item, expected));
    }
    if (!found) {
      missing.push_back(name);
    }
  }
  return missing;
}

/// Asking on may help.
bool is_busy(const support::Result<http::Response>& answer) {
  return answer ? answer->code >= 500 : answer.error().kind() == support::ErrorKind::Timeout;
}

/// What came of one try.
Confirmation judge(const support::Result<http::Response>& answer, const std::string& url,
                   const std::map<std::string, Expected>& policies) {
  if (!answer) {
    // Nobody listens there, and that is fine.
    return answer.error().kind() == support::ErrorKind::Unavailable
               ? Confirmation{}
               : Confirmation{Confirmation::What::Unclear, "", "does not answer: " + answer.error().to_string()};
  }
  if (answer->code == 401 || answer->code == 403) {
    return {Confirmation::What::Unclear, "",
            "answers " + std::to_string(answer->code) + ", since it wants a password: ask it yourself (curl -u USER " +
                url + kPath + "), or say --daemon '' so that it is not asked"};
  }
  if (answer->code == 404) {
    return {};
  }
  if (answer->code != 200) {
    return {
        Confirmation::What::Unclear, "",
        "answers " + std::to_string(answer->code) + ": look into its log, and ask again (curl " + url + kPath + ")"};
  }
  const auto list = json::parse(answer->body, nullptr, false);
  if (text_at(list, "kind") != "PolicyStatusList" || !member_at(list, "items").is_array()) {
    return {};
  }
  const auto missing = missing_in(list, policies);
  return {missing.empty() ? Confirmation::What::Read : Confirmation::What::NotYet, support::join(missing, ", ")};
}

}  // namespace

Confirmation await_daemon(const std::string& url, const std::map<std::string, Expected>& policies,
                          support::Clock& clock, support::Deadline deadline) {
  http::Options options;
  options.request_timeout = kAnswerTime;
  options.max_tries = 1;
  const auto client = http::make_client(options, clock);
  http::Request request;
  request.url = url + kPath;
  request.service = "daemon";
  Confirmation last;
  while (true) {
    const auto answer = client->send(request, support::Deadline::after(clock, kAnswerTime));
    auto confirmation = judge(answer, url, policies);
    // One that has answered and does not any more is being restarted, perhaps.
    const bool has_gone =
        confirmation.what == Confirmation::What::NoDaemon && last.what != Confirmation::What::NoDaemon;
    if (!has_gone) {
      last = std::move(confirmation);
    }
    const bool may_change = has_gone || last.what == Confirmation::What::NotYet || is_busy(answer);
    if (!may_change || deadline.passed(clock)) {
      return last;
    }
    clock.sleep_for(kPoll);
  }
}

}  // namespace stillpoint::app
