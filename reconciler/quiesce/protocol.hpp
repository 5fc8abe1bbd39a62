#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/policy.hpp"
#include "quiesce/driver.hpp"
#include "quiesce/hold.hpp"
#include "support/result.hpp"

/// The lines that travel between the controller and `stillpoint-hold` on a server: one per line, words parted by single
/// spaces, the last word of some taking the rest of the line. Pure: text in, values out.
namespace stillpoint::quiesce {

/// The helper that this controller carries and insists on.
inline constexpr std::string_view kHelperVersion = "0.5.0";
inline constexpr int kProtocolVersion = 1;

/// What a helper may say is bounded, whoever wrote it.
inline constexpr size_t kMaxReplyBytes = 4096;
inline constexpr size_t kMaxSettingBytes = 1024;

namespace reply {
struct Greeting {
  int protocol = 0;
  std::string version;
};
struct Fact {
  std::string key, value;
};
struct Mount {
  std::string path;
};
struct Provable {
  policy::Consistency level = policy::Consistency::Unproven;
};
struct Ok {};
struct Locked {};
struct Armed {};
struct Ready {};
struct Refused {
  std::string code, message;
};
struct Position {
  std::string key, value;
};
struct Held {
  std::string attempt;
  std::chrono::milliseconds used{0};  ///< of `max_hold`, when the line was written
};
/// The end of a hold; `problem` is empty if it was intact.
struct Released {
  std::chrono::milliseconds held{0};
  std::string problem;
};
/// `problem` is empty if the service is up again.
struct Service {
  std::string problem;
};
struct Aborted {
  std::chrono::milliseconds held{0};
};
}  // namespace reply

using Reply = std::variant<reply::Greeting, reply::Fact, reply::Mount, reply::Provable, reply::Ok, reply::Locked,
                           reply::Armed, reply::Ready, reply::Refused, reply::Position, reply::Held, reply::Released,
                           reply::Service, reply::Aborted, VerdictReport>;

/// Reads one line of the helper. Anything that is not exactly a line of the protocol is a Protocol error. Text for
/// people comes out printable; a mount's path is kept as it is.
support::Result<Reply> parse_reply(std::string_view line);

/// A code of the protocol's `REFUSED`: what it means, and what a person can do about it.
struct RefusalCode {
  std::string_view code;
  std::string_view means;
  std::string_view cure;
};
std::span<const RefusalCode> refusal_codes();

/// The error that a refusal stands for: Busy or Remote, with the helper's words and what can be done.
support::Error refusal(const reply::Refused& refused, const std::string& server);

/// Whether an error of a probe says that the server or its database is not well, or that nobody knows: a refusal for
/// what stands in the way of that one hold, such as a long query, does not.
bool says_unwell(const support::Error& error);

/// `SET key value`. InvalidInput if the value is too long or has characters that would break the line.
support::Result<std::string> set_line(const Setting& setting);

/// Everything that the helper is told about a request, as `SET` lines. InvalidInput if the request cannot be told.
support::Result<std::vector<std::string>> request_lines(const HoldRequest& request);

}  // namespace stillpoint::quiesce
