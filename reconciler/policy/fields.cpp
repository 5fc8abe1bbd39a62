#include "policy/fields.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "policy/language.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using std::chrono::milliseconds;
using support::Error;
using support::ErrorKind;

/// What `stillpoint init` writes where a person has to decide.
constexpr std::string_view kPlaceholder = "FILL-IN";
constexpr size_t kMostWords = 1000;
constexpr size_t kMostProblems = 1000;
constexpr size_t kLongestName = 60;  ///< of a field that somebody wrote, in a message

std::string listed(const std::vector<std::string>& words) {
  return support::join(words, ", ");
}

const Later* find_later(std::initializer_list<Later> later, std::string_view word) {
  const auto* found = std::find_if(later.begin(), later.end(), [&](const Later& one) { return one.word == word; });
  return found == later.end() ? nullptr : found;
}

/// Nothing for a word that is too long to be a misspelling of one of ours.
std::optional<std::string> guess_of(std::string_view word, const std::vector<std::string>& words) {
  return word.size() > kLongestName ? std::nullopt : support::nearest(word, words);
}

/// What a person may have meant who wrote something else than true or false: the words of YAML 1.1, or quotes.
std::string meant_as_bool(const Node& node) {
  std::string word = node.text;
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (word == "true" || word == "false") {
    return "write " + word + ", without quotes";
  }
  const auto is_one_of = [&](std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return is_one_of({"yes", "on", "y", "1"}) ? "write true" : is_one_of({"no", "off", "n", "0"}) ? "write false" : "";
}

bool is_whole_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string meant_as_duration(const Node& node, milliseconds shortest, milliseconds longest) {
  if (is_whole_number(node.text)) {
    const std::string seconds = node.text + "s";
    const auto read = support::parse_duration(seconds);
    return read && *read >= shortest && *read <= longest ? "give it a unit, such as " + seconds : "give it a unit";
  }
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto& text = node.text;
  const auto unit = std::find_if_not(text.begin(), text.end(), digit);
  if (unit != text.begin() && std::any_of(unit, text.end(), digit)) {
    return "give one number and one unit, such as 90m";
  }
  return support::parse_duration(text) ? "" : "write a number and its unit: ms, s, m, h, d or w";
}

}  // namespace

void Problems::add(Position at, const std::string& path, std::string message, std::string remedy) {
  if (++count_ > kMostProblems) {
    return;
  }
  Error error = Error(ErrorKind::InvalidInput, std::move(message)).at(mark(at)).with_remedy(std::move(remedy));
  errors_.push_back(path.empty() ? std::move(error) : std::move(error).with_context(path));
}

void Field::expected(std::string_view wanted, std::string remedy) const {
  wrong("expected " + std::string(wanted) + ", found " + describe(*node_), std::move(remedy));
}

void Field::read(bool& target) const {
  if (!present()) {
    return;
  }
  if (node_->kind != Node::Kind::Bool) {
    return expected("true or false", meant_as_bool(*node_));
  }
  target = node_->boolean;
}

void Field::read(int& target, int lowest, int highest) const {
  if (!present()) {
    return;
  }
  if (node_->kind != Node::Kind::Integer || node_->integer < lowest || node_->integer > highest) {
    const bool quoted = node_->kind == Node::Kind::String && is_whole_number(node_->text);
    return expected("a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest),
                    quoted ? "write " + node_->text + ", without quotes" : "");
  }
  target = static_cast<int>(node_->integer);
}

bool Field::is_string(std::string_view wanted) const {
  if (node_->kind == Node::Kind::String) {
    return true;
  }
  const bool scalar =
      node_->kind == Node::Kind::Bool || node_->kind == Node::Kind::Integer || node_->kind == Node::Kind::Float;
  expected(wanted, scalar ? "write it in quotes, " + in_quotes(node_->text) : "");
  return false;
}

void Field::read(std::string& target, const Shape& shape) const {
  if (!present() || !is_string(shape.wanted)) {
    return;
  }
  if (node_->text == kPlaceholder) {
    return wrong("is still what `stillpoint init` has left for you to fill in: give " + std::string(shape.wanted));
  }
  if (!shape.fits(node_->text)) {
    return expected(shape.wanted);
  }
  target = node_->text;
}

void Field::read(milliseconds& target, milliseconds shortest, milliseconds longest) const {
  if (!present()) {
    return;
  }
  const auto duration =
      node_->kind == Node::Kind::String ? support::parse_duration(node_->text) : std::optional<milliseconds>();
  if (!duration || *duration < shortest || *duration > longest) {
    return expected("a time from " + support::format_duration(shortest) + " to " + support::format_duration(longest),
                    meant_as_duration(*node_, shortest, longest));
  }
  target = *duration;
}

void Field::read(std::optional<support::WallTime>& target) const {
  if (!present()) {
    return;
  }
  const std::string& text = node_->text;
  const bool utc = text.ends_with('Z') || text.ends_with("+00:00");
  const auto when = node_->kind == Node::Kind::String && utc && text.find('T') == 10
                        ? support::parse_utc(text)
                        : std::optional<support::WallTime>();
  if (!when) {
    return expected("an instant in UTC, such as 2026-11-24T01:05:00Z");
  }
  target = when;
}

