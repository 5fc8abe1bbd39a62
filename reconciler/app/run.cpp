#include <atomic>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "app/cloud_session.hpp"
#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/home.hpp"
#include "app/metrics_observer.hpp"
#include "app/policies.hpp"
#include "app/service_manager.hpp"
#include "app/ssh_servers.hpp"
#include "app/tombstones.hpp"
#include "app/wake_ups.hpp"
#include "controller/daemon.hpp"
#include "openstack/clouds_yaml.hpp"
#include "policy/diagnostics.hpp"
#include "schedule/slots.hpp"
#include "status/json.hpp"
#include "store/policy_set.hpp"
#include "support/text.hpp"
#include "telemetry/http_server.hpp"

namespace stillpoint::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Files that no notice comes of are looked at this often.
constexpr seconds kLookAtFiles{60};
constexpr seconds kTick{10};
/// A worker waits no longer for leave to hold: other clouds need it, too.
constexpr seconds kLongestWait{30};
/// How often it is said that a stop takes longer, and how much longer.
constexpr seconds kStopTick{2};
constexpr seconds kStopTakes{30};

using Worked = controller::CloudLoop::Worked;

std::string_view word_of(Worked worked) {
  return worked == Worked::Failed ? "failed" : worked == Worked::Again ? "again" : "done";
}

/// The first error, and how many more there are.
std::string summary_of(const store::FileProblem& problem) {
  const auto more = problem.errors.size() - 1;
  return problem.errors.front().to_string() + (more == 0 ? "" : " (and " + support::count_of(more, "more error") + ")");
}

/// The daemon with all that it stands on.
class Program {
 public:
  explicit Program(const Options& options)
      : options_(options),
        log_(telemetry::make_log(options.log_format, options.log_level)),
        servers_(make_ssh_servers(clock_, home_folder())),
        observer_(metrics_),
        policies_(options.files, schedule::check, clock_),
        tombstones_(options.from_store ? options.store : "", clock_, *log_),
        daemon_([this](const std::string& cloud, const std::stop_token& stop) { return open(cloud, stop); },
                {[this](const controller::View& view, const inventory::Points& points) { looked(view, points); },
                 [this](std::chrono::nanoseconds took, Worked worked) { metrics_.reconciled(took, word_of(worked)); }},
                settings(options), *servers_, clock_, *log_, observer_) {}

  /// The policies to begin with. Null if there is none to go by; it has said why.
  std::shared_ptr<const store::PoliciesInForce> load() {
    metrics_.observe_build(STILLPOINT_VERSION);
    auto now = policies_.refresh();
    if (now->policies.empty()) {
      for (const auto& problem : now->problems) {
        for (const auto& error : problem.errors) {
          std::cerr << policy::render_error(error, problem.text) << "\n";
        }
      }
      std::cerr << "stillpoint: there is no policy to go by\n";
      return nullptr;
    }
    tell_problems(*now);
    return now;
  }

  ExitCode serve(const store::PoliciesInForce& policies, WakeUps& wake_ups) {
    if (auto listening = listen(); !listening) {
      std::cerr << "stillpoint: --listen " << options_.listen << ": " << listening.error().to_string() << "\n";
      return ExitCode::InvalidInput;
    }
    log_->info("Listening", {{"address", server_ ? server_->address().to_string() : "none"}});
    take(policies);
    has_begun_ = true;
    manager_.ready();
    auto last_files = clock_.steady_now();
    while (true) {
      const auto what = wake_ups.wait(tick());
      if (what == WakeUps::What::Stop) {
        break;
      }
      const bool reload = what == WakeUps::What::Reload;
      if (reload) {
        manager_.reloading(
            std::chrono::duration_cast<std::chrono::microseconds>(clock_.steady_now().time_since_epoch()));
        daemon_.reopen();
      }
      if (reload || what == WakeUps::What::FilesChanged || clock_.steady_now() - last_files >= kLookAtFiles) {
        refresh(reload);
        last_files = clock_.steady_now();
      }
      if (reload) {
        manager_.ready();
      }
      if (daemon_.is_alive()) {
        manager_.watchdog();
      }
      manager_.status(summary());
    }
    stop();
    return ExitCode::Ok;
  }

