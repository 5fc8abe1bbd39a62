#include "telemetry/gauges.hpp"

#include <algorithm>
#include <utility>

namespace stillpoint::telemetry {
namespace {

bool has_all(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

}  // namespace

void Gauges::set(const Labels& labels, double value) {
  say(labels).gauge->Set(value);
}

void Gauges::keep(const Labels& labels, double otherwise) {
  const bool is_new = !entries_.contains(labels);
  auto* gauge = say(labels).gauge;
  if (is_new) {
    gauge->Set(otherwise);
  }
}

Gauges::Entry& Gauges::say(const Labels& labels) {
  auto& entry = entries_[labels];
  if (entry.gauge == nullptr) {
    entry.gauge = &family_.Add(labels);
  }
  entry.said = round_;
  return entry;
}

void Gauges::begin() {
  ++round_;
}

void Gauges::drop_unsaid(const Labels& labels) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.said == round_ || !has_all(entry->first, labels)) {
      ++entry;
      continue;
    }
    family_.Remove(entry->second.gauge);
    entry = entries_.erase(entry);
  }
}

Saying::Saying(std::vector<Gauges*> gauges, Labels labels) : gauges_(std::move(gauges)), labels_(std::move(labels)) {
  for (auto* said : gauges_) {
    said->begin();
  }
}

Saying::~Saying() {
  for (auto* said : gauges_) {
    said->drop_unsaid(labels_);
  }
}

}  // namespace stillpoint::telemetry
