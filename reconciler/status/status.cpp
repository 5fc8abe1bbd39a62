#include "status/status.hpp"

#include <array>

namespace stillpoint::status {

std::string_view to_string(Truth truth) {
  static constexpr std::array<std::string_view, 3> kWords{"False", "True", "Unknown"};
  return kWords[static_cast<size_t>(truth)];
}

std::string_view to_string(Condition::Type type) {
  static constexpr std::array<std::string_view, kConditionTypes> kWords{
      "Ready", "Scheduled", "Protected", "PruneBlocked", "HoldFailed", "Conflict", "Orphaned", "ClockSuspect"};
  return kWords[static_cast<size_t>(type)];
}

bool Condition::is_good() const {
  const bool wanted = type == Type::Ready || type == Type::Scheduled || type == Type::Protected;
  return truth == (wanted ? Truth::True : Truth::False);
}

}  // namespace stillpoint::status
