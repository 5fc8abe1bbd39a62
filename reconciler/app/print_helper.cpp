#include <iostream>

#include "app/commands.hpp"
#include "quiesce/hold_script.hpp"

namespace stillpoint::app {

ExitCode print_helper(const Options&) {
  std::cout << quiesce::kHoldScript << std::flush;
  return std::cout ? ExitCode::Ok : ExitCode::Failed;
}

}  // namespace stillpoint::app