std::vector<Field> Field::items(size_t most) const {
  std::vector<Field> items;
  if (!present()) {
    return items;
  }
  const std::string wanted = "a list of 1 to " + std::to_string(most) + " entries";
  if (node_->kind != Node::Kind::Sequence) {
    expected(wanted, node_->kind == Node::Kind::String ? "write [" + in_quotes(node_->text) + "]" : "");
  } else if (node_->items.empty() || node_->items.size() > most) {
    wrong("expected " + wanted + ", found one of " + std::to_string(node_->items.size()));
  } else {
    for (const auto& item : node_->items) {
      items.emplace_back(&item, path_ + "[" + std::to_string(items.size()) + "]", *problems_);
    }
  }
  return items;
}

void Field::read(std::vector<std::string>& target, const Shape& shape) const {
  std::set<std::string> seen;
  for (const auto& item : items(kMostWords)) {
    std::string value;
    item.read(value, shape);
    if (value.empty()) {
      continue;
    }
    if (!seen.insert(value).second) {
      item.wrong(in_quotes(value) + " stands in this list a second time", "remove one of the two");
      continue;
    }
    target.push_back(std::move(value));
  }
}

void Field::read(std::vector<std::pair<std::string, std::string>>& target, const Shape& shape) const {
  if (!present()) {
    return;
  }
  if (node_->kind != Node::Kind::Mapping || node_->members.empty()) {
    return expected("a mapping of at least one key to its value");
  }
  for (const auto& member : node_->members) {
    const Field value(&member.value, path_ + "." + support::printable(member.key.substr(0, kLongestName)), *problems_);
    if (!shape.fits(member.key)) {
      value.wrong("expected as key " + std::string(shape.wanted));
    }
    std::string text;
    value.read(text, shape);
    target.emplace_back(member.key, std::move(text));
  }
}

std::optional<size_t> Field::choose(const std::vector<std::string>& words, std::initializer_list<Later> later) const {
  const std::string wanted = "one of " + listed(words);
  if (!present() || !is_string(wanted)) {
    return std::nullopt;
  }
  const auto place = std::find(words.begin(), words.end(), node_->text);
  if (place != words.end()) {
    return static_cast<size_t>(place - words.begin());
  }
  if (const auto* known = find_later(later, node_->text)) {
    wrong(in_quotes(node_->text) + " is not supported yet", std::string(known->instead));
    return std::nullopt;
  }
  const auto guess = guess_of(node_->text, words);
  wrong("expected " + wanted + ", found " + in_quotes(node_->text), guess ? "did you mean " + *guess + "?" : "");
  return std::nullopt;
}

std::optional<Fields> Field::fields() const {
  if (!present()) {
    return std::nullopt;
  }
  if (node_->kind != Node::Kind::Mapping) {
    expected("a mapping of fields");
    return std::nullopt;
  }
  return Fields(*node_, path_, *problems_);
}

std::string Fields::path_of(std::string_view name) const {
  const std::string field = support::printable(name.substr(0, kLongestName));
  return path_.empty() ? field : path_ + "." + field;
}

const Member* Fields::find(std::string_view name) const {
  const auto& members = mapping_->members;
  const auto member = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == name; });
  return member == members.end() ? nullptr : &*member;
}

bool Fields::is_known(std::string_view name) const {
  return std::find(known_.begin(), known_.end(), name) != known_.end();
}

std::string Fields::meant_by(const std::string& name, const std::optional<std::string>& guess) const {
  constexpr size_t kMostPlaces = 3;
  if (guess) {
    return "did you mean " + *guess + "?";
  }
  const auto places = paths_named(name);
  return places.empty() || places.size() > kMostPlaces ? "the fields here are " + listed(known_)
                                                       : "did you mean " + support::join(places, " or ") + "?";
}

Field Fields::get(std::string_view name) {
  if (!is_known(name)) {
    known_.emplace_back(name);
  }
  const Member* member = find(name);
  return {member == nullptr ? nullptr : &member->value, path_of(name), *problems_};
}

Field Fields::need(std::string_view name, std::string_view what) {
  Field field = get(name);
  if (!field.present()) {
    missing_.emplace_back(name, what);
  }
  return field;
}

void Fields::report_missing() {
  for (const auto& [name, what] : std::exchange(missing_, {})) {
    if (problems_->may_miss()) {
      problems_->add(mapping_->at, path_of(name), "is missing", "give " + what);
    }
  }
}

void Fields::need_one_of(std::initializer_list<std::string_view> names, std::string_view what) const {
  const std::vector<std::string> words(names.begin(), names.end());
  const auto counts = [&](const Member& member) {
    return std::find(names.begin(), names.end(), member.key) != names.end() ||
           (!is_known(member.key) && guess_of(member.key, words));
  };
  if (problems_->may_miss() && std::none_of(mapping_->members.begin(), mapping_->members.end(), counts)) {
    problems_->add(mapping_->at, path_, "selects nothing", "give " + std::string(what) + " by one of " + listed(words));
  }
}

void Fields::finish(std::initializer_list<Later> later) {
  for (const auto& member : mapping_->members) {
    if (is_known(member.key)) {
      continue;
    }
    if (const auto* known = find_later(later, member.key)) {
      problems_->add(member.key_at, path_of(member.key), "is not supported yet", std::string(known->instead));
      continue;
    }
    const auto guess = guess_of(member.key, known_);
    if (guess) {
      std::erase_if(missing_, [&](const auto& missing) { return missing.first == *guess; });
    }
    problems_->add(member.key_at, path_of(member.key), "unknown field", meant_by(member.key, guess));
  }
  report_missing();
}

}  // namespace stillpoint::policy