 private:
  static controller::Settings settings(const Options& options) {
    controller::Settings settings;
    settings.installation = options.installation;
    settings.resync = options.resync;
    settings.workers = options.workers;
    settings.holds.at_once = options.holds_at_once;
    settings.holds.longest_wait = kLongestWait;
    return settings;
  }

  support::Result<std::unique_ptr<cloud::Cloud>> open(const std::string& cloud, const std::stop_token& stop) {
    auto config = openstack::load_cloud_config(cloud, openstack::current_environment());
    if (!config) {
      return support::pass_on(std::move(config));
    }
    return open_cloud(*config, clock_, metrics_, *log_, stop);
  }

  void looked(const controller::View& view, const inventory::Points& points) {
    if (view.cloud.observed && view.cloud.error.empty()) {
      observe(view, points);
      for (const auto& name : tombstones_.looked(*view.wanted, view.at_work, points)) {
        daemon_.note(
            {.kind = status::Event::Kind::Normal,
             .reason = "DeletionFinished",
             .message =
                 "nothing is left to do for the deleted policy; its file goes with `stillpoint delete " + name + "`",
             .policy = name,
             .cloud = view.cloud.name});
      }
    }
  }

  /// A look may end after the last policy of its cloud has gone.
  void observe(const controller::View& view, const inventory::Points& points) {
    const std::lock_guard lock(clouds_mutex_);
    if (clouds_.contains(view.cloud.name)) {
      metrics_.observe(view.cloud.name, points, view.cloud.quota, *view.cloud.observed);
    }
  }
  void observe_only(std::set<std::string> clouds) {
    const std::lock_guard lock(clouds_mutex_);
    for (const auto& cloud : clouds_) {
      if (!clouds.contains(cloud)) {
        metrics_.forget(cloud);
      }
    }
    clouds_ = std::move(clouds);
  }

  support::Status listen() {
    if (options_.listen == "none") {
      return {};
    }
    auto address = telemetry::parse_http_address(options_.listen);
    if (!address) {
      return support::pass_on(std::move(address));
    }
    telemetry::HttpAccess access;
    access.hosts = telemetry::own_names(*address);
    if (!options_.http_credentials.empty()) {
      auto credentials = telemetry::read_http_credentials(options_.http_credentials);
      if (!credentials) {
        return support::pass_on(std::move(credentials), "--http-credentials " + options_.http_credentials);
      }
      if (!address->is_local() && !options_.insecure_http) {
        return support::fail(
            support::ErrorKind::InvalidInput,
            "with --http-credentials a password would cross the network unencrypted: listen on loopback "
            "or a Unix socket behind a proxy with TLS, or say --insecure-http");
      }
      access.credentials = std::move(*credentials);
    }
    telemetry::HttpHandlers handlers;
    handlers.why_unhealthy = [this] { return daemon_.is_alive() ? "" : "a loop does not go on"; };
    handlers.why_unready = [this] { return has_begun_ ? daemon_.why_unready() : "the policies were not read yet"; };
    handlers.metrics = [this] {
      metrics_.observe_queue(daemon_.queue_depth());
      metrics_.observe(status());
      return metrics_.text();
    };
    handlers.policies = [this] { return status::policies_json(status()); };
    handlers.points = [this](const telemetry::Query& query) {
      return status::points_json(status(),
                                 {telemetry::values_of(query, "cloud"), telemetry::values_of(query, "policy"),
                                  telemetry::values_of(query, "server"), telemetry::values_of(query, "dataset")});
    };
    auto server = telemetry::HttpServer::start({*address, std::move(access)}, std::move(handlers), clock_, *log_);
    if (!server) {
      return support::pass_on(std::move(server));
    }
    server_ = std::move(*server);
    return {};
  }

  status::Status status() const {
    auto status = daemon_.status();
    status.version = STILLPOINT_VERSION;
    return status;
  }

  /// After a reload the clouds are looked at anew, whatever the files say.
  void refresh(bool reload) {
    const auto now = policies_.refresh();
    tell_problems(*now);
    for (const auto& name : now->vanished) {
      log_->warn("Policy gone",
                 {{"policy", name},
                  {"meaning", "its file is gone: nothing is made for it any more, and what points it has stay"}});
    }
    if (now->changed || reload) {
      take(*now);
    }
  }

