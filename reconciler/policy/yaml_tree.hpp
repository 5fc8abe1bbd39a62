#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/error.hpp"

namespace stillpoint::policy {

/// Where a node begins. 1-based; columns count characters, not bytes.
struct Position {
  int line = 1;
  int column = 1;
};

struct Member;

/// A YAML value. Plain scalars are typed by the core schema of YAML 1.2 (`no` and `017` are not what 1.1 made of them),
/// quoted and block scalars are strings.
struct Node {
  enum class Kind { Null, Bool, Integer, Float, String, Sequence, Mapping };

  Kind kind = Kind::Null;
  Position at;
  std::string text;     ///< a scalar as it is written, without its quotes
  int text_column = 0;  ///< where `text` begins on the line; 0 if the file spells it otherwise (escapes, several lines)
  bool boolean = false;
  long long integer = 0;
  double real = 0;              ///< of Integer and Float
  std::vector<Node> items;      ///< of a sequence
  std::vector<Member> members;  ///< of a mapping, in the order of the file, each key once
};

struct Member {
  std::string key;
  Position key_at;
  Node value;
};

struct YamlDocument {
  Node root;
  bool sound = true;  ///< false: an error of this document is among the errors, and the tree has holes where it was
};

struct YamlText {
  std::vector<YamlDocument> documents;
  std::vector<support::Error> errors;
};

// What keeps the reading of the worst file that fits under 100 ms; a hundred policies fit.
constexpr size_t kMaxYamlBytes = 128UL * 1024;
constexpr int kMaxYamlDepth = 32;
constexpr int kMaxYamlNodes = 50000;

/// Reads every document of the text. Errors that leave the rest readable (anchors, aliases, merge keys, tags, duplicate
/// keys) are collected; one of syntax or size ends the reading, and the documents before it are kept.
YamlText read_yaml(std::string_view text, const std::string& file);

/// What a node is, for messages: `a list`, `the number 3`, `"abc"`. Long and unprintable text is made fit for a line.
std::string describe(const Node& node);

/// Foreign text in quotes, made fit for one line of a message.
std::string in_quotes(std::string_view text);

}  // namespace stillpoint::policy
