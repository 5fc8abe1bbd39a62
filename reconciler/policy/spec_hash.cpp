#include "policy/spec_hash.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "policy/yaml_tree.hpp"
#include "support/ids.hpp"

namespace stillpoint::policy {
namespace {

/// With its length before it, so that different trees never give the same text.
void add_text(char kind, const std::string& value, std::string& text) {
  text += kind;
  text += std::to_string(value.size()) + ":";
  text += value;
}

std::string exact(double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.17g", value);
  return digits;
}

void add(const Node& node, std::string& text);

void add_members(const Node& mapping, std::string& text) {
  std::vector<const Member*> members;
  for (const auto& member : mapping.members) {
    members.push_back(&member);
  }
  std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key < b->key; });
  for (const auto* member : members) {
    add_text('k', member->key, text);
    add(member->value, text);
  }
}

/// The tree in the one form that all layouts of it have. The reader has bounded its depth.
void add(const Node& node, std::string& text) {
  switch (node.kind) {
    case Node::Kind::Null:
      text += '~';
      return;
    case Node::Kind::Bool:
      text += node.boolean ? 't' : 'f';
      return;
    case Node::Kind::Integer:
      return add_text('i', std::to_string(node.integer), text);
    case Node::Kind::Float:
      return add_text('d', exact(node.real), text);
    case Node::Kind::String:
      return add_text('s', node.text, text);
    case Node::Kind::Sequence:
      text += '[';
      std::for_each(node.items.begin(), node.items.end(), [&](const Node& item) { add(item, text); });
      text += ']';
      return;
    case Node::Kind::Mapping:
      text += '{';
      add_members(node, text);
      text += '}';
      return;
  }
}

}  // namespace

std::string spec_hash(const Node& spec) {
  std::string text;
  add(spec, text);
  return support::sha256_hex(text).substr(0, 16);
}

}  // namespace stillpoint::policy
