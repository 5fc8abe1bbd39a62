#include "app/completion.hpp"

#include <string_view>

#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::join;

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// In single quotes, for any shell.
std::string quoted(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

/// Whether shells complete the value as the name of a file.
bool is_file(const CommandOption& option) {
  return option.value == "PATH" || option.value == "FILE";
}

std::string first_clause(const std::string& help) {
  return help.substr(0, help.find_first_of(";:."));
}

std::string words_below(const CommandTree& tree) {
  std::string words;
  for (const auto& command : tree.commands) {
    words += (words.empty() ? "" : " ") + command.path.back();
  }
  return words;
}

// ---- bash

/// `PATH OPTION) ...;;` for each option with a value, as `case` takes them.
void add_bash_values(const CommandTree& tree, std::string& script) {
  for (const auto& option : tree.options) {
    if (option.value.empty() || option.flags.empty()) {
      continue;
    }
    std::vector<std::string> patterns;
    for (const auto& flag : option.flags) {
      patterns.push_back(quoted(join(tree.path, " ") + ":" + flag));
    }
    const std::string reply = is_file(option)          ? "files=1"
                              : option.choices.empty() ? "return"
                                                       : "words=" + quoted(join(option.choices, " "));
    script += "    " + join(patterns, " | ") + ") " + reply + " ;;\n";
  }
  for (const auto& command : tree.commands) {
    add_bash_values(command, script);
  }
}

void add_bash_words(const CommandTree& tree, std::string& script) {
  std::vector<std::string> words;
  for (const auto& option : tree.options) {
    words.insert(words.end(), option.flags.begin(), option.flags.end());
  }
  std::vector<std::string> plain;
  for (const auto& option : tree.options) {
    if (option.flags.empty()) {
      plain.insert(plain.end(), option.choices.begin(), option.choices.end());
    }
  }
  const auto below = words_below(tree);
  script += "    " + quoted(join(tree.path, " ")) + ") options=" + quoted(join(words, " ")) +
            " plain=" + quoted(below.empty() ? join(plain, " ") : below) + " ;;\n";
  for (const auto& command : tree.commands) {
    add_bash_words(command, script);
  }
}

/// The paths of commands that have further ones below them, and of all others.
void add_paths(const CommandTree& tree, std::vector<std::string>& paths) {
  for (const auto& command : tree.commands) {
    paths.push_back(quoted(join(command.path, " ")));
    add_paths(command, paths);
  }
}

// ---- zsh

/// `_arguments` gives brackets and colons a meaning.
std::string zsh_text(const std::string& text) {
  return replaced(replaced(replaced(text, "[", "("), "]", ")"), ":", "\\:");
}

std::string zsh_value(const CommandOption& option) {
  if (option.value.empty()) {
    return {};
  }
  const std::string what = option.choices.empty() ? option.value : "word";
  const std::string action = is_file(option)          ? "_files"
                             : option.choices.empty() ? " "
                                                      : "(" + join(option.choices, " ") + ")";
  return ":" + zsh_text(what) + ":" + action;
}

void add_zsh_options(const CommandTree& tree, const std::string& indent, std::string& script) {
  for (const auto& option : tree.options) {
    if (option.flags.empty()) {
      script += " \\\n" + indent + quoted("*" + zsh_value(option));
      continue;
    }
    for (const auto& flag : option.flags) {
      const std::string once = option.repeats ? "*" : "(" + join(option.flags, " ") + ")";
      script += " \\\n" + indent + quoted(once + flag + "[" + zsh_text(option.help) + "]" + zsh_value(option));
    }
  }
}

std::string zsh_name(const CommandTree& tree) {
  return tree.path.empty() ? "_stillpoint" : "_stillpoint_" + join(tree.path, "_");
}

void add_zsh_function(const CommandTree& tree, std::string& script) {
  script += zsh_name(tree) + "() {\n";
  if (tree.commands.empty()) {
    script += "  _arguments -s";
    add_zsh_options(tree, "    ", script);
    script += "\n}\n";
    return;
  }
  script += "  local context state line\n  _arguments -C";
  add_zsh_options(tree, "    ", script);
  script +=
      " \\\n    '1: :->command' \\\n    '*:: :->rest'\n  case $state in\n    command)\n      local -a commands=(\n";
  for (const auto& command : tree.commands) {
    script += "        " + quoted(command.path.back() + ":" + zsh_text(first_clause(command.help))) + "\n";
  }
  script += "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n";
  for (const auto& command : tree.commands) {
    script += "        " + command.path.back() + ") " + zsh_name(command) + " ;;\n";
  }
  script += "      esac ;;\n  esac\n}\n";
  for (const auto& command : tree.commands) {
    add_zsh_function(command, script);
  }
}

// ---- fish

/// True where the command's words are there and, if it has further ones, none of those.
std::string fish_condition(const CommandTree& tree) {
  std::vector<std::string> tests;
  for (const auto& word : tree.path) {
    tests.push_back("__fish_seen_subcommand_from " + word);
  }
  if (!tree.commands.empty()) {
    tests.push_back("not __fish_seen_subcommand_from " + words_below(tree));
  }
  return quoted(join(tests, "; and "));
}

void add_fish(const CommandTree& tree, std::string& script) {
  const std::string head = "complete -c stillpoint -n " + fish_condition(tree);
  for (const auto& command : tree.commands) {
    script += head + " -a " + command.path.back() + " -d " + quoted(first_clause(command.help)) + "\n";
  }
  for (const auto& option : tree.options) {
    std::string line = head;
    for (const auto& flag : option.flags) {
      line += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
    }
    if (!option.value.empty() && !option.flags.empty()) {
      line += is_file(option) ? " -r -F" : " -x";
    }
    if (!option.choices.empty()) {
      line += " -a " + quoted(join(option.choices, " "));
    }
    if (option.flags.empty() && option.choices.empty()) {
      continue;
    }
    script += line + " -d " + quoted(first_clause(option.help)) + "\n";
  }
  for (const auto& command : tree.commands) {
    add_fish(command, script);
  }
}

}  // namespace

