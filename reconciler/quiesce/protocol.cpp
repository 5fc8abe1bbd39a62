#include "quiesce/protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::quiesce {
namespace {

using std::chrono::milliseconds;
using support::ErrorKind;
using support::fail;

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";

bool is_made_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [more](char c) {
    return kLower.find(c) != std::string_view::npos || kDigits.find(c) != std::string_view::npos ||
           more.find(c) != std::string_view::npos;
  });
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Reads a line from its left end. After `failed` nothing that it gave is of use.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// The next word, which must be there.
  std::string_view word() {
    const std::string_view next = rest_.substr(0, rest_.find(' '));
    failed_ |= next.empty();
    promised_ = next.size() < rest_.size();
    rest_.remove_prefix(std::min(rest_.size(), next.size() + 1));
    return next;
  }

  std::string key() {
    const auto next = word();
    failed_ |= next.size() > 64 || !is_made_of(next, "_.-ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return std::string(next);
  }

  milliseconds duration() {
    const auto next = word();
    long long count = 0;
    const auto [end, error] = std::from_chars(next.data(), next.data() + next.size(), count);
    failed_ |= next.size() > 10 || error != std::errc() || end != next.data() + next.size() || count < 0;
    return milliseconds(count);
  }

  std::string attempt() {
    const auto next = word();
    failed_ |= !support::is_hex_name(next);
    return std::string(next);
  }

  /// All that is left, for people.
  std::string text() { return support::printable(raw()); }
  std::string raw() {
    promised_ = false;
    return std::string(std::exchange(rest_, {}));
  }

  void check(bool good) { failed_ |= !good; }
  bool failed() const { return failed_; }
  bool at_end() const { return rest_.empty() && !promised_; }

 private:
  std::string_view rest_;
  bool promised_ = false;  ///< a space said that more would come
  bool failed_ = false;
};

/// The reason after `broken` or `down`: never empty, since an empty one means that all is well.
std::string problem(Words& words) {
  auto text = words.text();
  return text.empty() ? "no reason given" : text;
}

Reply greeting(Words& words) {
  const auto protocol = words.duration().count();
  words.check(protocol < 1000);
  return reply::Greeting{static_cast<int>(protocol), words.key()};
}

Reply fact(Words& words) {
  auto key = words.key();
  return reply::Fact{std::move(key), words.text()};
}

Reply mount(Words& words) {
  auto path = words.raw();
  words.check(path.starts_with('/'));
  return reply::Mount{std::move(path)};
}

Reply provable(Words& words) {
  const auto level = policy::parse_consistency(words.word());
  words.check(level && *level != policy::Consistency::Unproven);
  return reply::Provable{level.value_or(policy::Consistency::Unproven)};
}

Reply refused(Words& words) {
  auto code = words.key();
  return reply::Refused{std::move(code), problem(words)};
}

Reply position(Words& words) {
  auto key = words.key();
  return reply::Position{std::move(key), words.text()};
}

Reply held(Words& words) {
  auto attempt = words.attempt();
  return reply::Held{std::move(attempt), words.duration()};
}

Reply released(Words& words) {
  const auto how = words.word();
  words.check(how == "intact" || how == "broken");
  const auto time = words.duration();
  return reply::Released{time, how == "intact" ? "" : problem(words)};
}

Reply service(Words& words) {
  const auto how = words.word();
  words.check(how == "up" || how == "down");
  if (how == "up") {
    words.duration();
    return reply::Service{};
  }
  return reply::Service{problem(words)};
}

Reply aborted(Words& words) {
  return reply::Aborted{words.duration()};
}

Reply verdict(Words& words) {
  const auto how = words.word();
  if (how == "held" || how == "unknown") {
    return VerdictReport{how == "held" ? Verdict::Held : Verdict::Unknown, milliseconds(0), ""};
  }
  words.check(how == "intact" || how == "broken");
  const auto time = words.duration();
  return how == "intact" ? VerdictReport{Verdict::Intact, time, ""}
                         : VerdictReport{Verdict::NotIntact, time, problem(words)};
}

