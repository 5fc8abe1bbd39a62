#include "controller/daemon.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <semaphore>

#include "loop_fixture.hpp"

namespace stillpoint::controller {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

/// Keeps a hold open until it is told to go on.
class Keeper final : public executor::Observer {
 public:
  void point_ended(const inventory::SeriesKey& series, std::string_view result) override {
    note(series.policy + " " + std::string(result));
  }
  void hold_opened(const inventory::SeriesKey& series) override {
    note(series.policy + " held");
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return may_go_on_; });
  }
  void hold_closed(const inventory::SeriesKey&) override {}
  void held(const inventory::SeriesKey&, milliseconds) override {}
  void snapshot_available(milliseconds) override {}
  void deletion_ended(const inventory::SeriesKey&, std::string_view, std::string_view) override {}

  void go_on() {
    const std::lock_guard lock(mutex_);
    may_go_on_ = true;
    changed_.notify_all();
  }
  /// Whether one of these came first, and which; empty: none within a minute.
  std::string first_of(const std::vector<std::string>& awaited) {
    std::unique_lock lock(mutex_);
    std::string first;
    changed_.wait_for(lock, std::chrono::minutes(1), [&] {
      const auto found = std::find_first_of(told_.begin(), told_.end(), awaited.begin(), awaited.end());
      first = found == told_.end() ? "" : *found;
      return found != told_.end();
    });
    return first;
  }

 private:
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    told_.push_back(std::move(what));
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  bool may_go_on_ = false;
};

/// One of its calls takes as long as it may.
class HangingCloud final : public fakes::BorrowedCloud {
 public:
  HangingCloud(cloud::Cloud& inner, std::string call) : BorrowedCloud(inner), call_(std::move(call)) {}
  std::binary_semaphore asked{0};
  std::atomic<bool> was_stopped = false;

  support::Result<std::vector<cloud::Server>> list_servers(support::Deadline deadline) override {
    return hangs("list_servers", deadline).and_then([&] { return BorrowedCloud::list_servers(deadline); });
  }
  support::Result<cloud::Volume> get_volume(const cloud::VolumeId& id, support::Deadline deadline) override {
    return hangs("get_volume", deadline).and_then([&] { return BorrowedCloud::get_volume(id, deadline); });
  }

 private:
  support::Status hangs(const std::string& call, const support::Deadline& deadline) {
    if (call != call_) {
      return {};
    }
    std::mutex mutex;
    std::unique_lock lock(mutex);
    asked.release();
    std::condition_variable_any never;
    never.wait_for(lock, deadline.stop(), std::chrono::seconds(20), [] { return false; });
    was_stopped = deadline.stop().stop_requested();
    return support::fail(support::ErrorKind::Interrupted, "stopped");
  }
  const std::string call_;
};

/// The daemon with its threads, by the machine's clock.
class DaemonTest : public ::testing::Test {
 protected:
  DaemonTest() {
    cloud_.servers = {fakes::server()};
    cloud_.volumes = {fakes::volume("vol-1", "first_data"), fakes::volume("vol-2", "second_data")};
    settings_.holds.longest_wait = std::chrono::seconds(0);
  }
  ~DaemonTest() override { keeper_.go_on(); }

  Daemon& daemon() {
    if (daemon_ == nullptr) {
      daemon_ = std::make_unique<Daemon>(
          [this](const std::string& cloud, const std::stop_token&) { return open(cloud); },
          Daemon::Listeners{[this](const View& view, const inventory::Points&) { looked(view); },
                            [](std::chrono::nanoseconds, CloudLoop::Worked) {}},
          settings_, servers_, clock_, support::null_log(), keeper_);
    }
    return *daemon_;
  }
  /// With a slot that is due now.
  static policy::Policy policy(const std::string& name) {
    auto policy = fakes::policy();
    policy.name = name;
    policy.datasets[0].volumes.name_contains = name;
    policy.schedule.starting_deadline = hours(1);
    return policy;
  }
  /// Waits until a look at the cloud was told of that is as it is asked for.
  bool await_look(const std::function<bool(const View&)>& wanted) {
    std::unique_lock lock(mutex_);
    return looked_.wait_for(lock, std::chrono::minutes(1),
                            [&] { return std::any_of(views_.begin(), views_.end(), wanted); });
  }

  /// It is stopped, and another one begins with the next call of `daemon`.
  void forget_daemon() { daemon_.reset(); }

  void refuse_logins(std::optional<support::Error> error) {
    const std::lock_guard lock(mutex_);
    open_error_ = std::move(error);
  }
  /// The daemon notes a look after it has told of it.
  void await_ready() {
    while (!daemon().why_unready().empty()) {
      std::this_thread::yield();
    }
  }