std::string bash_completion(const CommandTree& tree) {
  std::vector<std::string> paths;
  add_paths(tree, paths);
  std::string values;
  add_bash_values(tree, values);
  std::string words;
  add_bash_words(tree, words);
  return "# bash completion for stillpoint; made by `stillpoint completion bash`\n"
         "_stillpoint() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "  local path='' next word files='' words='' options='' plain=''\n"
         "  COMPREPLY=()\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    next=${path:+$path }$word\n"
         "    case $next in\n"
         "    " +
         join(paths, " | ") +
         ") path=$next ;;\n"
         "    esac\n"
         "  done\n"
         "  case $path:$previous in\n" +
         values +
         "    *)\n"
         "    case $path in\n" +
         words +
         "    esac\n"
         "    case $current in\n"
         "    -*) words=$options ;;\n"
         "    *) words=$plain ;;\n"
         "    esac ;;\n"
         "  esac\n"
         "  if [ -n \"$files\" ]; then\n"
         "    compopt -o filenames\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
         "  fi\n"
         "}\n"
         "complete -F _stillpoint stillpoint\n";
}

std::string zsh_completion(const CommandTree& tree) {
  std::string script = "#compdef stillpoint\n# zsh completion for stillpoint; made by `stillpoint completion zsh`\n";
  add_zsh_function(tree, script);
  return script + "_stillpoint \"$@\"\n";
}

std::string fish_completion(const CommandTree& tree) {
  std::string script =
      "# fish completion for stillpoint; made by `stillpoint completion fish`\ncomplete -c stillpoint -f\n";
  add_fish(tree, script);
  return script;
}

}  // namespace stillpoint::app
