#include "policy/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "policy/core_schema.hpp"
#include "policy/yaml_characters.hpp"
#include "policy/yaml_positions.hpp"
#include "policy/yaml_syntax.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

constexpr size_t kLongestQuote = 60;  ///< of foreign text in a message
constexpr size_t kMostRefusals = 1000;

using support::Error;
using support::ErrorKind;
using support::SourceMark;

Error yaml_error(const std::string& file, Position at, std::string message, std::string remedy) {
  return Error(ErrorKind::InvalidInput, std::move(message))
      .at(SourceMark{file, at.line, at.column})
      .with_remedy(std::move(remedy));
}

/// Thrown through yaml-cpp's parser, which has no other way to be stopped; it does not leave this file.
struct Stop {
  Error why;
};

/// Builds our tree from the parser's events.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& file, YamlText& result)
      : positions_(text), file_(file), result_(result) {}

  /// Where the last scalar begins, if it is a quoted one of several lines that ends in `line`.
  std::optional<Position> spread_to(int line) const {
    return spread_ && spread_lines_ + spread_->line == line ? spread_ : std::nullopt;
  }
  /// Where the innermost list or mapping begins that is still being read.
  std::optional<Position> innermost() const {
    return stack_.empty() ? std::nullopt : std::optional(stack_.back().node.at);
  }

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
    refuse(node.at, "aliases (*name) are not supported", "write the value out");
    leave_out(std::move(node));
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
    check_quote(node.at, source);
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
    std::map<std::string, Position> keys;
  };

  /// Of a scalar that begins at the beginning of `source`.
  void check_quote(Position at, std::string_view source) {
    spread_.reset();
    if (!source.starts_with('"') && !source.starts_with('\'')) {
      return;
    }
    const size_t end = closing_quote(source);
    if (end == std::string_view::npos) {
      refuse(at, "not valid YAML: the quote that begins here has no end",
             "write " + std::string(1, source[0]) + " behind the text");
    } else if (const auto lines = std::count(source.begin(), source.begin() + static_cast<long>(end), '\n');
               lines > 0) {
      spread_ = at;
      spread_lines_ = static_cast<int>(lines);
    }
  }

  Position begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const Position at = positions_.of(mark);
    if (++nodes_ > kMaxYamlNodes) {
      throw Stop{yaml_error(file_, at, "the file has more than " + std::to_string(kMaxYamlNodes) + " values",
                            "split it into several files")};
    }
    if (anchor != YAML::NullAnchor) {
      refuse(at, "anchors (&name) are not supported", "remove the anchor");
    }
    // A quoted text has the tag ! without having been given one.
    const bool written = tag == "!" && positions_.rest().starts_with('!');
    if (written || (tag != "?" && tag != "!" && !tag.empty())) {
      refuse(at, "tags (" + support::printable(tag.substr(0, 60)) + ") are not supported", "remove the tag");
    }
    return at;
  }

  void refuse(Position at, std::string message, std::string remedy) {
    if (result_.errors.size() >= kMostRefusals) {
      throw Stop{yaml_error(file_, at, "too many errors", "mend those above; what follows was not read")};
    }
    document_.sound = false;
    result_.errors.push_back(yaml_error(file_, at, std::move(message), std::move(remedy)));
  }

  void open(Node::Kind kind, Position at) {
    if (stack_.size() >= static_cast<size_t>(kMaxYamlDepth)) {
      throw Stop{yaml_error(file_, at, "nested more than " + std::to_string(kMaxYamlDepth) + " levels deep",
                            "policies need fewer")};
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

  /// A value that was refused: nothing can be said of what would have been in its place.
  void leave_out(Node node) {
    const bool is_key = !stack_.empty() && stack_.back().node.kind == Node::Kind::Mapping && !stack_.back().has_key;
    if (is_key) {
      put(std::move(node));
    } else if (!stack_.empty()) {
      stack_.back().has_key = false;
    }
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
      refuse(key.at, "a field's name must be a word, not " + describe(key), "write one before the colon");
      return;
    }
    if (plain_ && key.text == "<<") {
      refuse(key.at, "merge keys (<<) are not supported", "write the fields out");
      return;
    }
    const auto [first, is_new] = parent.keys.emplace(key.text, key.at);
    if (!is_new) {
      refuse(key.at,
             "the field " + in_quotes(key.text) + " stands here a second time, after line " +
                 std::to_string(first->second.line),
             "remove one of the two");
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
  std::optional<Position> spread_;
  int spread_lines_ = 0;  ///< how far it goes
};

/// An end that is missing is said where what has none begins: the parser names the place where it gave up.
Error syntax_error(std::string_view text, const std::string& file, const YAML::Exception& e,
                   const TreeBuilder& builder) {
  constexpr std::string_view kWhat = "not valid YAML: ";
  Positions positions(text);
  const Position at = positions.of(e.mark);
  if (const auto begin = builder.spread_to(at.line)) {
    return yaml_error(
        file, *begin,
        std::string(kWhat) + "the quote that begins here seems to have its end in line " + std::to_string(at.line),
        "write the end of the text where it is meant to be");
  }
  const std::string_view rest = positions.rest();
  auto hint = explain_syntax(e.msg, positions.before(), rest.substr(0, rest.find('\n')));
  const bool no_end = e.msg.find("flow not found") != std::string::npos && builder.innermost();
  const auto indentation = std::min(positions.before().find_first_not_of(' '), positions.before().size());
  const Position line{at.line, static_cast<int>(indentation) + 1};
  return yaml_error(file,
                    no_end            ? *builder.innermost()
                    : hint.whole_line ? line
                                      : at,
                    std::string(kWhat) + hint.what, std::move(hint.remedy));
}

}  // namespace

YamlText read_yaml(std::string_view text, const std::string& file) {
  YamlText result;
  if (text.size() > kMaxYamlBytes) {
    result.errors.push_back(yaml_error(file, {0, 0},
                                       "the file is larger than " + std::to_string(kMaxYamlBytes / 1024) + " KiB",
                                       "split it into several files"));
    return result;
  }
  text = without_byte_order_mark(text);
  if (auto bad = find_bad_character(text)) {
    result.errors.push_back(yaml_error(file, bad->at, std::move(bad->what), std::move(bad->remedy)));
    return result;
  }
  TreeBuilder builder(text, file, result);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop& stop) {
    result.errors.push_back(stop.why);
  } catch (const YAML::Exception& e) {
    result.errors.push_back(syntax_error(text, file, e, builder));
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
