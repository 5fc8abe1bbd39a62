#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "executor/servers.hpp"
#include "support/clock.hpp"

namespace stillpoint::fakes {

/// What the servers of a test do, and what was asked of them. Its functions may be called by several threads at once.
struct ServerScript {
  std::vector<std::string> calls;  ///< `probe`, `lock`, `ready`, `hold`, `release`, `abort`, `verdict`
  policy::Consistency provable = policy::Consistency::Application;
  bool release_is_intact = true;
  quiesce::Verdict verdict = quiesce::Verdict::NotIntact;
  std::optional<support::Error> lock_error;
  std::map<std::string, support::Error> probe_errors;  ///< by the name of the server
  std::function<void()> on_lock = [] {};               ///< what somebody else does before the host lock is taken, once

  std::mutex mutex = {};

  void say(const char* call) {
    const std::lock_guard lock(mutex);
    calls.emplace_back(call);
  }
  std::function<void()> take_on_lock() {
    const std::lock_guard lock(mutex);
    return std::exchange(on_lock, [] {});
  }
  int count(const std::string& call) const { return static_cast<int>(std::count(calls.begin(), calls.end(), call)); }
};

/// Servers whose helper does as the script says. Holds are counted by the real clock.
class FakeServers final : public executor::Servers {
 public:
  FakeServers(ServerScript& script, support::Clock& clock) : script_(script), clock_(clock) {}

  support::Result<std::unique_ptr<quiesce::Helper>> reach(const policy::Policy&, const cloud::Server&,
                                                          support::Deadline) override {
    return std::make_unique<FakeHelper>(script_, clock_);
  }

 private:
  class FakeHold final : public quiesce::Hold {
   public:
    FakeHold(ServerScript& script, support::Deadline deadline) : script_(script), deadline_(deadline) {}
    const std::map<std::string, std::string>& position() const override { return position_; }
    support::Deadline deadline() const override { return deadline_; }
    support::Result<quiesce::ReleaseReport> release(support::Deadline) override {
      script_.say("release");
      if (!script_.release_is_intact) {
        return support::fail(support::ErrorKind::Remote, "the hold was broken");
      }
      return quiesce::ReleaseReport{std::chrono::milliseconds(100), std::nullopt};
    }
    support::Status abort(support::Deadline) override {
      script_.say("abort");
      return {};
    }

   private:
    ServerScript& script_;
    support::Deadline deadline_;
    std::map<std::string, std::string> position_{{"gtid", "0-1-42"}};
  };

  class FakeSession final : public quiesce::Session {
   public:
    FakeSession(ServerScript& script, support::Clock& clock, std::chrono::milliseconds max_hold)
        : script_(script), clock_(clock), max_hold_(max_hold) {}
    support::Status make_ready(support::Deadline) override {
      script_.say("ready");
      return {};
    }
    support::Result<std::unique_ptr<quiesce::Hold>> hold(support::Deadline) override {
      script_.say("hold");
      return std::make_unique<FakeHold>(script_, support::Deadline::after(clock_, max_hold_));
    }

   private:
    ServerScript& script_;
    support::Clock& clock_;
    std::chrono::milliseconds max_hold_;
  };

  class FakeHelper final : public quiesce::Helper {
   public:
    FakeHelper(ServerScript& script, support::Clock& clock) : script_(script), clock_(clock) {}
    support::Result<quiesce::ProbeReport> probe(const quiesce::HoldRequest& request, support::Deadline) override {
      script_.say("probe");
      if (const auto error = script_.probe_errors.find(request.server_name); error != script_.probe_errors.end()) {
        return support::fail(error->second);
      }
      quiesce::ProbeReport report;
      report.provable = script_.provable;
      return report;
    }
    support::Result<std::unique_ptr<quiesce::Session>> lock(const quiesce::HoldRequest& request,
                                                            support::Deadline) override {
      script_.say("lock");
      if (script_.lock_error) {
        return support::fail(*script_.lock_error);
      }
      script_.take_on_lock()();  // once: it may bring another pass about
      return std::make_unique<FakeSession>(script_, clock_, request.hold.max_hold);
    }
    support::Result<quiesce::VerdictReport> verdict(const std::string&, support::Deadline) override {
      script_.say("verdict");
      return quiesce::VerdictReport{script_.verdict, std::chrono::milliseconds(100), "as the script says"};
    }

   private:
    ServerScript& script_;
    support::Clock& clock_;
  };

  ServerScript& script_;
  support::Clock& clock_;
};

}  // namespace stillpoint::fakes
