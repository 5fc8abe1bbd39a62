#include <algorithm>
#include <iostream>
#include <set>

#include "app/ask.hpp"
#include "app/commands.hpp"
#include "app/confirm.hpp"
#include "app/each_cloud.hpp"
#include "app/pins.hpp"
#include "app/policies.hpp"
#include "app/say_error.hpp"
#include "app/tombstones.hpp"
#include "store/policy_folder.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using inventory::Attempt;
using policy::DeletionPolicy;
using support::Error;
using support::ErrorKind;
using support::Result;

/// One run of the command.
class Deletion {
 public:
  Deletion(const Options& options, support::Clock& clock, support::Log& log)
      : options_(options), clock_(clock), log_(log), folder_(options.store) {}

  ExitCode run() {
    if (options_.names.empty() && options_.files.empty()) {
      return say_error(Error(ErrorKind::InvalidInput, "NAME or --filename is required"), ExitCode::InvalidInput);
    }
    if (auto read = folder_.read(); !read) {
      return say_error(read.error(), ExitCode::InvalidInput);
    }
    auto names = names_to_delete();
    if (!names) {
      return ExitCode::InvalidInput;
    }
    for (const auto& name : *names) {
      auto stored = folder_.find(name);
      if (!stored) {
        return say_error(missing(name), ExitCode::InvalidInput);
      }
      if (auto file = folder_.file_for(name); !file) {
        return say_error(file.error(), ExitCode::InvalidInput);
      }
      doomed_.push_back(std::move(*stored));
    }
    if (std::any_of(doomed_.begin(), doomed_.end(), takes_points) && !options_.dry_run && !ask_for_all()) {
      return ExitCode::Pending;
    }
    ExitCode code = ExitCode::Ok;
    for (auto& stored : doomed_) {
      code = worse(code, remove(stored));
    }
    return worse(code, confirm_with_daemon(options_, written_, clock_));
  }

 private:
  static bool takes_points(const store::Stored& stored) {
    return stored.policy.deletion_policy == DeletionPolicy::Delete && !stored.policy.is_tombstone();
  }

  Error missing(const std::string& name) const {
    for (const auto& policy : folder_.loaded().faulty) {
      if (policy.name == name) {
        return Error(ErrorKind::InvalidInput, "policy " + name + " has errors")
            .at(policy.mark)
            .with_remedy("`stillpoint validate -f " + folder_.path() + "` shows them; repair it or remove the file");
      }
    }
    return Error(ErrorKind::InvalidInput, "there is no policy '" + name + "' in " + folder_.path());
  }

