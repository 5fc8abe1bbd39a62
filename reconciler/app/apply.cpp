#include <iostream>
#include <set>

#include "app/ask.hpp"
#include "app/commands.hpp"
#include "app/confirm.hpp"
#include "app/drafts.hpp"
#include "app/policies.hpp"
#include "app/preview.hpp"
#include "app/say_error.hpp"
#include "policy/reader.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::printable;

/// One run of the command.
class Application {
 public:
  Application(const Options& options, support::Clock& clock, support::Log& log)
      : options_(options), clock_(clock), log_(log), folder_(options.store) {}

  ExitCode run() {
    if (!read() || !stand_together() || !can_be_written()) {
      return ExitCode::InvalidInput;
    }
    auto seen = preview(drafts_, folder_.loaded().policies, options_, clock_, log_);
    show_changes();
    if (seen.code != ExitCode::Ok) {
      std::cerr << "stillpoint: nothing was written: what it would do cannot be said without the cloud\n";
      return seen.code;
    }
    std::cout << "The next pass, with these policies:\n" << seen.text << "\n";
    if (seen.held_back) {
      std::cout << "Points that would go are held back, and the others with them. If they are meant to go, apply it "
                   "again with --allow-mass-delete.\n";
    }
    if (!options_.dry_run && !may_write(seen)) {
      std::cerr << "stillpoint: nothing was written\n";
      return ExitCode::Pending;
    }
    const auto code = write();
    return options_.dry_run ? code : worse(code, confirm_with_daemon(options_, written_, clock_));
  }

 private:
  bool read() {
    const auto checked = load_policies(options_.files);
    if (!checked.ok()) {
      std::cerr << render_errors(checked);
      return false;
    }
    if (auto read = folder_.read(); !read) {
      say_error(read.error(), ExitCode::InvalidInput);
      return false;
    }
    auto drafts = make_drafts(checked, folder_, clock_.wall_now());
    if (!drafts) {
      say_error(drafts.error(), ExitCode::InvalidInput);
      return false;
    }
    drafts_ = std::move(*drafts);
    return true;
  }

  /// Errors that the store has without the drafts are told and stop nothing.
  bool stand_together() const {
    std::set<std::string> known;
    for (const auto& error : folder_.loaded().errors) {
      known.insert(error.to_string());
      std::cerr << "stillpoint: in the store: " << printable(error.to_string()) << "\n";
    }
    bool good = true;
    for (const auto& error : policy::check_together(with_drafts(folder_.loaded().policies, drafts_))) {
      if (!known.contains(error.to_string())) {
        say_error(error, ExitCode::InvalidInput);
        good = false;
      }
    }
    return good;
  }

  bool can_be_written() const {
    for (const auto& draft : drafts_) {
      if (auto file = folder_.file_for(draft.policy.name); !file) {
        say_error(file.error(), ExitCode::InvalidInput);
        return false;
      }
    }
    return true;
  }

  void show_changes() const {
    for (const auto& draft : drafts_) {
      std::cout << "policy/" << draft.policy.name << ": "
                << (draft.is_new()    ? "is new"
                    : draft.differs() ? "changes"
                                      : "is as it was")
                << "\n";
      for (const auto& change : draft.changes()) {
        const char* sign = change.before.empty() ? "+" : change.after.empty() ? "-" : "~";
        std::cout << "  " << sign << " " << printable(change.path) << ": " << printable(change.before)
                  << (change.before.empty() || change.after.empty() ? "" : " -> ") << printable(change.after) << "\n";
      }
    }
  }

  bool may_write(const Preview& seen) const {
    for (const auto& draft : drafts_) {
      if (draft.stored && draft.stored->policy.is_tombstone() &&
          consent(options_, "policy/" + draft.policy.name +
                                " is being deleted. Bring it back, without the points that are gone already?") ==
              Answer::No) {
        return false;
      }
    }
    return seen.pruned == 0 ||
           consent(options_, support::count_of(static_cast<size_t>(seen.pruned), "point") + " of " +
                                 std::to_string(seen.series) +
                                 " series that the present policies keep will be pruned. Apply?") == Answer::Yes;
  }

  ExitCode write() {
    ExitCode code = ExitCode::Ok;
    const char* dry = options_.dry_run ? " (dry run)" : "";
    for (const auto& draft : drafts_) {
      const auto& name = draft.policy.name;
      if (draft.differs() && !options_.dry_run) {
        if (auto written = folder_.write(name, draft.document); !written) {
          code = say_error(written.error(), ExitCode::Failed);
          continue;
        }
      }
      written_[name] = {draft.policy.spec_hash, Expected::Phase::InForce};
      std::cout << "policy/" << name << " "
                << (draft.is_new()    ? "created"
                    : draft.differs() ? "configured"
                                      : "unchanged")
                << dry << "; " << prospect(draft.policy) << "\n";
    }
    return code;
  }

  /// When its next point comes.
  std::string prospect(const policy::Policy& policy) const {
    if (policy.suspend) {
      return "suspended: no point is made";
    }
    const auto schedule = schedule::compile(policy.schedule);
    const auto from = policy.start_at ? std::max(*policy.start_at, clock_.wall_now()) : clock_.wall_now();
    const auto next = schedule ? schedule->next_after(from) : std::nullopt;
    return (next ? "next point at " + support::format_utc(*next) : "no slot is to come") +
           "; `stillpoint reconcile --now` makes one at once";
  }

  const Options& options_;
  support::Clock& clock_;
  support::Log& log_;
  store::PolicyFolder folder_;
  std::vector<Draft> drafts_;
  std::map<std::string, Expected> written_;
};

}  // namespace

ExitCode apply(const Options& options) {
  support::SystemClock clock;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  return Application(options, clock, *log).run();
}

}  // namespace stillpoint::app
