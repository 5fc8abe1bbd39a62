#include "app/confirm.hpp"

#include <iostream>

#include "support/text.hpp"

namespace stillpoint::app {

ExitCode confirm_with_daemon(const Options& options, const std::map<std::string, Expected>& written,
                             support::Clock& clock) {
  if (written.empty() || options.daemon.empty()) {
    return ExitCode::Ok;
  }
  const auto patience = support::parse_duration(options.timeout).value_or(std::chrono::seconds(10));
  const auto confirmation = await_daemon(options.daemon, written, clock, support::Deadline::after(clock, patience));
  switch (confirmation.what) {
    case Confirmation::What::Read:
      std::cout << "The daemon at " << options.daemon << " has read it.\n";
      return ExitCode::Ok;
    case Confirmation::What::NotYet:
      std::cerr << "stillpoint: the daemon at " << options.daemon << " has not read " << confirmation.missing
                << " after " << options.timeout << ": does it read " << options.store
                << ", and is it not at work for it?\n";
      return ExitCode::Pending;
    case Confirmation::What::Unclear:
      std::cerr << "stillpoint: it is written, and whether the daemon at " << options.daemon
                << " has read it is not known. It " << confirmation.answer << "\n";
      return ExitCode::Pending;
    case Confirmation::What::NoDaemon:
      break;
  }
  return ExitCode::Ok;
}

}  // namespace stillpoint::app
