#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace stillpoint::cloudsim {

/// Faults at random. Which request meets which fault follows from the seed, the method, the path without its ids, and
/// how many such requests came before: not from how the requests of several threads fall among each other.
struct FaultPlan {
  uint64_t seed = 1;
  double rate = 0.05;                      ///< part of the requests, from 0 to 1
  std::vector<std::string> kinds;          ///< names of fault_kinds(); empty: all that heal
  std::chrono::milliseconds longest{500};  ///< that something is late, or that an answer takes before it is cut off
};

enum class Healing {
  ByItself,  ///< nothing of it is left once the plan has ended
  Never,     ///< something is lost, or only an administrator can mend it
};

/// A kind of fault by its name: those of docs/cloud-faults.md.
struct FaultKind {
  std::string name;
  std::string what;  ///< one line for people
  Healing healing = Healing::ByItself;
};

std::vector<FaultKind> fault_kinds();

}  // namespace stillpoint::cloudsim
