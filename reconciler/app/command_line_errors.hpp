#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace stillpoint::app {

/// What is wrong with a command line that could not be parsed, for people and without a line's end: what was found,
/// what was meant perhaps, and where to read on. `app` is the program as it was when `error` was thrown.
std::string objection_to(const CLI::App& app, const CLI::ParseError& error);

}  // namespace stillpoint::app
