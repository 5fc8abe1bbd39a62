#include "app/ask.hpp"

#include <unistd.h>

#include <iostream>

#include "support/text.hpp"

namespace stillpoint::app {

Answer ask(std::istream& in, std::ostream& out, const std::string& question) {
  out << question << " [y/N] " << std::flush;
  std::string line;
  std::getline(in, line);
  const auto word = support::trim(line);
  return word == "y" || word == "Y" || word == "yes" ? Answer::Yes : Answer::No;
}

Answer consent(const Options& options, const std::string& question) {
  if (options.yes) {
    return Answer::Yes;
  }
  if (isatty(STDIN_FILENO) == 1) {
    return ask(std::cin, std::cerr, question);
  }
  std::cerr << "stillpoint: " << question << " There is no terminal to ask on: say --yes if it is meant\n";
  return Answer::No;
}

}  // namespace stillpoint::app
