#include "policy/language.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "policy/policy_schema.hpp"
#include "policy/yaml_example.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

// In the order of the file, which is the order in which people think of the fields.
using json = nlohmann::ordered_json;

constexpr std::string_view kDefault = "Default: ";
constexpr std::string_view kDefaultOfFields = "Default of each field: ";

/// Puts `over` on top of `base`; fields that both have are put on top of each other, too.
void overlay(json& base, const json& over) {
  for (const auto& [key, value] : over.items()) {
    if (key == "properties" && base.contains(key)) {
      for (const auto& [name, field] : value.items()) {
        overlay(base[key][name], field);
      }
    } else {
      base[key] = value;
    }
  }
}

/// The part of the schema with everything that it refers to put in its place. What a definition with a title says of
/// the form of a text makes room for what a field says of its meaning, and is kept as `$comment`.
json resolved(const json& part, const json& definitions) {
  if (!part.is_object()) {
    return part;
  }
  constexpr std::string_view kPrefix = "#/definitions/";
  if (part.contains("$ref")) {
    return resolved(definitions.at(part["$ref"].get<std::string>().substr(kPrefix.size())), definitions);
  }
  json whole = json::object();
  json own = part;
  if (part.contains("allOf") && part["allOf"][0].contains("$ref")) {
    whole = resolved(part["allOf"][0], definitions);
    own.erase("allOf");
    if (whole.contains("title") && own.contains("description")) {
      whole["$comment"] = whole["description"];
    }
  }
  overlay(whole, own);
  for (const char* key : {"items", "additionalProperties", "propertyNames"}) {
    if (whole.contains(key)) {
      whole[key] = resolved(whole[key], definitions);
    }
  }
  for (const char* key : {"properties", "oneOf"}) {
    if (whole.contains(key)) {
      for (auto& value : whole[key]) {
        value = resolved(value, definitions);
      }
    }
  }
  return whole;
}

std::string text_of(const json& part, const char* key) {
  return part.value(key, std::string());
}

std::string plural(const std::string& noun) {
  return noun == "text" || noun.find(' ') != std::string::npos ? noun : noun + (noun.ends_with('s') ? "es" : "s");
}

std::string lower_first(std::string text) {
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z') {
    text[0] = static_cast<char>(text[0] - 'A' + 'a');
  }
  return text;
}

std::string without_dot(std::string text) {
  if (text.ends_with('.')) {
    text.pop_back();
  }
  return text;
}

/// `say` of each of the alternatives, without repetitions.
template <class Say>
std::string alternatives(const json& part, Say say) {
  std::vector<std::string> words;
  for (const auto& alternative : part["oneOf"]) {
    if (auto word = say(alternative); !word.empty() && std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(std::move(word));
    }
  }
  return support::join(words, " or ");
}

std::string type_of(const json& part) {
  if (part.contains("oneOf")) {
    return alternatives(part, type_of);
  }
  if (part.contains("const")) {
    return part["const"].is_string() ? "word" : part["const"].dump();
  }
  if (part.contains("enum")) {
    return part["enum"][0].is_string() ? "word" : "whole number";
  }
  const std::string type = text_of(part, "type");
  if (type == "array") {
    return "list of " + plural(type_of(part["items"]));
  }
  if (type == "object") {
    return part.contains("properties") ? "object" : "map of text to text";
  }
  return type == "boolean" ? "true or false" : type == "integer" ? "whole number" : part.value("title", "text");
}

std::string values_of(const json& part) {
  if (part.contains("oneOf")) {
    return alternatives(part, values_of);
  }
  if (part.contains("const")) {
    return yaml_of(part["const"]);
  }
  if (part.contains("enum")) {
    std::vector<std::string> words;
    for (const auto& word : part["enum"]) {
      words.push_back(yaml_of(word));
    }
    return "one of " + support::join(words, ", ");
  }
  const std::string type = text_of(part, "type");
  if (type == "integer") {
    return part["minimum"].dump() + " to " + part["maximum"].dump();
  }
  if (type == "array") {
    const std::string each = values_of(part["items"]);
    return "a list of " + part["minItems"].dump() + " to " + part["maxItems"].dump() +
           (part.value("uniqueItems", false) ? " different ones" : "") + (each.empty() ? "" : ", each " + each);
  }
  if (type == "object" && part.contains("properties")) {
    return part.contains("minProperties") ? "at least one of its fields" : "";
  }
  if (type == "object") {
    return "at least one key; each value " + values_of(part["additionalProperties"]);
  }
  return type == "string" ? lower_first(without_dot(part.value("$comment", text_of(part, "description")))) : "";
}

/// What stands behind a phrase of the description, which is cut off there.
std::string cut_behind(std::string& text, std::string_view phrase) {
  const auto at = text.find(phrase);
  if (at == std::string::npos) {
    return "";
  }
  std::string behind = without_dot(text.substr(at + phrase.size()));
  text = support::trim(std::string_view(text).substr(0, at));
  return behind;
}

