#include "rehearsal/course.hpp"

#include <algorithm>
#include <utility>

namespace stillpoint::rehearsal {
namespace {

/// A cloud that does not tell these two is watched all the same.
cloud::Quota with_totals(cloud::Quota quota) {
  quota.try_emplace("snapshots");
  quota.try_emplace("gigabytes");
  return quota;
}

}  // namespace

UseOfQuotas::UseOfQuotas(cloud::Quota quota, Period period) : ledger_(with_totals(std::move(quota))), period_(period) {
  watch("snapshots");
  watch("gigabytes");
  for (const auto& [resource, use] : ledger_.quota()) {
    if (!use.unlimited() && (resource.starts_with("snapshots_") || resource.starts_with("gigabytes_"))) {
      watch(resource);
    }
  }
}

void UseOfQuotas::watch(const std::string& resource) {
  Watched watched{&ledger_.quota().at(resource), {}};
  watched.course.resource = resource;
  watched.course.limit = watched.use->limit;
  watched.course.at_start = watched.course.at_worst = watched.in_use();
  watched.course.worst_at = period_.from;
  watched.course.most_used.push_back(watched.in_use());
  watched_.push_back(std::move(watched));
}

size_t UseOfQuotas::part_of(support::WallTime instant) const {
  // As seconds in floating point, because a product of nanoseconds would overflow.
  const std::chrono::duration<double> whole = period_.to - period_.from;
  const std::chrono::duration<double> gone = instant - period_.from;
  return std::min(kCourseParts - 1, static_cast<size_t>(gone / whole * static_cast<double>(kCourseParts)));
}

void UseOfQuotas::advance(support::WallTime now) {
  const size_t part = part_of(now);
  for (auto& [use, course] : watched_) {
    course.most_used.resize(std::max(course.most_used.size(), part + 1), use->in_use + use->reserved);
  }
}

std::optional<std::string> UseOfQuotas::book(const std::vector<cloud::Volume>& volumes, support::WallTime now,
                                             Step step) {
  auto no_room = ledger_.book(volumes);
  if (no_room) {
    return no_room;
  }
  for (auto& watched : watched_) {
    auto& course = watched.course;
    course.most_used.back() = std::max(course.most_used.back(), watched.in_use());
    if (watched.in_use() > course.at_worst) {
      course.at_worst = watched.in_use();
      course.worst_at = now;
      course.worst_step = step;
    }
  }
  return std::nullopt;
}

std::vector<QuotaCourse> UseOfQuotas::finish() && {
  std::vector<QuotaCourse> courses;
  for (auto& watched : watched_) {
    watched.course.at_end = watched.in_use();
    watched.course.most_used.resize(kCourseParts, watched.in_use());
    courses.push_back(std::move(watched.course));
  }
  return courses;
}

}  // namespace stillpoint::rehearsal
