#include "policy/fields.hpp"

#include <algorithm>
#include <set>

#include "support/ip_address.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using std::chrono::milliseconds;
using support::Error;
using support::ErrorKind;

constexpr size_t kMostWords = 1000;
constexpr std::string_view kUuidForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_alphanumeric(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

/// Whether all characters are letters, digits or of `others`.
bool is_word_of(std::string_view text, std::string_view others, size_t longest) {
  return text.size() <= longest && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower_or_digit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_line(std::string_view text, long longest) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && std::none_of(text.begin(), text.end(), is_control) &&
         std::count_if(text.begin(), text.end(), [&](char c) { return !continues(c); }) <= longest;
}

bool is_text(std::string_view text) {
  return is_line(text, 255);
}
bool is_path(std::string_view text) {
  return is_line(text, 4095);
}

bool is_uuid(std::string_view text) {
  const auto fits = [](char c, char form) {
    return form == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  return text.size() == kUuidForm.size() && std::equal(text.begin(), text.end(), kUuidForm.begin(), fits);
}

bool is_login(std::string_view text) {
  return !text.empty() && text[0] != '-' && text[0] != '.' && !(text[0] >= '0' && text[0] <= '9') &&
         is_word_of(text, "_.-", 32);
}

bool is_unit_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text[0]) && is_word_of(text, "_.@-", 64);
}

bool is_server_path(std::string_view text) {
  return text.size() > 1 && text[0] == '/' && is_word_of(text, "/_.@+-", 250) &&
         text.find("..") == std::string_view::npos;
}

bool is_socket_path(std::string_view text) {
  return text.size() <= 107 && is_server_path(text);
}

bool is_address(std::string_view text) {
  return support::canonical_ip(text).has_value();
}

std::string listed(const std::vector<std::string>& words) {
  return support::join(words, ", ");
}

bool contains(std::initializer_list<std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

const Shape kName{"a name of 1 to 63 characters of a-z 0-9 -, the first not -", is_name};
const Shape kText{"text of 1 to 255 characters on one line", is_text};
const Shape kPath{"the path of a file", is_path};
const Shape kUuid{"an id such as 6f1c3a58-9d3e-4b60-8a55-0c9d1e2f3a4b, in lower case", is_uuid};
const Shape kLogin{"a login of at most 32 letters, digits and _ . -, the first a letter or _", is_login};
const Shape kUnitName{"the name of a service, of at most 64 letters, digits and _ . @ -", is_unit_name};
const Shape kServerPath{"an absolute path on the server without .., of at most 250 letters, digits and / _ . @ + -",
                        is_server_path};
const Shape kSocketPath{"an absolute path on the server of at most 107 letters, digits and / _ . @ + -",
                        is_socket_path};
const Shape kAddress{"an IPv4 or IPv6 address", is_address};

void Problems::add(Position at, const std::string& path, std::string message) {
  Error error = Error(ErrorKind::InvalidInput, std::move(message)).at(mark(at));
  errors_.push_back(path.empty() ? std::move(error) : std::move(error).with_context(path));
}

void Field::expected(std::string_view wanted) const {
  wrong("expected " + std::string(wanted) + ", found " + describe(*node_));
}

void Field::read(bool& target) const {
  if (!present()) {
    return;
  }
  if (node_->kind != Node::Kind::Bool) {
    return expected("true or false");
  }
  target = node_->boolean;
}

void Field::read(int& target, int lowest, int highest) const {
  if (!present()) {
    return;
  }
  if (node_->kind != Node::Kind::Integer || node_->integer < lowest || node_->integer > highest) {
    return expected("a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  }
  target = static_cast<int>(node_->integer);
}

bool Field::is_string(std::string_view wanted) const {
  if (node_->kind == Node::Kind::String) {
    return true;
  }
  const bool scalar =
      node_->kind == Node::Kind::Bool || node_->kind == Node::Kind::Integer || node_->kind == Node::Kind::Float;
  wrong("expected " + std::string(wanted) + ", found " + describe(*node_) +
        (scalar ? ": write it in quotes, " + in_quotes(node_->text) : ""));
  return false;
}

void Field::read(std::string& target, const Shape& shape) const {
  if (!present() || !is_string(shape.wanted)) {
    return;
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
    return expected("a time from " + support::format_duration(shortest) + " to " + support::format_duration(longest) +
                    ", such as 20s, 5m or 2h");
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
  const std::string wanted = "a list of 1 to " + std::to_string(most);
  if (node_->kind != Node::Kind::Sequence) {
    expected(wanted);
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
      item.wrong(in_quotes(value) + " stands in this list a second time: remove one of the two");
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
    const Field value(&member.value, path_ + "." + support::printable(member.key.substr(0, 60)), *problems_);
    if (!shape.fits(member.key)) {
      value.wrong("expected as key " + std::string(shape.wanted));
    }
    std::string text;
    value.read(text, shape);
    target.emplace_back(member.key, std::move(text));
  }
}

std::optional<size_t> Field::choose(const std::vector<std::string>& words,
                                    std::initializer_list<std::string_view> later) const {
  const std::string wanted = "one of " + listed(words);
  if (!present() || !is_string(wanted)) {
    return std::nullopt;
  }
  const auto place = std::find(words.begin(), words.end(), node_->text);
  if (place != words.end()) {
    return static_cast<size_t>(place - words.begin());
  }
  if (contains(later, node_->text)) {
    wrong(in_quotes(node_->text) + " is not supported yet: use " + wanted);
    return std::nullopt;
  }
  const auto guess = support::nearest(node_->text, words);
  wrong("expected " + wanted + ", found " + in_quotes(node_->text) + (guess ? ": did you mean " + *guess + "?" : ""));
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
  const std::string field = support::printable(name.substr(0, 60));
  return path_.empty() ? field : path_ + "." + field;
}

const Member* Fields::find(std::string_view name) const {
  const auto& members = mapping_->members;
  const auto member = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.key == name; });
  return member == members.end() ? nullptr : &*member;
}

Field Fields::get(std::string_view name) {
  known_.emplace_back(name);
  const Member* member = find(name);
  return {member == nullptr ? nullptr : &member->value, path_of(name), *problems_};
}

Field Fields::need(std::string_view name, std::string_view what) {
  Field field = get(name);
  if (!field.present()) {
    problems_->add(mapping_->at, path_of(name), "is missing: give " + std::string(what));
  }
  return field;
}

void Fields::need_one_of(std::initializer_list<std::string_view> names, std::string_view what) const {
  if (std::none_of(names.begin(), names.end(), [&](std::string_view name) { return find(name) != nullptr; })) {
    const std::vector<std::string> words(names.begin(), names.end());
    problems_->add(mapping_->at, path_, "selects nothing: give " + std::string(what) + " by one of " + listed(words));
  }
}

void Fields::finish(std::initializer_list<std::string_view> later) const {
  for (const auto& member : mapping_->members) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) {
      continue;
    }
    if (contains(later, member.key)) {
      problems_->add(member.key_at, path_of(member.key), "is not supported yet: remove it");
      continue;
    }
    const auto guess = support::nearest(member.key, known_);
    problems_->add(
        member.key_at, path_of(member.key),
        "unknown field: " + (guess ? "did you mean " + *guess + "?" : "the fields here are " + listed(known_)));
  }
}

}  // namespace stillpoint::policy
