#include <algorithm>
#include <iostream>
#include <set>

#include "app/ask.hpp"
#include "app/commands.hpp"
#include "app/confirm.hpp"
#include "app/each_cloud.hpp"
#include "app/policies.hpp"
#include "app/say_error.hpp"
#include "app/tombstones.hpp"
#include "executor/labeller.hpp"
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
      if (stored->policy.is_tombstone()) {
        deleted_before_.insert(name);
      } else {
        stored->policy.deleted_at = std::chrono::floor<std::chrono::seconds>(clock_.wall_now());
      }
      doomed_.push_back(std::move(*stored));
    }
    if (!options_.dry_run && !ask_for_all()) {
      return ExitCode::Pending;
    }
    // First whether the cloud can be read; then the tombstones, so that nobody begins a point any more; and when a
    // daemon has let go of what it had begun, what has become of that.
    const auto readable = for_each([this](const auto&... each) { return look_at(each...); });
    if (readable != ExitCode::Ok || options_.dry_run) {
      return readable;
    }
    if (auto marked = mark(); !marked) {
      return say_error(marked.error(), ExitCode::Failed);
    }
    const auto confirmed = confirm_with_daemon(options_, written_, clock_);
    nobody_at_work_ = confirmed == ExitCode::Ok;
    return worse(confirmed, for_each([this](const auto&... each) { return settle(each...); }));
  }

 private:
  bool takes_points(const store::Stored& stored) const {
    return stored.policy.deletion_policy == DeletionPolicy::Delete && !was_deleted_before(stored.policy);
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
    return names.empty() ||
           consent(options_, "All points of " + support::join(names, ", ") +
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

  /// Of a policy in the cloud that it is in, where `all` are planned together.
  using Step = std::function<Result<ExitCode>(const CloudTask& task, const store::Stored& stored,
                                              const std::vector<policy::Policy>& all)>;
  ExitCode for_each(const Step& step) {
    ExitCode code = ExitCode::Ok;
    for (const auto& stored : doomed_) {
      const auto all = of_cloud(with_tombstone(stored.policy), stored.policy);
      telemetry::Metrics metrics;
      const auto ended = for_each_cloud_of({stored.policy}, options_, clock_, metrics, log_,
                                           [&](const CloudTask& task) { return step(task, stored, all); });
      if (ended.code != ExitCode::Ok) {
        std::cerr << "stillpoint: policy/" << stored.policy.name
                  << (written_.contains(stored.policy.name) ? " is marked as deleted, and not all was done for that\n"
                                                            : " was not deleted\n");
      }
      code = worse(code, ended.code);
    }
    return code;
  }

  /// Those that are planned together with the policy, as far as their words tell.
  std::vector<policy::Policy> of_cloud(std::vector<policy::Policy> all, const policy::Policy& policy) const {
    const auto cloud = [&](const policy::Policy& one) { return one.cloud.empty() ? options_.os_cloud : one.cloud; };
    std::erase_if(all, [&](const policy::Policy& one) { return cloud(one) != cloud(policy); });
    return all;
  }

  Result<std::vector<cloud::Snapshot>> read_snapshots(const CloudTask& task) const {
    auto snapshots = task.cloud.list_snapshots(support::Deadline::after(clock_, std::chrono::minutes(5)));
    if (!snapshots) {
      return support::pass_on(std::move(snapshots), "read the snapshots");
    }
    return snapshots;
  }
  inventory::Points points_of(const std::vector<cloud::Snapshot>& snapshots) const {
    return inventory::assemble(snapshots, options_.installation);
  }

  bool was_deleted_before(const policy::Policy& policy) const { return deleted_before_.contains(policy.name); }

  /// Changes nothing.
  Result<ExitCode> look_at(const CloudTask& task, const store::Stored& stored, const std::vector<policy::Policy>& all) {
    auto snapshots = read_snapshots(task);
    if (!snapshots) {
      return support::fail(snapshots.error());
    }
    if (options_.dry_run) {
      const auto& policy = stored.policy;
      auto points = points_of(*snapshots);
      if (policy.deletion_policy == DeletionPolicy::Retain) {
        const auto retained = to_retain(policy, all, points);
        tell_retained(task, policy, retained.size());
        points = points_of(as_pinned(std::move(*snapshots), retained));
      }
      tell_end(stored, is_finished(policy, all, points, clock_.wall_now()), attempts_of(policy, all, points).size());
    }
    return ExitCode::Ok;
  }

  static std::vector<cloud::Snapshot> as_pinned(std::vector<cloud::Snapshot> snapshots,
                                                const std::vector<const Attempt*>& attempts) {
    std::set<std::string> members;
    for (const auto* attempt : attempts) {
      for (const auto& member : attempt->members) {
        members.insert(member.snapshot.id.str());
      }
    }
    for (auto& snapshot : snapshots) {
      if (members.contains(snapshot.id.str())) {
        snapshot.metadata.set_all(inventory::pin_metadata(inventory::kRetained, ""));
      }
    }
    return snapshots;
  }

  /// Makes tombstones of those that are none.
  support::Status mark() {
    for (const auto& stored : doomed_) {
      written_[stored.policy.name] = {stored.policy.spec_hash, Expected::Phase::Deleted, stored.file};
      if (was_deleted_before(stored.policy)) {
        continue;
      }
      auto document = stored.document;
      policy::set_node(document, {"metadata", "deletionTimestamp"},
                       policy::text_node(support::format_utc(*stored.policy.deleted_at)));
      if (auto written = folder_.write(stored.policy.name, document); !written) {
        return written;
      }
    }
    return {};
  }

  /// Pins what stays, and removes the file if nothing is left to do.
  Result<ExitCode> settle(const CloudTask& task, const store::Stored& stored, const std::vector<policy::Policy>& all) {
    const auto& policy = stored.policy;
    auto snapshots = read_snapshots(task);
    if (!snapshots) {
      return support::fail(snapshots.error());
    }
    auto points = points_of(*snapshots);
    if (policy.deletion_policy == DeletionPolicy::Retain) {
      const auto retained = to_retain(policy, all, points);
      if (auto pinned = retain(task, policy, retained); !pinned) {
        return say_error(pinned.error(), ExitCode::Failed);
      }
      points = points_of(as_pinned(std::move(*snapshots), retained));
    }
    const bool finished = nobody_at_work_ && is_finished(policy, all, points, clock_.wall_now());
    if (finished) {
      const auto removed = remove_tombstone(folder_.path(), policy, log_);
      if (!removed) {
        return say_error(removed.error(), ExitCode::Failed);
      }
      if (*removed == Removal::Changed) {
        std::cerr << "stillpoint: the file of policy/" << policy.name << " says something else by now, and stays\n";
        return ExitCode::Pending;
      }
    }
    tell_end(stored, finished, attempts_of(policy, all, points).size());
    return ExitCode::Ok;
  }

  /// Every complete point that is not pinned without an end.
  static std::vector<const Attempt*> to_retain(const policy::Policy& policy, const std::vector<policy::Policy>& all,
                                               const inventory::Points& points) {
    auto attempts = attempts_of(policy, all, points);
    std::erase_if(attempts, [](const Attempt* attempt) {
      return attempt->state != inventory::AttemptState::Complete || attempt->is_pinned_for_ever();
    });
    return attempts;
  }

  support::Status retain(const CloudTask& task, const policy::Policy& policy,
                         const std::vector<const Attempt*>& attempts) {
    for (const auto* attempt : attempts) {
      if (auto pinned = executor::write_pin(task.cloud, clock_, *attempt, inventory::kRetained, ""); !pinned) {
        return support::fail(
            std::move(pinned.error()).with_context("pin point " + attempt->point + " of " + policy.name));
      }
    }
    if (!attempts.empty() || !was_deleted_before(policy)) {
      tell_retained(task, policy, attempts.size());
    }
    return {};
  }

  void tell_retained(const CloudTask& task, const policy::Policy& policy, size_t count) const {
    std::cout << task.prefix << support::count_of(count, "point") << " of " << policy.name
              << (options_.dry_run ? " would be" : "") << " pinned by " << inventory::kRetained
              << (count == 1 ? ": it stays until it is unpinned and deleted\n"
                             : ": they stay until they are unpinned and deleted\n");
  }

  void tell_end(const store::Stored& stored, bool finished, size_t attempts) const {
    const auto& policy = stored.policy;
    const std::string dry = options_.dry_run ? " (dry run)" : "";
    if (finished) {
      std::cout << "policy/" << policy.name << " deleted" << dry << "\n";
    } else if (was_deleted_before(policy)) {
      std::cout << "policy/" << policy.name << " is deleted already, at " << support::format_utc(*policy.deleted_at)
                << ": its file goes when nothing is left to do for it\n";
    } else {
      std::cout << "policy/" << policy.name << " marked as deleted" << dry << "; "
                << (policy.deletion_policy == DeletionPolicy::Delete
                        ? support::count_of(attempts, "point") + " and what else is left of it go"
                        : "what is left of attempts that never became points goes")
                << " with the next passes of the daemon or of `stillpoint reconcile`, and then its file " << stored.file
                << "\n";
    }
  }

  const Options& options_;
  support::Clock& clock_;
  support::Log& log_;
  store::PolicyFolder folder_;
  std::vector<store::Stored> doomed_;
  std::set<std::string> deleted_before_;  ///< those of them that are tombstones already
  std::map<std::string, Expected> written_;
  bool nobody_at_work_ = false;  ///< no daemon is there, or it has read that the policies are deleted and is done
};

}  // namespace

ExitCode delete_policies(const Options& options) {
  support::SystemClock clock;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  return Deletion(options, clock, *log).run();
}

}  // namespace stillpoint::app
