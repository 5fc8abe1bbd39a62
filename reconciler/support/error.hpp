#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stillpoint::support {

/// What went wrong, as far as a caller may branch on it. Text is for people only.
enum class ErrorKind {
  InvalidInput,    ///< what the user wrote cannot be used; nothing was done
  NotFound,        ///< the object does not exist (HTTP 404)
  Conflict,        ///< the object is not in a state that allows the call (HTTP 400/409 about a state)
  Unauthorized,    ///< not authenticated or not allowed (HTTP 401, 403; SSH authentication; a host key refused)
  QuotaExceeded,   ///< a quota has no room; waiting does not help
  Throttled,       ///< asked to come back later; `retry_after` may say when
  Timeout,         ///< the deadline passed
  Unavailable,     ///< the other side cannot be reached or says that it cannot serve now
  UnknownOutcome,  ///< a call that changes something got no answer: it may have happened; look before repeating
  Protocol,        ///< the other side said something that it must not say
  Remote,          ///< a command on a server failed, or refused to hold
  Busy,            ///< somebody else holds what is needed (host lock, another freeze, another member of the cluster)
  Interrupted,     ///< we were told to stop
};

/// A stable word for a kind, as used in logs, metrics and JSON ("quota_exceeded").
std::string_view to_string(ErrorKind kind);

/// Where in a file something stands. Line and column are 1-based, as editors count; a line of 0 is the file as a whole.
struct SourceMark {
  std::string file;
  int line = 1;
  int column = 1;
};

/// An error value: a kind to branch on, a message for people, and what was being done when it happened.
class Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  /// What would be right, where that is known apart from the message; may be empty.
  const std::string& remedy() const { return remedy_; }
  /// The other side's own word for what is wrong, where it has one (the helper's refusals); may be empty.
  const std::string& code() const { return code_; }
  const std::optional<SourceMark>& mark() const { return mark_; }
  const std::optional<std::chrono::seconds>& retry_after() const { return retry_after_; }
  /// Innermost first.
  const std::vector<std::string>& context() const { return context_; }

  Error at(SourceMark mark) &&;
  Error with_context(std::string doing) &&;
  Error with_remedy(std::string remedy) &&;
  Error with_code(std::string code) &&;
  Error with_retry_after(std::chrono::seconds wait) &&;

  /// One line: `file:line:column: outer: inner: message: remedy`, and after it when to come back, if that was said.
  std::string to_string() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::string remedy_;
  std::string code_;
  std::optional<SourceMark> mark_;
  std::optional<std::chrono::seconds> retry_after_;
  std::vector<std::string> context_;
};

}  // namespace stillpoint::support