struct Grammar {
  std::string_view word;
  Reply (*read)(Words&);
};
constexpr std::array kGrammar{
    Grammar{"STILLPOINT", greeting},
    Grammar{"FACT", fact},
    Grammar{"MOUNT", mount},
    Grammar{"PROVABLE", provable},
    Grammar{"OK", [](Words&) -> Reply { return reply::Ok{}; }},
    Grammar{"LOCKED", [](Words&) -> Reply { return reply::Locked{}; }},
    Grammar{"ARMED", [](Words&) -> Reply { return reply::Armed{}; }},
    Grammar{"READY", [](Words&) -> Reply { return reply::Ready{}; }},
    Grammar{"REFUSED", refused},
    Grammar{"POSITION", position},
    Grammar{"HELD", held},
    Grammar{"RELEASED", released},
    Grammar{"SERVICE", service},
    Grammar{"ABORTED", aborted},
    Grammar{"VERDICT", verdict},
};

constexpr std::array kRefusals{
    RefusalCode{"busy", "somebody holds this server, or lets go of it at the moment",
                "it is tried again in the next pass"},
    RefusalCode{"bad-request", "the helper does not understand what it was asked for",
                "the policy asks for what the helper does not have; compare versions"},
    RefusalCode{"missing-command", "a program is missing on the server", "install it on the server"},
    RefusalCode{"no-space", "there is no room for what a hold writes under /run", "make room on the server"},
    RefusalCode{"volume-mismatch", "the database's data does not lie on exactly the dataset's volumes",
                "select exactly the volumes that the data lies on, or correct the server's address"},
    RefusalCode{"unsafe-mount",
                "the file system to be frozen has something on it that the server or the hold itself needs",
                "freezing it would stop the server itself: put the data on a volume of its own, or hold with "
                "`freeze: false`"},
    RefusalCode{"database", "the database does not answer, or is not well", "see the database's own log on the server"},
    RefusalCode{"long-query", "a statement runs that is older than the hold may last",
                "it would make the hold wait; let it end or stop it"},
    RefusalCode{"privileges", "the database's account may not do what a hold needs",
                "the client needs RELOAD, PROCESS and the right to end its own sessions"},
    RefusalCode{"cluster", "the server is a member of a cluster that is not well, or that the policy does not know of",
                "check the policy's `cluster` block and the state of the other members"},
    RefusalCode{"writer", "the server takes the writes of its cluster",
                "take a member that is not the writer, or set `allowWriter: true`"},
    RefusalCode{"service", "the service to be stopped is not there, not active or not enabled",
                "look at the service on the server (`systemctl status`)"},
    RefusalCode{"unsupported", "the server or its database cannot be held by this method",
                "choose another method for this server"},
    RefusalCode{"frozen", "the file system is frozen already",
                "somebody else froze the file system; it was left as it is"},
    RefusalCode{
        "attempts", "three holds for this point were tried",
        "find out why they failed (`journalctl`, the cloud's messages); the next slot is tried as usual, and so is "
        "`--now`"},
    RefusalCode{"lock-timeout", "the database's lock was not granted in time",
                "something held the tables for too long; it is tried again"},
    RefusalCode{"script", "the policy's own program says that it cannot hold now",
                "run it on the server with the word `check`, and read what it says"},
    RefusalCode{"internal", "the helper itself has failed",
                "look at the server's journal, and report it with what stands there"},
};

}  // namespace

support::Result<Reply> parse_reply(std::string_view line) {
  Words words(line.size() <= kMaxReplyBytes && !has_control_character(line) ? line : std::string_view());
  const auto first = words.word();
  const auto* rule = std::find_if(kGrammar.begin(), kGrammar.end(), [&](const Grammar& g) { return g.word == first; });
  if (rule != kGrammar.end()) {
    auto reply = rule->read(words);
    if (!words.failed() && words.at_end()) {
      return reply;
    }
  }
  return fail(ErrorKind::Protocol,
              "`" + support::printable(line.substr(0, 80)) + "` is not a line of the hold protocol");
}