  /// Each look finds the same ones: the log and the events are told when they are new.
  void tell_problems(const store::PoliciesInForce& now) {
    std::set<std::string> problems;
    std::map<std::string, std::string> invalid;
    for (const auto& problem : now.problems) {
      bool is_new = false;
      for (const auto& error : problem.errors) {
        const auto text = error.to_string();
        if (!problems_.contains(text)) {
          is_new = true;
          log_->error("Policy file not used",
                      {{"file", problem.file}, {"error", text}, {"still_in_force", support::join(problem.kept, ", ")}});
        }
        problems.insert(text);
      }
      const auto summary = summary_of(problem);
      if (is_new) {
        daemon_.note({.kind = status::Event::Kind::Warning,
                      .reason = "PolicyFileNotUsed",
                      .message = summary,
                      .file = problem.file});
      }
      for (const auto& name : problem.kept) {
        invalid.emplace(name, summary);
      }
    }
    problems_ = std::move(problems);
    daemon_.set_invalid(invalid);
    metrics_.observe_policies(now.policies.size(), now.problems.size());
  }

  void take(const store::PoliciesInForce& now) {
    const auto environment = openstack::current_environment();
    std::map<std::string, std::vector<policy::Policy>> by_cloud;
    for (const auto& policy : now.policies) {
      const auto& asked = policy.cloud.empty() ? options_.os_cloud : policy.cloud;
      // By the entry that is meant, which may have two names: two loops must not plan for one cloud (P10). Whether it
      // can be read now does not matter.
      by_cloud[openstack::cloud_name(asked, environment)].push_back(policy);
    }
    log_->info("Policies read",
               {{"policies", std::to_string(now.policies.size())}, {"clouds", std::to_string(by_cloud.size())}});
    std::set<std::string> clouds;
    for (const auto& [cloud, policies] : by_cloud) {
      clouds.insert(cloud);
    }
    observe_only(std::move(clouds));
    daemon_.set_policies(std::move(by_cloud));
  }

  static milliseconds tick() {
    const auto watchdog = ServiceManager::watchdog_interval();
    return watchdog ? std::min<milliseconds>(kTick, std::chrono::duration_cast<milliseconds>(*watchdog / 3)) : kTick;
  }

  std::string summary() const {
    return support::count_of(static_cast<std::size_t>(observer_.open_holds()), "open hold") + ", " +
           support::count_of(daemon_.queue_depth(), "server") + " waiting";
  }

  /// Holds end by themselves, or are let go of by their deadline.
  void stop() {
    log_->info("Stopping", {{"open_holds", std::to_string(observer_.open_holds())}});
    manager_.stopping();
    daemon_.request_stop();
    std::jthread patience([this](const std::stop_token& ended) {
      while (!ended.stop_requested()) {
        manager_.extend_timeout(kStopTakes);
        clock_.sleep_for(kStopTick, ended);
      }
    });
    daemon_.wait();
  }

  const Options& options_;
  support::SystemClock clock_;
  telemetry::Metrics metrics_;
  std::unique_ptr<support::Log> log_;
  std::unique_ptr<executor::Servers> servers_;
  MetricsObserver observer_;
  store::PolicySet policies_;
  TombstoneKeeper tombstones_;
  ServiceManager manager_;
  std::set<std::string> problems_;  ///< with files of policies, that were told
  std::mutex clouds_mutex_;
  std::set<std::string> clouds_;  ///< that policies name; guarded by the mutex
  std::atomic<bool> has_begun_ = false;
  controller::Daemon daemon_;
  std::unique_ptr<telemetry::HttpServer> server_;  ///< ended before what it asks
};

}  // namespace

ExitCode run(const Options& options) {
  auto wake_ups = WakeUps::start(options.files);
  if (!wake_ups) {
    std::cerr << "stillpoint: " << wake_ups.error().to_string() << "\n";
    return ExitCode::Failed;
  }
  if (const auto& deaf = wake_ups->deaf()) {
    std::cerr << "stillpoint: " << deaf->to_string() << "; they are looked at once a minute\n";
  }
  Program program(options);
  const auto policies = program.load();
  return policies != nullptr ? program.serve(*policies, *wake_ups) : ExitCode::InvalidInput;
}

}  // namespace stillpoint::app
