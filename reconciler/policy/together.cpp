// Errors that only a set of policies can have.

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "policy/reader.hpp"

namespace stillpoint::policy {
namespace {

using support::Error;
using support::ErrorKind;

/// Names in an order that does not matter, as one comparable value.
std::vector<std::string> sorted(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return words;
}

auto claim_of(const Policy& policy, const Dataset& dataset) {
  auto metadata = policy.servers.metadata;
  std::sort(metadata.begin(), metadata.end());
  const auto& servers = policy.servers;
  const auto& volumes = dataset.volumes;
  return std::tuple(policy.cloud, sorted(servers.names), servers.name_pattern, sorted(servers.ids), std::move(metadata),
                    sorted(servers.tags), sorted(servers.addresses), volumes.name_contains, volumes.name_pattern,
                    sorted(volumes.ids));
}

std::string place_of(const support::SourceMark& mark) {
  return mark.file + ":" + std::to_string(mark.line);
}

/// The points of a name that is in use belong to the policy that uses it.
void check_given_up(const Policy& policy, const std::vector<Policy>& policies, std::vector<Error>& errors) {
  const auto& previous = policy.previous_names;
  if (previous.empty()) {
    return;  // as nearly always: not all with all, of thousands
  }
  for (const auto& other : policies) {
    if (other.name != policy.name && std::find(previous.begin(), previous.end(), other.name) != previous.end()) {
      errors.push_back(
          Error(ErrorKind::InvalidInput,
                "the name " + other.name + " has not been given up: the policy at " + place_of(other.mark) + " has it")
              .at(policy.mark)
              .with_context("spec.previousNames"));
    }
  }
}

}  // namespace

std::vector<Error> check_together(const std::vector<Policy>& policies) {
  std::vector<Error> errors;
  std::map<std::string, const Policy*> names;
  std::map<decltype(claim_of(policies[0], policies[0].datasets[0])), const Policy*> claims;
  for (const auto& policy : policies) {
    const auto [named, name_is_new] = names.emplace(policy.name, &policy);
    if (!name_is_new) {
      errors.push_back(Error(ErrorKind::InvalidInput,
                             "the name " + policy.name + " is taken by the policy at " + place_of(named->second->mark))
                           .at(policy.mark)
                           .with_remedy("choose another")
                           .with_context("metadata.name"));
    }
    check_given_up(policy, policies, errors);
    // What is left of a deleted policy does not stand in the way of the one that follows it.
    for (size_t i = 0; i < policy.datasets.size() && !policy.is_tombstone(); ++i) {
      const auto [claimed, claim_is_new] = claims.emplace(claim_of(policy, policy.datasets[i]), &policy);
      if (!claim_is_new) {
        errors.push_back(Error(ErrorKind::InvalidInput, "selects the same servers and volumes as the policy " +
                                                            claimed->second->name + " at " +
                                                            place_of(claimed->second->mark))
                             .at(policy.datasets[i].mark)
                             .with_remedy("remove one of the two, or let them select different volumes")
                             .with_context("spec.datasets[" + std::to_string(i) + "]"));
      }
    }
  }
  return errors;
}

}  // namespace stillpoint::policy
