#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>

#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "support/text.hpp"

/// What the families of commands have in common on the command line.
namespace stillpoint::app {

using Command = std::function<ExitCode(const Options&)>;
/// Adds a command below another one, or below the program.
using AddCommand =
    std::function<CLI::App*(CLI::App& parent, const std::string& name, const std::string& help, Command run)>;

std::string words_of(const auto& table) {
  std::string words;
  for (const auto& [word, value] : table) {
    words += (words.empty() ? "" : "|") + word;
  }
  return words;
}

/// An option whose words are those of a table, which must outlive the parsing.
template <class Value>
void add_choice(CLI::App& app, const std::string& flags, Value& into, const std::map<std::string, Value>& table,
                const std::string& help) {
  const auto known = [&table](const std::string& word) {
    return table.contains(word) ? std::string()
                                : "expected one of " + words_of(table) + ", found '" + support::printable(word) + "'";
  };
  app.add_option_function<std::string>(
         flags, [&into, &table](const std::string& word) { into = table.at(word); }, help)
      ->check(CLI::Validator(known, ""))
      ->option_text(words_of(table));
}

CLI::Option* add_files(CLI::App& app, Options& options);
CLI::Option* add_store(CLI::App& app, Options& options);
/// Both: files and folders, or the store if none is given; see `or_store`.
void add_policies(CLI::App& app, Options& options);
void add_installation(CLI::App& app, Options& options);
/// Empty if it may be the name of one.
std::string objection_to_installation(const std::string& name);
void add_logging(CLI::App& app, Options& options);
void add_mass_delete(CLI::App& app, Options& options);

/// The command on the policies of the store, if the command line names no files.
Command or_store(Command run);
/// The same if there is a store; without one, on no policies.
Command or_store_if_there(Command run);

/// The commands that change the store and show what is in it: apply, delete, get, describe, pin, unpin.
void add_store_commands(CLI::App& app, Options& options, const AddCommand& add);

}  // namespace stillpoint::app