  /// Those on the command line and in the files that it names; nothing, and said, if these have errors.
  std::optional<std::vector<std::string>> names_to_delete() const {
    auto names = options_.names;
    for (auto& name : names) {
      name = name.starts_with("policy/") ? name.substr(7) : name;
    }
    if (!options_.files.empty()) {
      const auto checked = load_policies(options_.files);
      if (!checked.ok()) {
        std::cerr << render_errors(checked);
        return std::nullopt;
      }
      for (const auto& policy : checked.policies) {
        names.push_back(policy.name);
      }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
  }

  bool ask_for_all() const {
    std::vector<std::string> names;
    for (const auto& stored : doomed_) {
      if (takes_points(stored)) {
        names.push_back(stored.policy.name);
      }
    }
    return consent(options_, "All points of " + support::join(names, ", ") +
                                 " that are not pinned will be deleted (deletionPolicy: Delete). Delete?") ==
           Answer::Yes;
  }

  /// The policies in force as they will be when this one is a tombstone.
  std::vector<policy::Policy> with_tombstone(const policy::Policy& tombstone) const {
    auto all = folder_.loaded().policies;
    for (auto& policy : all) {
      if (policy.name == tombstone.name) {
        policy = tombstone;
      }
    }
    return all;
  }

  ExitCode remove(store::Stored& stored) {
    auto& policy = stored.policy;
    if (!policy.is_tombstone()) {
      policy.deleted_at = std::chrono::floor<std::chrono::seconds>(clock_.wall_now());
    } else {
      deleted_before_.insert(policy.name);
    }
    const auto all = with_tombstone(policy);
    telemetry::Metrics metrics;
    const auto ended = for_each_cloud_of({policy}, options_, clock_, metrics, log_, [&](const CloudTask& task) {
      return remove_in(task, stored, of_cloud(all, policy));
    });
    if (ended.code != ExitCode::Ok) {
      std::cerr << "stillpoint: policy/" << policy.name << " was not deleted\n";
    }
    return ended.code;
  }

  /// Those that are planned together with the policy, as far as their words tell.
  std::vector<policy::Policy> of_cloud(std::vector<policy::Policy> all, const policy::Policy& policy) const {
    const auto cloud = [&](const policy::Policy& one) { return one.cloud.empty() ? options_.os_cloud : one.cloud; };
    std::erase_if(all, [&](const policy::Policy& one) { return cloud(one) != cloud(policy); });
    return all;
  }

  Result<ExitCode> remove_in(const CloudTask& task, const store::Stored& stored,
                             const std::vector<policy::Policy>& all) {
    const auto& policy = stored.policy;
    auto snapshots = task.cloud.list_snapshots(support::Deadline::after(clock_, std::chrono::minutes(5)));
    if (!snapshots) {
      return support::pass_on(std::move(snapshots), "read the snapshots");
    }
    const auto points = inventory::assemble(*snapshots, options_.installation);
    const auto attempts = attempts_of(policy, all, points);
    const bool again = deleted_before_.contains(policy.name);
    if (!again && policy.deletion_policy == DeletionPolicy::Retain) {
      if (auto pinned = retain(task, attempts, policy.name); !pinned) {
        return say_error(pinned.error(), ExitCode::Failed);
      }
    }
    const bool finished = is_finished(policy, all, points, clock_.wall_now());
    if (again && !finished) {
      std::cout << "policy/" << policy.name << " is deleted already, at " << support::format_utc(*policy.deleted_at)
                << ": its file goes when nothing is left to do for it\n";
      return ExitCode::Ok;
    }
    return write(stored, finished, attempts);
  }

  /// Pins every complete point that is not pinned without an end.
  support::Status retain(const CloudTask& task, const std::vector<const Attempt*>& attempts, const std::string& name) {
    size_t count = 0;
    for (const auto* attempt : attempts) {
      if (attempt->state != inventory::AttemptState::Complete || is_pinned_for_ever(*attempt)) {
        continue;
      }
      ++count;
      if (options_.dry_run) {
        continue;
      }
      if (auto pinned = write_pin(task.cloud, clock_, *attempt, kRetained, ""); !pinned) {
        return support::fail(std::move(pinned.error()).with_context("pin point " + attempt->point + " of " + name));
      }
    }
    std::cout << task.prefix << support::count_of(count, "point") << " of " << name
              << (options_.dry_run ? " would be" : "") << " pinned by " << kRetained
              << (count == 1 ? ": it stays until it is unpinned and deleted\n"
                             : ": they stay until they are unpinned and deleted\n");
    return {};
  }

  ExitCode write(const store::Stored& stored, bool finished, const std::vector<const Attempt*>& attempts) {
    const auto& name = stored.policy.name;
    const std::string dry = options_.dry_run ? " (dry run)" : "";
    if (finished) {
      auto removed = options_.dry_run ? support::Status() : folder_.remove(name);
      if (!removed) {
        return say_error(removed.error(), ExitCode::Failed);
      }
      std::cout << "policy/" << name << " deleted" << dry << "\n";
      return ExitCode::Ok;
    }
    auto document = stored.document;
    policy::set_node(document, {"metadata", "deletionTimestamp"},
                     policy::text_node(support::format_utc(*stored.policy.deleted_at)));
    auto written = options_.dry_run ? support::Status() : folder_.write(name, document);
    if (!written) {
      return say_error(written.error(), ExitCode::Failed);
    }
    std::cout << "policy/" << name << " marked as deleted" << dry << "; ";
    if (stored.policy.deletion_policy == DeletionPolicy::Delete) {
      std::cout << support::count_of(attempts.size(), "point") << " and what else is left of it go";
    } else {
      std::cout << "what is left of attempts that never became points goes";
    }
    std::cout << " with the next passes of the daemon or of `stillpoint reconcile`, and then its file " << stored.file
              << "\n";
    if (!options_.dry_run) {
      written_[name] = {stored.policy.spec_hash, Expected::Phase::Deleted};
    }
    return ExitCode::Ok;
  }

  const Options& options_;
  support::Clock& clock_;
  support::Log& log_;
  store::PolicyFolder folder_;
  std::vector<store::Stored> doomed_;
  std::set<std::string> deleted_before_;  ///< those of them that are tombstones already
  std::map<std::string, Expected> written_;
};

}  // namespace

ExitCode delete_policies(const Options& options) {
  support::SystemClock clock;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  return Deletion(options, clock, *log).run();
}

}  // namespace stillpoint::app
