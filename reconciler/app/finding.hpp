#pragma once

#include <span>
#include <string_view>

namespace stillpoint::app {

/// What `doctor` may find.
enum class Finding {
  CloudError,
  ClockDiffers,
  CredentialEnds,
  CredentialUnlimited,
  CredentialEndUntold,
  Servers,
  Volumes,
  NotToHold,
  VolumeState,
  Quota,
  NoHold,
  KeyFile,
  KeyFileOpen,
  KnownHostsOpen,
  Address,
  SshUnreachable,
  SshRefused,
  NoRoot,
  HelperVersion,
  Busy,
  NotReady,
  Balancer,
};

/// A note is worth knowing, and doctor's exit code stays 0.
enum class Weight { Note, Finding };

/// What is said of it for all time; what was found in particular, and where, is said beside it.
struct FindingKind {
  Finding id;
  std::string_view word;  ///< stable: `clock-differs`
  Weight weight;
  std::string_view means;
  std::string_view cure;  ///< of those that differ from case to case, what they have in common
};

/// All kinds, in the order in which they are looked for. docs/doctor.md is made of them.
std::span<const FindingKind> finding_kinds();

const FindingKind& kind_of(Finding finding);

}  // namespace stillpoint::app
