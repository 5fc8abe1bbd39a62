#include "policy/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "policy/core_schema.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

constexpr size_t kLongestQuote = 60;  ///< of foreign text in a message

using support::Error;
using support::ErrorKind;
using support::SourceMark;

Error yaml_error(const std::string& file, Position at, std::string message) {
  return Error(ErrorKind::InvalidInput, std::move(message)).at(SourceMark{file, at.line, at.column});
}

/// The length of the UTF-8 character that `text` begins with, 0 if it does not begin with one.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xc2 && first <= 0xdf) {
    return follows(1) ? 2 : 0;
  }
  if (first >= 0xe0 && first <= 0xef) {
    // Neither overlong forms nor surrogates.
    return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// The first byte that a policy file must not have, or nothing.
std::optional<Error> check_characters(std::string_view text, const std::string& file) {
  Position at;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) {
      return yaml_error(file, at, "not UTF-8 text: save the file with the encoding UTF-8");
    }
    if (text[0] == '\0') {
      return yaml_error(file, at, "a NUL byte: this is not a text file");
    }
    at = text[0] == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

/// Turns yaml-cpp's marks (0-based, bytes) into positions. Marks come nearly in order, so counting goes on from the
/// last one: a file of one long line must not cost the square of its length.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text) {}

  Position of(const YAML::Mark& mark) {
    if (mark.is_null()) {
      return {};
    }
    if (mark.line < line_) {
      *this = Positions(text_);
    }
    while (line_ < mark.line) {
      const auto end = text_.find('\n', line_start_);
      if (end == std::string_view::npos) {
        break;
      }
      line_start_ = end + 1;
      ++line_;
      bytes_ = characters_ = 0;
    }
    if (mark.column < bytes_) {
      bytes_ = characters_ = 0;
    }
    for (; bytes_ < mark.column; ++bytes_) {
      const size_t at = line_start_ + static_cast<size_t>(bytes_);
      const bool continues = at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xc0U) == 0x80;
      characters_ += continues ? 0 : 1;
    }
    return {mark.line + 1, characters_ + 1};
  }

  /// The text from the last position on.
  std::string_view rest() const {
    return text_.substr(std::min(text_.size(), line_start_ + static_cast<size_t>(bytes_)));
  }

 private:
  std::string_view text_;
  int line_ = 0;
  size_t line_start_ = 0;
  int bytes_ = 0;
  int characters_ = 0;
};

/// Thrown through yaml-cpp's parser, which has no other way to be stopped; it does not leave this file.
struct Stop {
  Error why;
};