  support::SystemClock clock_;
  fakes::FakeCloud cloud_{clock_};
  fakes::ServerScript script_;
  fakes::FakeServers servers_{script_, clock_};
  Keeper keeper_;
  Settings settings_;
  std::mutex mutex_;  ///< guards what follows
  std::optional<support::Error> open_error_;
  int logins_ = 0;
  cloud::Cloud* inner_ = nullptr;  ///< in place of `cloud_`

 private:
  support::Result<std::unique_ptr<cloud::Cloud>> open(const std::string&) {
    const std::lock_guard lock(mutex_);
    ++logins_;
    if (open_error_) {
      return support::fail(*open_error_);
    }
    return std::make_unique<fakes::BorrowedCloud>(inner_ == nullptr ? cloud_ : *inner_);
  }
  void looked(const View& view) {
    const std::lock_guard lock(mutex_);
    views_.push_back(view);
    looked_.notify_all();
  }

  std::condition_variable looked_;
  std::vector<View> views_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(DaemonTest, P10ACloudThatIsForgottenAndNamedAgainStillKnowsWhatIsHeldThere) {
  daemon().set_policies({{"prod", {policy("first")}}});
  ASSERT_EQ(keeper_.first_of({"first held"}), "first held");
  daemon().set_policies({});
  daemon().set_policies({{"prod", {policy("second")}}});
  EXPECT_EQ(keeper_.first_of({"second held", "second skipped"}), "second skipped")
      << "the server is held, for a policy that is gone";
}

TEST_F(DaemonTest, AStopDoesNotWaitForACloudThatDoesNotAnswer) {
  for (const char* call : {"list_servers", "get_volume"}) {  // by the loop, and by a worker before it holds
    HangingCloud cloud(cloud_, call);
    inner_ = &cloud;
    daemon().set_policies({{"prod", {policy("first")}}});
    cloud.asked.acquire();
    forget_daemon();
    EXPECT_TRUE(cloud.was_stopped) << call;
  }
}

TEST_F(DaemonTest, ACloudThatSleepsWhenAllLogInAnewDoesSoWhenItWakes) {
  const auto logins = [this] {
    const std::lock_guard lock(mutex_);
    return logins_;
  };
  daemon().set_policies({{"prod", {policy("first")}}});
  ASSERT_EQ(keeper_.first_of({"first held"}), "first held");
  daemon().set_policies({});
  daemon().reopen();
  const auto before = logins();
  daemon().set_policies({{"prod", {policy("second")}}});
  ASSERT_EQ(keeper_.first_of({"second held", "second skipped"}), "second skipped");
  EXPECT_EQ(logins(), before + 1);
}

TEST_F(DaemonTest, APolicyWhoseFileHasAnErrorIsNotReadyUntilItHasNone) {
  auto quiet = policy("first");
  quiet.schedule.cron = {"5 1 1 1 *"};
  daemon().set_invalid({{"first", "first.yaml:3:1: no such field"}});
  daemon().set_policies({{"prod", {quiet}}});
  ASSERT_TRUE(await_look([](const View& view) { return view.cloud.observed.has_value(); }));
  const auto ready = [this] { return daemon().status().policies.at(0).condition(status::Condition::Type::Ready); };
  const auto invalid = ready();
  EXPECT_EQ(invalid.truth, status::Truth::False);
  EXPECT_EQ(invalid.reason, "PolicyInvalid");
  EXPECT_EQ(invalid.message, "it stays in force as it last was: first.yaml:3:1: no such field");
  daemon().set_invalid({{"first", "first.yaml:4:1: no such field"}});
  EXPECT_EQ(ready().since, invalid.since) << "it has not been well meanwhile";
  daemon().set_invalid({});
  EXPECT_EQ(ready().reason, "NothingBlocked");
}

TEST_F(DaemonTest, IsReadyWhenEveryCloudWasReadOnceAndStaysSo) {
  open_error_ = support::Error(support::ErrorKind::Unavailable, "Keystone is down");
  daemon().set_policies({{"prod", {policy("first")}}});
  EXPECT_NE(daemon().why_unready(), "");
  ASSERT_TRUE(await_look([](const View& view) { return !view.cloud.error.empty(); }));
  EXPECT_EQ(daemon().why_unready(), "cloud prod was not read yet: could not log in: Keystone is down");
  refuse_logins(std::nullopt);
  ASSERT_TRUE(await_look([](const View& view) { return view.cloud.observed.has_value(); }));
  await_ready();
  refuse_logins(support::Error(support::ErrorKind::Unavailable, "Keystone is down again"));
  daemon().set_policies({{"prod", {policy("first")}}, {"lab", {policy("second")}}});
  ASSERT_TRUE(await_look([](const View& view) { return view.cloud.name == "lab" && !view.cloud.error.empty(); }));
  EXPECT_EQ(daemon().why_unready(), "") << "what can be seen of the first cloud is still served";
}

}  // namespace
}  // namespace stillpoint::controller
