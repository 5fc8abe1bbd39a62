#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/yaml_tree.hpp"

/// A policy as the tree that was written, for those who change it or show how it has changed.
namespace stillpoint::policy {

/// The documents of a text that `read_policies` finds no error in, in the order of its policies.
std::vector<Node> documents_of(std::string_view text, const std::string& file);

/// What the fields lead to; null if there is nothing.
const Node* find_node(const Node& mapping, const std::vector<std::string_view>& fields);
/// Sets a field of a mapping, in mappings that are made where there are none. An empty one of them is filled.
void set_node(Node& mapping, const std::vector<std::string_view>& fields, Node value);
/// Takes a field out; what is not there is not missed.
void erase_node(Node& mapping, const std::vector<std::string_view>& fields);
Node text_node(std::string text);

/// One difference between two documents.
struct Change {
  std::string path;    ///< `spec.datasets[mysql].hold.maxHold`
  std::string before;  ///< the value on one line; empty: there was none
  std::string after;   ///< the same; empty: there is none any more
};

/// How `after` differs from `before`, field by field, in the order of `after` and then of what is gone. Items of lists
/// of named things are told by their names, those of other lists are one value.
std::vector<Change> changes_between(const Node& before, const Node& after);

}  // namespace stillpoint::policy
