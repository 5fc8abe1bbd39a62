#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace stillpoint::policy {

/// A field of the language as the schema describes it, in words for people.
struct FieldDoc {
  std::string name;           ///< empty: the document itself
  std::string path;           ///< `spec.datasets.hold`: what is in a list has no index
  std::string type;           ///< `whole number`, `list of names`, `object`
  std::string values;         ///< what it may be; empty if the type says all
  std::string meaning;        ///< sentences
  std::string default_value;  ///< as YAML; empty if it is not one value
  std::string default_words;  ///< what happens without it, if default_value is empty; may be empty
  bool required = false;
  std::vector<std::string> examples;      ///< YAML of the field with its name, each with a line feed at its end
  std::vector<std::string> alternatives;  ///< fields that go together, of which one group is given
  std::vector<FieldDoc> fields;           ///< of an object, or of each object of a list
  std::string schema;                     ///< its part of the schema as JSON, complete in itself
};

/// The document, read from the schema that the program carries. Conventions of the schema: schemas/README.md.
FieldDoc read_language();

/// The field with the path, which may have the indices that errors show (`spec.datasets[0].name`); the document for an
/// empty one. InvalidInput, with a suggestion, if there is none.
support::Result<const FieldDoc*> find_field(const FieldDoc& language, std::string_view path);

/// The paths of all fields with the name, those nearest to the document first.
std::vector<std::string> paths_named(const std::string& name);

}  // namespace stillpoint::policy
