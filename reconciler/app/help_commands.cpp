#include "app/help_commands.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/completion.hpp"
#include "app/manual.hpp"
#include "policy/language.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// A word that is one of `words`, which are `|` apart.
CLI::Option* add_word(CLI::App& command, const std::string& name, std::string& into, const std::string& words,
                      const std::string& help) {
  const auto known = [words](const std::string& word) {
    const auto all = support::split(words, '|');
    return std::find(all.begin(), all.end(), word) != all.end()
               ? std::string()
               : "expected one of " + words + ", found '" + support::printable(word) + "'";
  };
  return command.add_option(name, into, help)->check(CLI::Validator(known, ""))->option_text(words);
}

}  // namespace

void add_completion(CLI::App& command, Options& options) {
  add_word(command, "shell", options.shell, "bash|fish|zsh", "Which shell")->required();
}

void add_manual(CLI::App& command, Options& options) {
  add_word(command, "page", options.page, "stillpoint|stillpoint-policy", "Which page");
}

ExitCode print_completion(const CommandTree& tree, const Options& options) {
  std::cout << (options.shell == "bash"  ? bash_completion(tree)
                : options.shell == "zsh" ? zsh_completion(tree)
                                         : fish_completion(tree));
  return ExitCode::Ok;
}

ExitCode print_manual(const CommandTree& tree, const Options& options) {
  std::cout << (options.page == "stillpoint" ? manual_of_commands(tree, STILLPOINT_VERSION)
                                             : manual_of_policies(policy::read_language(), STILLPOINT_VERSION));
  return ExitCode::Ok;
}

}  // namespace stillpoint::app
