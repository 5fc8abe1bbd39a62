#include "policy/document.hpp"

#include <algorithm>

#include "policy/spec_hash.hpp"
#include "policy/yaml_writer.hpp"

namespace stillpoint::policy {
namespace {

using Kind = Node::Kind;

Member* member_of(Node& mapping, std::string_view key) {
  const auto found = std::find_if(mapping.members.begin(), mapping.members.end(),
                                  [&](const Member& member) { return member.key == key; });
  return found == mapping.members.end() ? nullptr : &*found;
}

const Node* value_of(const Node& mapping, std::string_view key) {
  for (const auto& member : mapping.members) {
    if (member.key == key) {
      return &member.value;
    }
  }
  return nullptr;
}

/// The name of a list's item; empty if it has none.
std::string name_of(const Node& item) {
  const Node* name = item.kind == Kind::Mapping ? value_of(item, "name") : nullptr;
  return name != nullptr && name->kind == Kind::String ? name->text : "";
}

/// Whether every item has a name, by which it is known.
bool is_list_of_named(const Node& node) {
  return node.kind == Kind::Sequence && !node.items.empty() &&
         std::none_of(node.items.begin(), node.items.end(), [](const Node& item) { return name_of(item).empty(); });
}

/// A list of named items as a mapping, so that both are compared alike.
Node by_name(const Node& list) {
  Node mapping;
  mapping.kind = Kind::Mapping;
  for (const auto& item : list.items) {
    mapping.members.push_back({"[" + name_of(item) + "]", {}, item});
  }
  return mapping;
}

std::string path_of(const std::string& path, const std::string& key) {
  return path.empty() || key.starts_with('[') ? path + key : path + "." + key;
}

void compare(const std::string& path, const Node* before, const Node* after, std::vector<Change>& changes);

void compare_members(const std::string& path, const Node& before, const Node& after, std::vector<Change>& changes) {
  for (const auto& member : after.members) {
    compare(path_of(path, member.key), value_of(before, member.key), &member.value, changes);
  }
  for (const auto& member : before.members) {
    if (value_of(after, member.key) == nullptr) {
      compare(path_of(path, member.key), &member.value, nullptr, changes);
    }
  }
}

void compare(const std::string& path, const Node* before, const Node* after, std::vector<Change>& changes) {
  if (before != nullptr && after != nullptr) {
    if (before->kind == Kind::Mapping && after->kind == Kind::Mapping) {
      return compare_members(path, *before, *after, changes);
    }
    if (is_list_of_named(*before) && is_list_of_named(*after)) {
      return compare_members(path, by_name(*before), by_name(*after), changes);
    }
    if (spec_hash(*before) == spec_hash(*after)) {
      return;
    }
  }
  changes.push_back(
      {path, before == nullptr ? "" : write_yaml_line(*before), after == nullptr ? "" : write_yaml_line(*after)});
}

}  // namespace

std::vector<Node> documents_of(std::string_view text, const std::string& file) {
  std::vector<Node> documents;
  for (auto& document : read_yaml(text, file).documents) {
    if (document.root.kind == Kind::Mapping) {
      documents.push_back(std::move(document.root));
    }
  }
  return documents;
}

const Node* find_node(const Node& mapping, const std::vector<std::string_view>& fields) {
  const Node* node = &mapping;
  for (const auto field : fields) {
    node = node == nullptr ? nullptr : value_of(*node, field);
  }
  return node;
}

void set_node(Node& mapping, const std::vector<std::string_view>& fields, Node value) {
  Node* node = &mapping;
  for (const auto field : fields) {
    node->kind = Kind::Mapping;
    Member* member = member_of(*node, field);
    if (member == nullptr) {
      node->members.push_back({std::string(field), {}, {}});
      member = &node->members.back();
    }
    node = &member->value;
  }
  *node = std::move(value);
}

void erase_node(Node& mapping, const std::vector<std::string_view>& fields) {
  Node* node = &mapping;
  for (size_t i = 0; i + 1 < fields.size(); ++i) {
    Member* member = member_of(*node, fields[i]);
    if (member == nullptr) {
      return;
    }
    node = &member->value;
  }
  std::erase_if(node->members, [&](const Member& member) { return member.key == fields.back(); });
}

Node text_node(std::string text) {
  Node node;
  node.kind = Kind::String;
  node.text = std::move(text);
  return node;
}

std::vector<Change> changes_between(const Node& before, const Node& after) {
  std::vector<Change> changes;
  compare("", &before, &after, changes);
  return changes;
}

}  // namespace stillpoint::policy
