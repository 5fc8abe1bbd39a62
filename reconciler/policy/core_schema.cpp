#include "policy/core_schema.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>

namespace stillpoint::policy {
namespace {

bool all_are(std::string_view text, bool (*is)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_core_float(std::string_view text) {
  text = without_sign(text);
  const auto exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos && !all_are(without_sign(text.substr(exponent + 1)), is_digit)) {
    return false;
  }
  text = text.substr(0, exponent);
  const auto point = text.find('.');
  if (point == std::string_view::npos) {
    return all_are(text, is_digit);
  }
  const auto whole = text.substr(0, point);
  const auto fraction = text.substr(point + 1);
  return whole.empty() ? all_are(fraction, is_digit)
                       : all_are(whole, is_digit) && (fraction.empty() || all_are(fraction, is_digit));
}

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// The base of a whole number of the core schema, 0 if it is none.
int integer_base(std::string_view text) {
  if (all_are(without_sign(text), is_digit)) {
    return 10;
  }
  if (text.starts_with("0o") && all_are(text.substr(2), is_octal)) {
    return 8;
  }
  return text.starts_with("0x") && all_are(text.substr(2), is_hex) ? 16 : 0;
}

}  // namespace

void resolve_plain_scalar(Node& node) {
  const std::string& text = node.text;
  node.kind = Node::Kind::String;
  if (is_any_of(text, {"", "~", "null", "Null", "NULL"})) {
    node.kind = Node::Kind::Null;
  } else if (is_any_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
    node.kind = Node::Kind::Bool;
    node.boolean = text[0] == 't' || text[0] == 'T';
  } else if (const int base = integer_base(text); base != 0) {
    errno = 0;
    node.integer = std::strtoll(text.c_str() + (base == 10 ? 0 : 2), nullptr, base);
    node.real = errno == 0 ? static_cast<double>(node.integer) : std::strtod(text.c_str(), nullptr);
    node.kind = errno == 0 ? Node::Kind::Integer : Node::Kind::Float;
  } else if (is_core_float(text)) {
    node.kind = Node::Kind::Float;
    node.real = std::strtod(text.c_str(), nullptr);
  } else if (is_any_of(without_sign(text), {".inf", ".Inf", ".INF"}) || is_any_of(text, {".nan", ".NaN", ".NAN"})) {
    node.kind = Node::Kind::Float;
    node.real = std::strtod(text.find('n') == 1 || text.find('N') == 1 ? "nan" : "inf", nullptr);
  }
}

}  // namespace stillpoint::policy
