#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "cloud/types.hpp"
#include "policy/policy.hpp"
#include "support/result.hpp"

namespace stillpoint::inventory {

/// What Stillpoint writes into the metadata of a snapshot that it makes: the whole of its state (docs/architecture.md,
/// "The way of the data"). A new controller on an empty disk continues from these alone.
struct Ownership {
  std::string installation;
  std::string policy;
  cloud::ServerId server;
  std::string server_name;
  std::string dataset;
  support::WallTime slot;
  std::string point;    ///< `point_id` of the five above
  std::string attempt;  ///< random; the members of a point all have the same
  int members = 0;      ///< how many snapshots the attempt wanted
  support::WallTime hold_until;
  support::WallTime taken;  ///< when the hold began, or when it was cut if nothing was held
  std::string method;
  policy::Consistency consistency = policy::Consistency::Unproven;
  std::optional<std::chrono::milliseconds> held;
  /// Points with the same one were held at the same time, so that they are of one instant. Empty: held alone, or not
  /// known because a later pass fetched the proof.
  std::string window;
  std::string cluster;
  bool deletion_begun = false;  ///< of the attempt: if it is not whole any more, what is left of it goes
  std::string pin;              ///< owner of the pin, empty if there is none
  std::string pin_until;        ///< when the pin ends, as it is written; empty: never
  std::map<std::string, std::string> position;  ///< where the database stood, e.g. `gtid`

  /// People write pins by hand. One whose end cannot be read protects for ever, one without an owner protects too; only
  /// an end that was reached ends it.
  bool pinned(support::WallTime now) const;
};

/// The key under which a field is written, e.g. `stillpoint.slot`.
inline constexpr const char* kKeyPrefix = "stillpoint.";

/// The name of a slot's point: equal for equal arguments on every machine and in every run (P3). 16 hexadecimal digits.
std::string point_id(const std::string& installation, const std::string& policy, const cloud::ServerId& server,
                     const std::string& dataset, support::WallTime slot);

/// What goes into the metadata at creation: everything but `consistency`, `held` and `window`, which are not known yet.
/// Values over Cinder's 255 characters are split into numbered keys, and cut to a hash beyond four pieces.
cloud::Metadata creation_metadata(const Ownership& ownership);

/// What is written in a POST of its own once the hold was proven intact. `window` as in Ownership.
cloud::Metadata label_metadata(policy::Consistency consistency, std::optional<std::chrono::milliseconds> held,
                               const std::string& window = "");

/// What is written over the claims of a hold that the snapshot was not cut in: when it was `taken` at the latest, and
/// no position (Cinder's merge cannot remove a key, so it is emptied).
cloud::Metadata late_metadata(const Ownership& ownership, support::WallTime taken);

/// What is written on every member of a point before the first is deleted, so that half of it is never taken for one
/// that was damaged. A point that is still whole stays one.
cloud::Metadata deletion_metadata();

/// Who pins the points of a policy that was deleted with `Retain`.
inline constexpr const char* kRetained = "retained";
/// What pins a snapshot: who wants it kept, and until when (RFC 3339; empty: for ever). Both empty: it is not pinned,
/// since Cinder's merge cannot remove a key.
cloud::Metadata pin_metadata(const std::string& owner, const std::string& until);

/// Whether the metadata claim to be Stillpoint's at all.
bool claims_ownership(const cloud::Metadata& metadata);

/// Whether they claim to be of a member of a cluster; much quicker than to read them.
bool claims_cluster(const cloud::Metadata& metadata);

/// Reads the metadata of a snapshot that claims to be ours. An error (Protocol, naming the key) for anything that does
/// not read exactly as it was written, a point id included that is not the one of its series and slot: such a snapshot
/// is shown and never touched (P4).
support::Result<Ownership> read_ownership(const cloud::Metadata& metadata);

}  // namespace stillpoint::inventory