bool lists(const json& part, const char* key, const std::string& word) {
  return part.contains(key) && std::find(part[key].begin(), part[key].end(), word) != part[key].end();
}

FieldDoc describe(const json& part, const std::string& name, const std::string& path);

/// The fields of an object, of the objects of a list, or of objects of one of several kinds.
void add_fields(const json& part, FieldDoc& doc, const std::string& default_of_fields) {
  if (part.contains("items")) {
    return add_fields(part["items"], doc, default_of_fields);
  }
  for (const auto& kind : part.value("oneOf", json::array())) {
    add_fields(kind, doc, default_of_fields);
    if (kind.contains("required")) {
      doc.alternatives.push_back(support::join(kind["required"].get<std::vector<std::string>>(), ", "));
    }
    for (auto& field : doc.fields) {
      field.required = false;  // where there are other ways to say it
    }
  }
  const json properties = part.value("properties", json::object());
  for (const auto& [name, field] : properties.items()) {
    const auto same = [&word = name](const FieldDoc& other) { return other.name == word; };
    if (std::any_of(doc.fields.begin(), doc.fields.end(), same)) {
      continue;
    }
    auto child = describe(field, name, doc.path.empty() ? name : doc.path + "." + name);
    child.required = lists(part, "required", name);
    if (!default_of_fields.empty() && child.default_words.empty()) {
      child.default_words.append(default_of_fields).append(".").append(name);
    }
    doc.fields.push_back(std::move(child));
  }
}

FieldDoc describe(const json& part, const std::string& name, const std::string& path) {
  FieldDoc doc;
  doc.name = name;
  doc.path = path;
  doc.type = type_of(part);
  doc.values = values_of(part);
  doc.meaning = text_of(part, "description");
  const std::string default_of_fields = cut_behind(doc.meaning, kDefaultOfFields);
  doc.default_words = cut_behind(doc.meaning, kDefault);
  if (part.contains("default")) {
    doc.default_value = yaml_of(part["default"]);
  }
  for (const auto& example : part.value("examples", json::array())) {
    doc.examples.push_back(yaml_of(name, example));
  }
  doc.schema = part.dump(2);
  add_fields(part, doc, default_of_fields);
  return doc;
}

/// Paths of all fields with the name.
void find_named(const FieldDoc& doc, const std::string& name, std::vector<std::string>& paths) {
  for (const auto& field : doc.fields) {
    if (field.name == name) {
      paths.push_back(field.path);
    }
    find_named(field, name, paths);
  }
}

std::vector<std::string> paths_named(const FieldDoc& language, const std::string& name) {
  std::vector<std::string> paths;
  find_named(language, name, paths);
  std::stable_sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
    return std::count(a.begin(), a.end(), '.') < std::count(b.begin(), b.end(), '.');
  });
  return paths;
}

std::vector<std::string> names_of(const FieldDoc& doc) {
  std::vector<std::string> names;
  for (const auto& field : doc.fields) {
    names.push_back(field.name);
  }
  return names;
}

/// What may have been meant by `name`, which is no field of `parent`.
std::string suggestion(const FieldDoc& language, const FieldDoc& parent, const std::string& name) {
  if (parent.fields.empty()) {
    return "it is a value";
  }
  const auto guess = support::nearest(name, names_of(parent));
  auto elsewhere = paths_named(language, name);
  if (!elsewhere.empty()) {
    elsewhere.resize(std::min<size_t>(elsewhere.size(), 3));
    return "did you mean " + support::join(elsewhere, " or ") + "?";
  }
  if (guess) {
    return "did you mean " + (parent.path.empty() ? "" : parent.path + ".") + *guess + "?";
  }
  return "the fields there are " + support::join(names_of(parent), ", ");
}

}  // namespace

FieldDoc read_language() {
  const json schema = json::parse(kPolicySchema);
  json document = schema;
  document.erase("definitions");
  document.erase("$schema");
  return describe(resolved(document, schema["definitions"]), "", "");
}

std::vector<std::string> paths_named(const std::string& name) {
  static const FieldDoc kLanguage = read_language();
  return paths_named(kLanguage, name);
}

support::Result<const FieldDoc*> find_field(const FieldDoc& language, std::string_view path) {
  const FieldDoc* doc = &language;
  if (path.empty()) {
    return doc;
  }
  for (const auto& word : support::split(path.substr(0, 500), '.')) {
    const std::string name = word.substr(0, std::min(word.find('['), size_t{60}));
    const auto field = std::find_if(doc->fields.begin(), doc->fields.end(),
                                    [&](const FieldDoc& candidate) { return candidate.name == name; });
    if (field == doc->fields.end()) {
      return support::fail(support::ErrorKind::InvalidInput, (doc->path.empty() ? "a policy" : doc->path) +
                                                                 " has no field \"" + support::printable(name) +
                                                                 "\": " + suggestion(language, *doc, name));
    }
    doc = &*field;
  }
  return doc;
}

}  // namespace stillpoint::policy
