#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "ssh/shell.hpp"

namespace stillpoint::fakes {

/// What a scripted command does next: writes a line, ends, or is lost with the connection. Where nothing is left, a
/// read times out at once.
struct End {};
struct Lost {};
using Event = std::variant<std::string, End, Lost>;

/// One conversation: what comes unasked, and what each line that is sent brings about.
struct Talk {
  std::deque<Event> events;
  std::map<std::string, std::vector<Event>> answers;
  std::string error_output;
  std::vector<std::string> heard;  ///< every line that was sent
  bool open = true;                ///< false once the conversation was closed or destroyed
};

class ScriptedConversation final : public ssh::Conversation {
 public:
  explicit ScriptedConversation(std::shared_ptr<Talk> talk) : talk_(std::move(talk)) {}
  ScriptedConversation(const ScriptedConversation&) = delete;
  ScriptedConversation& operator=(const ScriptedConversation&) = delete;
  ~ScriptedConversation() override { talk_->open = false; }

  support::Status send_line(const std::string& line, support::Deadline) override {
    if (!talk_->events.empty() && std::holds_alternative<Lost>(talk_->events.front())) {
      return support::fail(support::ErrorKind::Unavailable, "the connection was lost");
    }
    talk_->heard.push_back(line);
    if (const auto answer = talk_->answers.find(line); answer != talk_->answers.end()) {
      talk_->events.insert(talk_->events.end(), answer->second.begin(), answer->second.end());
    }
    return {};
  }

  support::Result<std::optional<std::string>> read_line(support::Deadline) override {
    if (talk_->events.empty()) {
      return support::fail(support::ErrorKind::Timeout, "no line in time");
    }
    Event& event = talk_->events.front();
    if (std::holds_alternative<Lost>(event)) {
      return support::fail(support::ErrorKind::Unavailable, "the connection was lost");
    }
    if (std::holds_alternative<End>(event)) {
      return std::nullopt;
    }
    std::string line = std::get<std::string>(std::move(event));
    talk_->events.pop_front();
    return line;
  }

  void close_input() override { talk_->open = false; }
  std::string error_output() override { return talk_->error_output; }

 private:
  std::shared_ptr<Talk> talk_;
};

/// A shell that plays what a test has written down and keeps what it was asked.
class ScriptedShell final : public ssh::Shell {
 public:
  struct Ran {
    std::string command, input;
  };

  /// Answers to `run`, in order; then `no answer left` errors.
  std::deque<support::Result<ssh::CommandResult>> results;
  /// Conversations that `start` opens, in order.
  std::deque<std::shared_ptr<Talk>> talks;
  std::vector<Ran> ran;
  std::vector<std::string> started;

  /// Adds a conversation that begins with these events.
  std::shared_ptr<Talk> add_talk(std::deque<Event> events) {
    talks.push_back(std::make_shared<Talk>());
    talks.back()->events = std::move(events);
    return talks.back();
  }

  support::Result<ssh::CommandResult> run(const std::string& command, const std::string& input,
                                          support::Deadline) override {
    ran.push_back({command, input});
    if (results.empty()) {
      return support::fail(support::ErrorKind::Unavailable, "no answer left for `" + command + "`");
    }
    auto result = std::move(results.front());
    results.pop_front();
    return result;
  }

  support::Result<std::unique_ptr<ssh::Conversation>> start(const std::string& command, support::Deadline) override {
    started.push_back(command);
    if (talks.empty()) {
      return support::fail(support::ErrorKind::Unavailable, "no conversation left for `" + command + "`");
    }
    auto talk = std::move(talks.front());
    talks.pop_front();
    return std::make_unique<ScriptedConversation>(std::move(talk));
  }
};

}  // namespace stillpoint::fakes
