#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/policies.hpp"
#include "policy/document.hpp"
#include "store/policy_folder.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

/// Policies as `apply` would write them into the store.
namespace stillpoint::app {

struct Draft {
  policy::Policy policy;  ///< as it would be read from the store
  policy::Node document;  ///< as it would be written
  std::optional<store::Stored> stored;

  std::vector<policy::Change> changes() const;
  /// Whether anything is to be written.
  bool is_new() const { return !stored; }
  bool differs() const { return is_new() || !changes().empty(); }
};

/// Makes drafts of policies that were read and checked. What the store's copy cannot know of the user's is put into it:
/// paths beside the user's file become absolute, a policy that is new, was suspended or was deleted counts slots from
/// `now` on unless it says itself from when (`spec.startAt`), and a permission for a mass deletion lasts as long as the
/// spec it was given for. InvalidInput: a document that is a tombstone.
support::Result<std::vector<Draft>> make_drafts(const CheckedPolicies& checked, const store::PolicyFolder& folder,
                                                support::WallTime now);

/// Lets each series of the policy lose so many points at once, as long as its spec stays the same; see
/// policy::MassDeletePermission.
void permit_mass_delete(Draft& draft, int points);

/// The policies that the store will have, those without an error: the drafts in the places of what they replace.
std::vector<policy::Policy> with_drafts(const std::vector<policy::Policy>& stored, const std::vector<Draft>& drafts);

}  // namespace stillpoint::app
