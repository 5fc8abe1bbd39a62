#include "policy/yaml_example.hpp"

#include <algorithm>
#include <string_view>

#include "policy/core_schema.hpp"

namespace stillpoint::policy {
namespace {

using nlohmann::ordered_json;

constexpr size_t kWidestLine = 76;

/// Whether the text without quotes is that text again, in a list between brackets too. Narrower than YAML allows.
bool reads_as_itself(const std::string& text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const bool plain =
      !text.empty() &&
      (kLetters.find(text[0]) != std::string_view::npos || text.starts_with("~/") || text.starts_with('/')) &&
      std::all_of(text.begin(), text.end(),
                  [&](char c) {
                    return kLetters.find(c) != std::string_view::npos ||
                           std::string_view(" _./~@:-").find(c) != std::string_view::npos;
                  }) &&
      text.find(": ") == std::string::npos && text.back() != ':' && text.back() != ' ';
  Node node;
  node.text = text;
  resolve_plain_scalar(node);
  return plain && node.kind == Node::Kind::String;
}

void add_member(const std::string& indent, const std::string& name, const ordered_json& value, std::string& text);

/// `- value`, at `indent`.
void add_item(const std::string& indent, const ordered_json& value, std::string& text) {
  const std::string line = yaml_of(value);
  if (!value.is_object() || indent.size() + 2 + line.size() <= kWidestLine / 2) {
    text += indent + "- " + line + "\n";
    return;
  }
  std::string members;
  for (const auto& [name, member] : value.items()) {
    add_member(indent + "  ", name, member, members);
  }
  members[indent.size()] = '-';
  text += members;
}

void add_member(const std::string& indent, const std::string& name, const ordered_json& value, std::string& text) {
  const std::string line = yaml_of(value);
  const std::string label = yaml_of(ordered_json(name));
  text += indent + label + ":";
  if (!value.is_structured() || indent.size() + label.size() + 2 + line.size() <= kWidestLine) {
    text += " " + line + "\n";
    return;
  }
  text += "\n";
  for (const auto& [key, member] : value.items()) {
    if (value.is_array()) {
      add_item(indent + "  ", member, text);
    } else {
      add_member(indent + "  ", key, member, text);
    }
  }
}

}  // namespace

std::string yaml_of(const ordered_json& value) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    return reads_as_itself(text) ? text : value.dump();
  }
  if (!value.is_structured()) {
    return value.dump();
  }
  std::string text;
  for (const auto& [name, member] : value.items()) {
    text.append(text.empty() ? "" : ", ")
        .append(value.is_array() ? "" : yaml_of(ordered_json(name)) + ": ")
        .append(yaml_of(member));
  }
  return value.is_array() ? "[" + text + "]" : "{" + text + "}";
}

std::string yaml_of(const std::string& name, const ordered_json& value) {
  std::string text;
  add_member("", name, value, text);
  return text;
}

}  // namespace stillpoint::policy
