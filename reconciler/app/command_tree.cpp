#include "app/command_tree.hpp"

#include <CLI/CLI.hpp>
#include <functional>

#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// CLI11 shows the types of values as `TEXT` or `TEXT:NAME`.
std::string value_of(const CLI::Option& option) {
  if (option.get_type_size_max() == 0) {
    return {};
  }
  const auto text = option.get_option_text().empty() ? option.get_type_name() : option.get_option_text();
  return text.starts_with("TEXT:") ? text.substr(5) : text;
}

CommandOption describe(const CLI::Option& option) {
  CommandOption made;
  for (const auto& name : option.get_snames()) {
    made.flags.push_back("-" + name);
  }
  for (const auto& name : option.get_lnames()) {
    made.flags.push_back("--" + name);
  }
  made.value = value_of(option);
  if (made.value.find('|') != std::string::npos) {
    made.choices = support::split(made.value, '|');
  }
  made.repeats = !made.value.empty() && option.get_expected_max() > 1;
  made.required = option.get_required();
  made.help = option.get_description();
  return made;
}

void add_words(const CLI::App& app, const std::vector<std::string>& path, CommandTree& tree) {
  tree.path = path;
  tree.help = app.get_description();
  for (const auto* option : app.get_options()) {
    tree.options.push_back(describe(*option));
  }
  for (const auto* sub : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    auto below = path;
    below.push_back(sub->get_name());
    add_words(*sub, below, tree.commands.emplace_back());
  }
}

void collect(const CommandTree& tree, std::vector<const CommandTree*>& found) {
  for (const auto& command : tree.commands) {
    if (command.commands.empty()) {
      found.push_back(&command);
    }
    collect(command, found);
  }
}

}  // namespace

CommandTree describe(const CLI::App& program) {
  CommandTree tree;
  add_words(program, {}, tree);
  return tree;
}

std::vector<const CommandTree*> commands_of(const CommandTree& tree) {
  std::vector<const CommandTree*> found;
  collect(tree, found);
  return found;
}

}  // namespace stillpoint::app
