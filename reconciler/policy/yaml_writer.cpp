#include "policy/yaml_writer.hpp"

#include "policy/yaml_example.hpp"
#include "policy/yaml_tree.hpp"

namespace stillpoint::policy {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null:
      return nullptr;
    case Node::Kind::Bool:
      return node.boolean;
    case Node::Kind::Integer:
      return node.integer;
    case Node::Kind::Float:
      return node.real;
    case Node::Kind::String:
      return node.text;
    case Node::Kind::Sequence: {
      auto list = ordered_json::array();
      for (const auto& item : node.items) {
        list.push_back(json_of(item));
      }
      return list;
    }
    case Node::Kind::Mapping:
      break;
  }
  auto object = ordered_json::object();
  for (const auto& member : node.members) {
    object[member.key] = json_of(member.value);
  }
  return object;
}

}  // namespace

std::string write_yaml(const Node& document) {
  std::string text;
  for (const auto& member : document.members) {
    text += yaml_of(member.key, json_of(member.value));
  }
  return text;
}

std::string write_yaml_line(const Node& value) {
  return yaml_of(json_of(value));
}

}  // namespace stillpoint::policy
