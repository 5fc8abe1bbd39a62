#include "app/command_line_errors.hpp"

#include <algorithm>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::printable;

/// The command that was read last, `get points`: the one that the rest of the line belongs to.
const CLI::App& last_command(const CLI::App& app) {
  const auto below = app.get_subcommands();
  return below.empty() ? app : last_command(*below.back());
}

/// `stillpoint get points`
std::string words_to(const CLI::App& command) {
  return command.get_parent() == nullptr ? command.get_name()
                                         : words_to(*command.get_parent()) + " " + command.get_name();
}

std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) {
      names.push_back("--" + name);
    }
  }
  return names;
}

/// CLI11 names such words only, all of them and the last one first.
std::string objection_to_rest(const CLI::App& command, const std::vector<std::string>& rest) {
  const auto option = std::find_if(rest.begin(), rest.end(), [](const auto& word) { return word.starts_with("-"); });
  const std::string own = words_to(command);
  if (option != rest.end()) {
    const auto near = support::nearest(option->substr(0, option->find('=')), options_of(command));
    return "`" + own + "` has no option `" + printable(*option) + "`" + (near ? "; did you mean `" + *near + "`?" : "");
  }
  const std::string word = printable(rest.front());
  const bool takes_files = command.get_option_no_throw("--filename") != nullptr;
  return "`" + own + "` takes no word `" + word + "`" +
         (takes_files ? "; files and folders of policies follow -f: `" + own + " -f " + word + "`" : "");
}

}  // namespace

std::string objection_to(const CLI::App& app, const CLI::ParseError& error) {
  const auto& command = last_command(app);
  const auto rest = app.remaining(true);
  const bool is_rest = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError) && !rest.empty();
  const std::string text = is_rest ? objection_to_rest(command, rest) : printable(error.what());
  return text + "\n`" + words_to(command) + " --help` says what there is";
}

}  // namespace stillpoint::app
