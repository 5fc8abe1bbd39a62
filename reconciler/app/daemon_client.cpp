#include "app/daemon_client.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "http/client.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using nlohmann::json;

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

/// The daemon's list of policies; nothing if that is not what answers.
std::optional<json> ask(http::Client& client, const std::string& url, const support::Clock& clock) {
  http::Request request;
  request.url = url + "/api/v1/policies";
  request.service = "daemon";
  const auto answer = client.send(request, support::Deadline::after(clock, kAnswerTime));
  if (!answer || answer->code != 200) {
    return std::nullopt;
  }
  auto list = json::parse(answer->body, nullptr, false);
  if (text_at(list, "kind") != "PolicyStatusList" || !member_at(list, "items").is_array()) {
    return std::nullopt;
  }
  return list;
}

bool says(const json& item, const Expected& expected) {
  const auto status = member_at(item, "status");
  const bool deleted = text_at(status, "phase") == "Deleted";
  return text_at(status, "observedSpecHash") == expected.spec_hash &&
         deleted == (expected.phase == Expected::Phase::Deleted);
}

/// Names of the policies of which the list does not say what is expected.
std::vector<std::string> missing_in(const json& list, const std::map<std::string, Expected>& policies) {
  std::vector<std::string> missing;
  for (const auto& [name, expected] : policies) {
    bool found = false;
    for (const auto& item : list["items"]) {
      found = found || (text_at(member_at(item, "metadata"), "name") == name && says(item, expected));
    }
    if (!found) {
      missing.push_back(name);
    }
  }
  return missing;
}

}  // namespace

Confirmation await_daemon(const std::string& url, const std::map<std::string, Expected>& policies,
                          support::Clock& clock, support::Deadline deadline) {
  http::Options options;
  options.request_timeout = kAnswerTime;
  options.max_tries = 1;
  const auto client = http::make_client(options, clock);
  Confirmation confirmation;
  while (true) {
    if (const auto list = ask(*client, url, clock)) {
      const auto missing = missing_in(*list, policies);
      confirmation = {missing.empty() ? Confirmation::What::Read : Confirmation::What::NotYet,
                      support::join(missing, ", ")};
    }
    if (confirmation.what != Confirmation::What::NotYet || deadline.passed(clock)) {
      return confirmation;
    }
    clock.sleep_for(kPoll);
  }
}

}  // namespace stillpoint::app
