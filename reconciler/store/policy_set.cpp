#include "store/policy_set.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <set>
#include <span>
#include <system_error>
#include <tuple>
#include <utility>

#include "policy/reader.hpp"
#include "store/listing.hpp"

namespace stillpoint::store {
namespace {

using policy::Policy;
using support::Error;

/// A file that changed so shortly before it was read may change again without a new time stamp.
constexpr std::int64_t kStampSteps = 2'000'000'000;  // nanoseconds

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

bool is_same(const support::SourceMark& a, const support::SourceMark& b) {
  return std::tie(a.file, a.line, a.column) == std::tie(b.file, b.line, b.column);
}

/// Whether the error is about this policy: its mark is the policy's, or that of one of its datasets.
bool is_about(const Error& error, const Policy& policy) {
  const auto& mark = error.mark();
  return mark && (is_same(*mark, policy.mark) ||
                  std::any_of(policy.datasets.begin(), policy.datasets.end(),
                              [&](const policy::Dataset& dataset) { return is_same(*mark, dataset.mark); }));
}

/// In order, each once.
std::vector<std::string> names_of(std::span<const Policy> policies) {
  std::set<std::string> names;
  for (const auto& policy : policies) {
    names.insert(policy.name);
  }
  return {names.begin(), names.end()};
}

/// All that decides what is done for a policy.
auto content_of(const std::vector<Policy>& policies) {
  std::set<std::tuple<std::string, std::string, std::optional<support::WallTime>, int>> content;
  for (const auto& policy : policies) {
    content.emplace(policy.name, policy.spec_hash, policy.deleted_at, policy.may_lose_at_once());
  }
  return content;
}

void append(std::vector<Error> more, std::vector<Error>& errors) {
  std::move(more.begin(), more.end(), std::back_inserter(errors));
}

}  // namespace

PolicySet::PolicySet(std::vector<std::string> paths, Check check, const support::Clock& clock)
    : check_(std::move(check)), clock_(clock) {
  for (auto& path : paths) {
    roots_.push_back({std::move(path), {}, {}, {}});
  }
}

std::optional<PolicySet::Stamp> PolicySet::stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return Stamp{status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

std::shared_ptr<const PoliciesInForce> PolicySet::refresh() {
  std::set<std::string> seen;
  for (auto& root : roots_) {
    refresh(root, seen);
  }
  settle();
  auto fresh = std::make_shared<PoliciesInForce>();
  for (const auto& root : roots_) {
    report(root, *fresh);
  }
  fresh->changed = !last_ || content_of(last_->policies) != content_of(fresh->policies);
  if (last_) {
    const auto names = names_of(fresh->policies);
    const auto before = names_of(last_->policies);
    std::set_difference(before.begin(), before.end(), names.begin(), names.end(), std::back_inserter(fresh->vanished));
  }
  last_ = std::move(fresh);
  return last_;
}

void PolicySet::refresh(Root& root, std::set<std::string>& seen) {
  const auto here = stamp_of(root.path);
  if (!here) {
    root.error = Error(support::ErrorKind::InvalidInput, "cannot be read: " + std::generic_category().message(errno))
                     .at({root.path, 0, 0});
    return;
  }
  auto listing = list_policy_files(root.path);
  root.error = std::move(listing.error);
  if (listing.kind == Listing::Kind::UnreadableFolder) {
    return;
  }
  if (listing.kind == Listing::Kind::EmptyFolder) {
    if (root.folder && root.folder->device == here->device && root.folder->inode == here->inode) {
      root.files.clear();
    }
    return;
  }
  root.folder = here;
  std::erase_if(listing.files, [&](const std::string& path) { return !is_first_met(path, seen); });
  const std::set<std::string> present(listing.files.begin(), listing.files.end());
  std::erase_if(root.files, [&](const auto& entry) { return !present.contains(entry.first); });
  for (const auto& path : listing.files) {
    refresh(root.files[path], path);
  }
}

void PolicySet::refresh(File& file, const std::string& path) {
  const auto stamp = stamp_of(path);
  if (stamp && file.stamp == stamp) {
    return;
  }
  const std::int64_t began = std::chrono::nanoseconds(clock_.wall_now().time_since_epoch()).count();
  auto read = policy::read_policy_file(path);
  FileProblem problem{path, std::move(read.errors), std::move(read.text), {}};
  std::vector<Policy> good;
  for (auto& policy : read.policies) {
    auto errors = check_(policy);
    if (errors.empty()) {
      good.push_back(std::move(policy));
    }
    append(std::move(errors), problem.errors);
  }
  for (const auto& policy : read.faulty) {
    if (!policy.schedule.cron.empty()) {  // that there is none has been said
      append(check_(policy), problem.errors);
    }
  }
  if (problem.errors.empty()) {
    problem.text.clear();
  } else {
    const auto names = names_of(good);
    for (auto& policy : file.good) {
      if (!std::binary_search(names.begin(), names.end(), policy.name)) {
        problem.kept.push_back(policy.name);
        good.push_back(std::move(policy));
      }
    }
  }
  file.good = std::move(good);
  file.problem = std::move(problem);
  const bool certain = stamp && std::max(stamp->modified, stamp->changed) < began - kStampSteps;
  file.stamp = certain ? stamp : std::nullopt;
}

std::vector<PolicySet::File*> PolicySet::files() {
  std::vector<File*> files;
  for (auto& root : roots_) {
    for (auto& [path, file] : root.files) {
      files.push_back(&file);
    }
  }
  return files;
}

/// Decides which policies are in force beside each other.
void PolicySet::settle() {
  const auto all = files();
  const auto check_all = [&](const std::vector<Policy> File::*part) {
    std::vector<Policy> policies;
    for (const auto* file : all) {
      policies.insert(policies.end(), (file->*part).begin(), (file->*part).end());
    }
    return policy::check_together(policies);
  };
  std::map<std::string, std::vector<Error>> clashes;
  for (auto& error : check_all(&File::good)) {
    clashes[error.mark()->file].push_back(std::move(error));
  }
  for (auto* file : all) {
    file->clashes = std::exchange(clashes[file->problem.file], {});
    if (file->clashes.empty()) {
      file->in_force = file->good;
    }
  }
  // What a file said before may clash as well.
  for (const auto& error : check_all(&File::in_force)) {
    for (auto* file : all) {
      if (file->problem.file == error.mark()->file) {
        std::erase_if(file->in_force, [&](const Policy& policy) { return is_about(error, policy); });
      }
    }
  }
}

void PolicySet::report(const Root& root, PoliciesInForce& now) {
  const size_t before = now.policies.size();
  std::vector<FileProblem> problems;
  for (const auto& [path, file] : root.files) {
    now.policies.insert(now.policies.end(), file.in_force.begin(), file.in_force.end());
    if (!file.problem.errors.empty() || !file.clashes.empty()) {
      problems.push_back(file.problem);
      problems.back().errors.insert(problems.back().errors.end(), file.clashes.begin(), file.clashes.end());
      if (!file.clashes.empty()) {
        problems.back().kept = names_of(file.in_force);
      }
    }
  }
  if (root.error) {
    now.problems.push_back({root.path, {*root.error}, "", names_of(std::span(now.policies).subspan(before))});
  }
  std::move(problems.begin(), problems.end(), std::back_inserter(now.problems));
}

}  // namespace stillpoint::store
