#pragma once

#include <iostream>

#include "app/exit_code.hpp"
#include "support/error.hpp"
#include "support/text.hpp"

namespace stillpoint::app {

/// Says an error on standard error, made fit for a terminal, and gives back the code that it is to have.
inline ExitCode say_error(const support::Error& error, ExitCode code) {
  std::cerr << "stillpoint: " << support::printable(error.to_string()) << "\n";
  return code;
}

}  // namespace stillpoint::app
