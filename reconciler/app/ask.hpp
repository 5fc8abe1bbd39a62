#pragma once

#include <iosfwd>
#include <string>

#include "app/options.hpp"

namespace stillpoint::app {

/// Asks a question that `y` or `yes` affirms; anything else, and no answer, is no.
enum class Answer { No, Yes };
Answer ask(std::istream& in, std::ostream& out, const std::string& question);

/// Whether the user wants it: said beforehand (`--yes`), or asked on the terminal. Without a terminal to ask on it is
/// no, and standard error says so.
Answer consent(const Options& options, const std::string& question);

}  // namespace stillpoint::app
