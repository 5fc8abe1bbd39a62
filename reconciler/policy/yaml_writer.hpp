#pragma once

#include <string>

namespace stillpoint::policy {

struct Node;

/// A mapping as a YAML document that `read_yaml` reads as the same tree, laid out as a person would write it. Comments
/// are not in the tree, and so are lost.
std::string write_yaml(const Node& document);

/// A value on one line.
std::string write_yaml_line(const Node& value);

}  // namespace stillpoint::policy