std::span<const RefusalCode> refusal_codes() {
  return kRefusals;
}

support::Error refusal(const reply::Refused& refused, const std::string& server) {
  const auto kind = refused.code == "busy" ? ErrorKind::Busy : ErrorKind::Remote;
  auto error =
      support::Error(kind, server + " refused (" + refused.code + "): " + refused.message).with_code(refused.code);
  const auto* known =
      std::find_if(kRefusals.begin(), kRefusals.end(), [&](const RefusalCode& c) { return c.code == refused.code; });
  return known == kRefusals.end() ? error : std::move(error).with_remedy(std::string(known->cure));
}

bool says_unwell(const support::Error& error) {
  constexpr std::array<std::string_view, 4> kUnwell{"busy", "cluster", "database", "service"};
  return error.code().empty() || std::find(kUnwell.begin(), kUnwell.end(), error.code()) != kUnwell.end();
}

support::Result<std::string> set_line(const Setting& setting) {
  const auto& [key, value] = setting;
  if (value.empty() || value.size() > kMaxSettingBytes || has_control_character(value)) {
    return fail(ErrorKind::InvalidInput, "`" + support::printable(value.substr(0, 80)) + "` cannot be the " + key +
                                             " of a hold: it is empty, too long or has control characters");
  }
  return "SET " + key + " " + value;
}

support::Result<std::vector<std::string>> request_lines(const HoldRequest& request) {
  const auto yes_no = [](bool yes) { return std::string(yes ? "yes" : "no"); };
  const Driver& driver = driver_of(request.hold.driver);
  if (!support::is_hex_name(request.attempt)) {
    return fail(ErrorKind::InvalidInput, "`" + support::printable(request.attempt) + "` is not an attempt's id");
  }
  if (!request.point.empty() && !support::is_hex_name(request.point)) {
    return fail(ErrorKind::InvalidInput, "`" + support::printable(request.point) + "` is not a point's id");
  }
  if (!request.window.empty() && !support::is_hex_name(request.window)) {
    return fail(ErrorKind::InvalidInput, "`" + support::printable(request.window) + "` is not a window's id");
  }
  const auto methods = policy::methods_of(request.hold.driver);
  if (std::find(methods.begin(), methods.end(), request.hold.method) == methods.end()) {
    return fail(ErrorKind::InvalidInput, "driver `" + std::string(policy::to_string(request.hold.driver)) +
                                             "` has no method `" + std::string(policy::to_string(request.hold.method)) +
                                             "`");
  }
  std::vector<Setting> settings{{"attempt", request.attempt},
                                {"driver", std::string(policy::to_string(request.hold.driver))},
                                {"method", std::string(policy::to_string(request.hold.method))},
                                {"freeze", yes_no(request.hold.freeze)},
                                {"max-hold-ms", std::to_string(request.hold.max_hold.count())}};
  if (!request.point.empty()) {
    settings.insert(settings.begin() + 1, {"point", request.point});
  }
  if (!request.window.empty()) {
    settings.emplace_back("window", request.window);
    settings.emplace_back("window-wait-ms", std::to_string(request.window_wait.count()));
  }
  for (auto& setting : driver.settings(request.hold)) {
    settings.push_back(std::move(setting));
  }
  for (const auto& volume : request.volumes) {
    settings.emplace_back("volume", volume.str());
  }
  if (!request.cluster.name.empty()) {
    settings.emplace_back("cluster", request.cluster.name);
    settings.emplace_back("min-healthy", std::to_string(request.cluster.min_healthy_members));
    settings.emplace_back("allow-writer", yes_no(request.cluster.allow_writer));
    settings.emplace_back("writer", yes_no(request.writer == WriterRole::Writer));
  }
  std::vector<std::string> lines;
  for (const auto& setting : settings) {
    auto line = set_line(setting);
    if (!line) {
      return support::pass_on(std::move(line));
    }
    lines.push_back(std::move(*line));
  }
  return lines;
}

}  // namespace stillpoint::quiesce
