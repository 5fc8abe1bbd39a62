#include "policy/explain.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kWidestHead = 46;  ///< of a field's name and type, where its line has a meaning beside it

/// Words in lines of at most kWidth, each behind `indent`.
std::string wrapped(std::string_view text, const std::string& indent) {
  std::string lines;
  std::string line;
  for (const auto& word : support::split(text, ' ')) {
    if (!line.empty() && indent.size() + line.size() + 1 + word.size() > kWidth) {
      lines += indent + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return lines + (line.empty() ? "" : indent + line + "\n");
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string lines;
  for (const auto& line : support::split(text, '\n')) {
    lines += line.empty() ? "" : indent + line + "\n";
  }
  return lines;
}

/// What fits behind a field's name: the first sentence, or the first part of it.
std::string first_words(const std::string& text) {
  const std::string sentence = text.substr(0, std::min(text.find(". "), text.find("; ")));
  return sentence.ends_with('.') ? sentence.substr(0, sentence.size() - 1) : sentence;
}

/// `KEY:      value`, on lines of its own if it is long.
std::string entry(const std::string& key, const std::string& value) {
  const std::string head = key + ":" + std::string(key.size() < 9 ? 9 - key.size() : 1, ' ');
  return head.size() + value.size() <= kWidth ? head + value + "\n" : key + ":\n" + wrapped(value, "    ");
}

struct Line {
  std::string head;
  std::string meaning;
};

void add_lines(const FieldDoc& doc, Depth depth, const std::string& indent, std::vector<Line>& lines) {
  for (const auto& field : doc.fields) {
    lines.push_back({indent + field.name + " <" + field.type + ">" + (field.required ? " -required-" : ""),
                     first_words(field.meaning)});
    if (depth == Depth::AllBelow) {
      add_lines(field, depth, indent + "  ", lines);
    }
  }
}

std::string fields_of(const FieldDoc& doc, Depth depth) {
  std::vector<Line> lines;
  add_lines(doc, depth, "  ", lines);
  size_t width = 0;
  for (const auto& line : lines) {
    width = std::max(width, std::min(line.head.size(), kWidestHead));
  }
  std::string text;
  for (const auto& [head, meaning] : lines) {
    text.append(head).append(head.size() < width ? width - head.size() : 0, ' ');
    text.append("  ").append(meaning).append("\n");
  }
  return text;
}

/// Text in a cell of a table.
std::string cell(std::string text) {
  for (size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

/// As text of a page: `<` and `*` stand for themselves.
std::string code(const std::string& text) {
  return "`" + text + "`";
}

/// `list of names: 1 to 10, each ...`: that it is a list is said once.
std::string type_cell(const FieldDoc& field) {
  constexpr std::string_view kList = "a list of ";
  const bool repeats = field.type.starts_with("list of ") && field.values.starts_with(kList);
  const std::string values = repeats ? field.values.substr(kList.size()) : field.values;
  return cell(field.type + (values.empty() ? "" : ": " + values));
}

std::string default_cell(const FieldDoc& field) {
  if (field.required) {
    return "**required**";
  }
  return field.default_value.empty() ? field.default_words : code(field.default_value);
}

std::string heading_of(const FieldDoc& doc) {
  return doc.path.empty() ? "The document" : doc.path;
}

/// Where a heading is on the page.
std::string anchor_of(const FieldDoc& doc) {
  std::string anchor;
  for (const char c : doc.path) {
    if (c != '.') {
      anchor += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return "#" + anchor;
}

void add_section(const FieldDoc& doc, std::string& page) {
  page += "\n## " + heading_of(doc) + "\n\n" + wrapped(doc.meaning, "");
  if (!doc.alternatives.empty()) {
    page += "\nEither " + support::join(doc.alternatives, "; or ") + ".\n";
  }
  page += "\n| field | it is | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& field : doc.fields) {
    const std::string name =
        field.fields.empty() ? code(field.name) : "[" + code(field.name) + "](" + anchor_of(field) + ")";
    const std::string example = field.fields.empty() && !field.examples.empty()
                                    ? " Example: " + code(std::string(support::trim(field.examples.front()))) + "."
                                    : "";
    page += "| " + name + " | " + type_cell(field) + " | " + cell(default_cell(field)) + " | " +
            cell(field.meaning + example) + " |\n";
  }
  if (!doc.examples.empty()) {
    page += "\n```yaml\n" + support::join(doc.examples, "# or\n") + "```\n";
  }
  for (const auto& field : doc.fields) {
    if (!field.fields.empty()) {
      add_section(field, page);
    }
  }
}

}  // namespace

std::string explain(const FieldDoc& field, Depth depth) {
  std::string text = entry("KIND", "BackupPolicy") + entry("VERSION", "stillpoint.dev/v1alpha1") + "\n";
  if (!field.path.empty()) {
    text += entry("FIELD", field.path + " <" + field.type + ">") + "\n";
  }
  text += "DESCRIPTION:\n" + wrapped(field.meaning, "    ") + "\n";
  if (!field.values.empty()) {
    text += entry("VALUES", field.values);
  }
  for (size_t i = 0; i < field.alternatives.size(); ++i) {
    text += entry(i == 0 ? "EITHER" : "OR", field.alternatives[i]);
  }
  if (!field.path.empty()) {
    text += entry("REQUIRED", field.required ? "yes" : "no");
  }
  if (const auto& words = field.default_value.empty() ? field.default_words : field.default_value; !words.empty()) {
    text += entry("DEFAULT", words);
  }
  if (!field.examples.empty()) {
    text += "EXAMPLE:\n" + indented(support::join(field.examples, "# or\n"), "    ");
  }
  if (!field.fields.empty()) {
    text += (field.path.empty() ? "" : "\n") + std::string("FIELDS:\n") + fields_of(field, depth);
  }
  return text;
}

std::string reference_page(const FieldDoc& language) {
  std::string page =
      "# The policy, field by field\n\n"
      "<!-- Made by `stillpoint explain -o markdown` from schemas/backuppolicy.schema.json. Change it there. -->\n\n"
      "What `stillpoint explain FIELD` says of each field, as one page. What is in a list has no index here:\n"
      "`spec.datasets.name` is the name of each dataset.\n";
  add_section(language, page);
  return page;
}

}  // namespace stillpoint::policy
