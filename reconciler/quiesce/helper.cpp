#include "quiesce/dialogue.hpp"
#include "quiesce/hold.hpp"
#include "quiesce/hold_session.hpp"
#include "quiesce/install.hpp"
#include "support/ids.hpp"

namespace stillpoint::quiesce {
namespace {

using support::ErrorKind;
using support::fail;

/// A probe says some dozens of lines; one that never ends is cut off.
constexpr int kMaxProbeLines = 512;

/// The helper that was sent, or the one that is installed.
class RemoteHelper final : public Helper {
 public:
  RemoteHelper(ssh::Shell& shell, const std::string& user, policy::HelperPlacement placement,
               const support::Clock& clock)
      : shell_(shell), root_(user), placement_(placement), clock_(clock) {}

  support::Result<ProbeReport> probe(const HoldRequest& request, support::Deadline deadline) override;
  support::Result<std::unique_ptr<Session>> lock(const HoldRequest& request, support::Deadline deadline) override;
  support::Result<VerdictReport> verdict(const std::string& attempt, support::Deadline deadline) override;

 private:
  support::Result<std::unique_ptr<Dialogue>> start(const std::string& verb, const std::string& server,
                                                   const std::vector<std::string>& settings,
                                                   support::Deadline deadline);
  support::Result<std::unique_ptr<Dialogue>> start(const std::string& verb, const HoldRequest& request,
                                                   support::Deadline deadline);

  ssh::Shell& shell_;
  RootCommands root_;
  policy::HelperPlacement placement_;
  const support::Clock& clock_;
  bool sent_ = false;
};

support::Result<std::unique_ptr<Dialogue>> RemoteHelper::start(const std::string& verb, const std::string& server,
                                                               const std::vector<std::string>& settings,
                                                               support::Deadline deadline) {
  if (placement_ == policy::HelperPlacement::Installed) {
    return Dialogue::start(shell_, root_.as_root(std::string(kInstalledHelper) + " " + verb), server, settings,
                           deadline);
  }
  if (!sent_) {
    if (auto sent = install_helper(shell_, root_, server, deadline); !sent) {
      return support::pass_on(std::move(sent));
    }
    sent_ = true;
  }
  auto dialogue =
      Dialogue::start(shell_, root_.as_root("/bin/sh " + helper_path() + " " + verb), server, settings, deadline);
  sent_ = dialogue.has_value();  // the server may have been started anew, with an empty /run
  return dialogue;
}

support::Result<std::unique_ptr<Dialogue>> RemoteHelper::start(const std::string& verb, const HoldRequest& request,
                                                               support::Deadline deadline) {
  auto lines = request_lines(request);
  if (!lines) {
    return support::pass_on(std::move(lines));
  }
  return start(verb, request.server_name, *lines, deadline);
}

/// A fact that is said several times (one of each disk) keeps all its values.
void add_fact(ProbeReport& report, reply::Fact& fact) {
  std::string& value = fact.key == "engine" ? report.engine : report.facts[fact.key];
  value += (value.empty() ? "" : ", ") + fact.value;
}

/// Takes one reply of a probe into the report; false if it does not belong there.
bool take(ProbeReport& report, Reply& reply) {
  if (auto* fact = std::get_if<reply::Fact>(&reply)) {
    add_fact(report, *fact);
    return true;
  }
  if (auto* mount = std::get_if<reply::Mount>(&reply)) {
    report.mounts.push_back(std::move(mount->path));
    return true;
  }
  if (const auto* provable = std::get_if<reply::Provable>(&reply)) {
    report.provable = provable->level;
    return true;
  }
  return false;
}

support::Result<ProbeReport> RemoteHelper::probe(const HoldRequest& request, support::Deadline deadline) {
  auto dialogue = start("probe", request, deadline);
  if (!dialogue) {
    return support::pass_on(std::move(dialogue), "probing");
  }
  ProbeReport report;
  report.helper_version = (*dialogue)->helper_version();
  for (int lines = 0; lines < kMaxProbeLines; ++lines) {
    auto reply = (*dialogue)->next(deadline);
    if (!reply) {
      return support::pass_on(std::move(reply), "probing");
    }
    if (std::holds_alternative<reply::Ok>(*reply)) {
      return report;
    }
    if (!take(report, *reply)) {
      break;
    }
  }
  return fail((*dialogue)->out_of_turn("FACT, MOUNT, PROVABLE or OK"));
}

support::Result<std::unique_ptr<Session>> RemoteHelper::lock(const HoldRequest& request, support::Deadline deadline) {
  auto dialogue = start("hold", request, deadline);
  if (!dialogue) {
    return support::pass_on(std::move(dialogue), "taking the host lock");
  }
  if (auto locked = (*dialogue)->expect<reply::Locked>("LOCKED", deadline); !locked) {
    return support::pass_on(std::move(locked), "taking the host lock");
  }
  return make_session(std::move(*dialogue), request, clock_);
}

support::Result<VerdictReport> RemoteHelper::verdict(const std::string& attempt, support::Deadline deadline) {
  if (!support::is_hex_name(attempt)) {
    return fail(ErrorKind::InvalidInput, "an attempt's id is 8 to 64 characters of 0-9 and a-f");
  }
  auto dialogue = start("verdict", "the server", {"SET attempt " + attempt}, deadline);
  if (!dialogue) {
    return support::pass_on(std::move(dialogue), "asking for a verdict");
  }
  return (*dialogue)->expect<VerdictReport>("VERDICT", deadline);
}

}  // namespace

std::unique_ptr<Helper> make_helper(ssh::Shell& shell, const std::string& user, policy::HelperPlacement placement,
                                    const support::Clock& clock) {
  return std::make_unique<RemoteHelper>(shell, user, placement, clock);
}

}  // namespace stillpoint::quiesce