/// Builds our tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& file, YamlText& result)
      : positions_(text), file_(file), result_(result) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {
    document_ = {};
    stack_.clear();
  }

  void OnDocumentEnd() override { result_.documents.push_back(std::move(document_)); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.at = begin(mark, "?", anchor);
    put(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    Node node;
    node.at = begin(mark, "?", YAML::NullAnchor);
    refuse(node.at, "aliases (*name) are not supported: write the value out");
    put(std::move(node));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.at = begin(mark, tag, anchor);
    node.text = value;
    node.kind = Node::Kind::String;
    const size_t quote = tag == "?" ? 0 : 1;
    const std::string_view source = positions_.rest();
    if (source.size() > quote && source.substr(quote, value.size()) == value) {
      node.text_column = node.at.column + static_cast<int>(quote);
    }
    if (tag == "?") {
      resolve_plain_scalar(node);
    }
    plain_ = tag == "?";
    put(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::Sequence, begin(mark, tag, anchor));
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(Node::Kind::Mapping, begin(mark, tag, anchor));
  }

  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  /// A sequence or mapping that is still being read.
  struct Open {
    Node node;
    Member pending;  ///< the key that waits for its value
    bool has_key = false;
    bool drop_value = false;  ///< the key was refused: its value is read and forgotten
    std::set<std::string> keys;
  };

  Position begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const Position at = positions_.of(mark);
    if (++nodes_ > kMaxYamlNodes) {
      throw Stop{yaml_error(
          file_, at,
          "the file has more than " + std::to_string(kMaxYamlNodes) + " values: split it into several files")};
    }
    if (anchor != YAML::NullAnchor) {
      refuse(at, "anchors (&name) are not supported: remove the anchor");
    }
    if (tag != "?" && tag != "!" && !tag.empty()) {
      refuse(at, "tags (" + support::printable(tag.substr(0, 60)) + ") are not supported: remove the tag");
    }
    return at;
  }

  void refuse(Position at, std::string message) {
    document_.sound = false;
    result_.errors.push_back(yaml_error(file_, at, std::move(message)));
  }

  void open(Node::Kind kind, Position at) {
    if (stack_.size() >= static_cast<size_t>(kMaxYamlDepth)) {
      throw Stop{yaml_error(file_, at, "nested more than " + std::to_string(kMaxYamlDepth) + " levels deep")};
    }
    stack_.emplace_back();
    stack_.back().node.kind = kind;
    stack_.back().node.at = at;
    plain_ = false;
  }

  void close() {
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    put(std::move(node));
  }

  void put(Node node) {
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Open& parent = stack_.back();
    if (parent.node.kind == Node::Kind::Sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      put_key(parent, node);
    } else {
      put_value(parent, std::move(node));
    }
  }

  void put_key(Open& parent, const Node& key) {
    parent.has_key = true;
    parent.drop_value = true;
    if (key.kind == Node::Kind::Sequence || key.kind == Node::Kind::Mapping || key.kind == Node::Kind::Null) {
      refuse(key.at, "a field's name must be a word, not " + describe(key));
      return;
    }
    if (plain_ && key.text == "<<") {
      refuse(key.at, "merge keys (<<) are not supported: write the fields out");
      return;
    }
    if (!parent.keys.insert(key.text).second) {
      refuse(key.at, "the field " + in_quotes(key.text) + " stands here a second time: remove one of the two");
      return;
    }
    parent.drop_value = false;
    parent.pending.key = key.text;
    parent.pending.key_at = key.at;
  }

  void put_value(Open& parent, Node value) {
    parent.has_key = false;
    if (parent.drop_value) {
      return;
    }
    if (value.kind == Node::Kind::Null) {
      value.at = parent.pending.key_at;  // the parser marks a value that is not there where the next token is
    }
    parent.pending.value = std::move(value);
    parent.node.members.push_back(std::move(parent.pending));
    parent.pending = {};
  }

  Positions positions_;
  const std::string& file_;
  YamlText& result_;
  YamlDocument document_;
  std::vector<Open> stack_;
  int nodes_ = 0;
  bool plain_ = false;  ///< whether the last scalar was plain
};

}  // namespace

YamlText read_yaml(std::string_view text, const std::string& file) {
  YamlText result;
  if (text.size() > kMaxYamlBytes) {
    result.errors.push_back(yaml_error(file, {}, "the file is larger than 1 MiB: split it into several files"));
    return result;
  }
  if (auto error = check_characters(text, file)) {
    result.errors.push_back(std::move(*error));
    return result;
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(text, file, result);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    result.errors.push_back(stop.why);
  } catch (const YAML::Exception& e) {
    result.errors.push_back(
        yaml_error(file, Positions(text).of(e.mark), "not valid YAML: " + support::printable(e.msg)));
  }
  return result;
}

std::string in_quotes(std::string_view text) {
  const std::string shown = support::printable(text.substr(0, kLongestQuote));
  return "\"" + shown + (text.size() > kLongestQuote ? "...\"" : "\"");
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::Null:
      return "nothing";
    case Node::Kind::Bool:
      return node.boolean ? "true" : "false";
    case Node::Kind::Integer:
    case Node::Kind::Float:
      return "the number " + support::printable(std::string_view(node.text).substr(0, 60));
    case Node::Kind::String:
      return in_quotes(node.text);
    case Node::Kind::Sequence:
      return "a list";
    case Node::Kind::Mapping:
      return "a mapping";
  }
  return "something else";
}

}  // namespace stillpoint::policy
