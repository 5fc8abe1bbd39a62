#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/policy.hpp"
#include "policy/yaml_tree.hpp"
#include "support/clock.hpp"
#include "support/error.hpp"

namespace stillpoint::policy {

/// The errors of one file. Its name is needed for their marks.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  /// `path` is the field's (`spec.datasets[0].name`), or empty for the document as a whole; `remedy` is what would be
  /// right. Beyond a thousand they are counted only.
  void add(Position at, const std::string& path, std::string message, std::string remedy = "");
  support::SourceMark mark(Position at) const { return {file_, at.line, at.column}; }
  std::vector<support::Error>& errors() { return errors_; }
  /// Of a document with holes it cannot be said that something is missing.
  enum class Whole { Yes, WithHoles };
  void begin_document(Whole whole) { whole_ = whole; }
  bool may_miss() const { return whole_ == Whole::Yes; }
  /// How many there are, with those that are counted only.
  size_t count() const { return count_; }

 private:
  std::string file_;
  std::vector<support::Error> errors_;
  size_t count_ = 0;
  Whole whole_ = Whole::Yes;
};

/// What a string must look like. `wanted` completes the sentence "expected ...".
struct Shape {
  std::string_view wanted;
  bool (*fits)(std::string_view);
};

// Strings that reach a server, a shell's neighbourhood or the cloud are held to narrow shapes.
extern const Shape kName;  ///< a-z 0-9 -, at most 63
extern const Shape kText;  ///< 1 to 255 characters, none of them a control character
extern const Shape kPath;  ///< the same, up to 4095: a file on this machine
extern const Shape kUuid;
extern const Shape kLogin;
extern const Shape kUnitName;    ///< systemd
extern const Shape kServerPath;  ///< an absolute path on a server
extern const Shape kSocketPath;  ///< the same, short enough for a Unix socket
extern const Shape kPermission;  ///< MassDeletePermission, as it is written
extern const Shape kAddress;     ///< IPv4 or IPv6

/// A word that the language has and this version does not act on: to ignore it would promise what is not done.
struct Later {
  std::string_view word;
  std::string_view instead;  ///< what to do now
};

class Fields;

/// The value of a field, or its absence. Reading an absent one does nothing; a wrong one is reported and leaves the
/// target as it was, so that one reading finds every error.
class Field {
 public:
  Field(const Node* node, std::string path, Problems& problems)
      : node_(node), path_(std::move(path)), problems_(&problems) {}

  bool present() const { return node_ != nullptr; }
  /// Whether the plain number 0 stands there, with which a rule is switched off.
  bool is_zero() const { return present() && node_->kind == Node::Kind::Integer && node_->integer == 0; }
  const std::string& path() const { return path_; }
  support::SourceMark mark() const { return problems_->mark(node_->at); }
  /// Of a text, and where in the file its characters are.
  TextMark text_mark() const { return {mark(), node_->text_column}; }
  /// Reports `message` about this field, which is present, and what would be right.
  void wrong(std::string message, std::string remedy = "") const {
    problems_->add(node_->at, path_, std::move(message), std::move(remedy));
  }

  void read(bool& target) const;
  void read(int& target, int lowest, int highest) const;
  void read(std::string& target, const Shape& shape) const;
  void read(std::chrono::milliseconds& target, std::chrono::milliseconds shortest,
            std::chrono::milliseconds longest) const;
  void read(std::optional<support::WallTime>& target) const;
  /// A list of different strings, not empty.
  void read(std::vector<std::string>& target, const Shape& shape) const;
  /// A mapping of text to text, not empty.
  void read(std::vector<std::pair<std::string, std::string>>& target, const Shape& shape) const;

  /// One of the words of a table; words of `later` are refused as not supported yet.
  /// False if the field is there and wrong: rules that depend on it have nothing to say then.
  template <class T>
  struct Word {
    std::string_view word;
    T value;
  };
  template <class T>
  bool read(T& target, std::initializer_list<Word<T>> words, std::initializer_list<Later> later = {}) const {
    std::vector<std::string> known;
    for (const auto& word : words) {
      known.emplace_back(word.word);
    }
    const auto index = choose(known, later);
    if (index) {
      target = (words.begin() + *index)->value;
    }
    return index || !present();
  }

  /// The elements of a list of 1 to `most`, each with its path.
  std::vector<Field> items(size_t most) const;
  bool is_list() const { return present() && node_->kind == Node::Kind::Sequence; }
  /// The fields of a mapping; nothing (and reported) if it is not one.
  std::optional<Fields> fields() const;

 private:
  bool is_string(std::string_view wanted) const;
  void expected(std::string_view wanted, std::string remedy = "") const;
  std::optional<size_t> choose(const std::vector<std::string>& words, std::initializer_list<Later> later) const;

  const Node* node_;
  std::string path_;
  Problems* problems_;
};

/// The fields of one mapping. Whoever reads it asks for each field that may be there and then calls `finish`, which
/// reports all others.
class Fields {
 public:
  Fields(const Node& mapping, std::string path, Problems& problems)
      : mapping_(&mapping), path_(std::move(path)), problems_(&problems) {}

  Field get(std::string_view name);
  /// If it is missing, `finish` reports it, unless a misspelling of it is there; `what` says what belongs there.
  Field need(std::string_view name, std::string_view what);
  /// At least one of fields that were asked for must be there; `what` says what for.
  void need_one_of(std::initializer_list<std::string_view> names, std::string_view what) const;
  /// Unknown fields are errors, those in `later` too.
  void finish(std::initializer_list<Later> later = {});
  /// Instead of `finish`, where nothing can be said about the other fields.
  void report_missing();

 private:
  std::string path_of(std::string_view name) const;
  const Member* find(std::string_view name) const;
  bool is_known(std::string_view name) const;
  /// What may have been meant by an unknown field.
  std::string meant_by(const std::string& name, const std::optional<std::string>& guess) const;

  const Node* mapping_;
  std::string path_;
  Problems* problems_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> missing_;  ///< name, and what belongs there
};

}  // namespace stillpoint::policy
