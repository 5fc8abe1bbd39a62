#include "policy/yaml_syntax.hpp"

#include <algorithm>

#include "policy/yaml_tree.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

/// A value that goes on to the end of its line without a comment, or of the list or mapping that `before` has begun.
std::string_view value_at(std::string_view before, std::string_view rest) {
  const bool in_brackets = before.find_first_of("[{") != std::string_view::npos;
  return support::trim(rest.substr(0, std::min(rest.find(" #"), rest.find_first_of(in_brackets ? ",]}" : "\n"))));
}

std::string write_in_quotes(std::string_view value) {
  return value.find('"') == std::string_view::npos ? "write it in quotes, " + in_quotes(value) : "write it in quotes";
}

bool begins_the_line(std::string_view before) {
  return support::trim(before).empty();
}

/// A value that begins with a sign which means something else in YAML.
SyntaxHint explain_first_sign(std::string_view before, std::string_view value) {
  const char sign = value.empty() ? ' ' : value[0];
  const std::string what = sign == '*'   ? "a value that begins with * is an alias"
                           : sign == '&' ? "a value that begins with & is an anchor"
                                         : "a value cannot begin with " + support::printable(value.substr(0, 1));
  return {what, write_in_quotes(value_at(before, value))};
}

SyntaxHint explain_colon(std::string_view before, std::string_view behind) {
  const auto colon = before.find(": ");
  if (colon != std::string_view::npos) {
    const std::string whole = std::string(before.substr(colon + 2)) + std::string(behind);
    return {"a value with \": \" in it looks like another field", write_in_quotes(value_at("", whole))};
  }
  return {"a field cannot begin here",
          "give it the indentation of its neighbours, and see whether the line above it lacks a colon", true};
}

SyntaxHint explain_end_of_mapping(std::string_view before) {
  if (begins_the_line(before)) {
    return {"the indentation is that of no line above", "give the fields that belong together the same indentation"};
  }
  return {"text behind the end of the value", "put all of the value into one pair of quotes; within '...' a ' is ''"};
}

}  // namespace

SyntaxHint explain_syntax(const std::string& message, std::string_view before, std::string_view behind) {
  const auto says = [&](std::string_view part) { return message.find(part) != std::string::npos; };
  const std::string_view indentation = before.substr(0, before.find_first_not_of(" \t"));
  if (indentation.find('\t') != std::string_view::npos || says("illegal tab")) {
    return {"a tab does not indent", "use spaces", true};
  }
  if (says("not found after") && !before.empty()) {
    return explain_first_sign(before, std::string(before.substr(before.size() - 1)) + std::string(behind));
  }
  if (says("anchor is not defined") || says("unknown token")) {
    return explain_first_sign(before, behind);
  }
  if (says("illegal map value")) {
    return explain_colon(before, behind);
  }
  if (says("end of map not found") || says("end of sequence not found")) {
    return explain_end_of_mapping(before);
  }
  if (says("end of sequence flow")) {
    return {"the list that begins here with [ has no end", "write ] behind it"};
  }
  if (says("end of map flow")) {
    return {"the mapping that begins here with { has no end", "write } behind it"};
  }
  if (says("illegal flow end")) {
    return {"a bracket that ends nothing", "see which [ or { before it has no end"};
  }
  if (says("major version")) {
    return {message, "remove the line"};
  }
  if (says("illegal block entry")) {
    return {"a list cannot begin on the line of its field", "begin it on the next line, or write [a, b]"};
  }
  if (says("unknown escape character")) {
    return {message, "write \\\\ for a \\, or use '...', in which a \\ is a \\"};
  }
  if (says("bad file")) {
    return {"nested more than " + std::to_string(kMaxYamlDepth) + " levels deep", "policies need fewer"};
  }
  return {support::printable(message), ""};
}

size_t closing_quote(std::string_view source) {
  const char quote = source.empty() ? ' ' : source[0];
  for (size_t at = 1; at < source.size(); ++at) {
    if (source[at] == quote) {
      // Within '...' two of them are one character of the text.
      if (quote == '"' || source.substr(at + 1, 1) != "'") {
        return at;
      }
      ++at;
    } else if (quote == '"' && source[at] == '\\') {
      ++at;
    }
  }
  return std::string_view::npos;
}

}  // namespace stillpoint::policy
