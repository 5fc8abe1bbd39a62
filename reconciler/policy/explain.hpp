#pragma once

#include <string>

#include "policy/language.hpp"

namespace stillpoint::policy {

/// How much of the fields below one is shown.
enum class Depth { Fields, AllBelow };

/// A field for people at a terminal, as `kubectl explain` shows one: meaning, type, values, default, examples, and a
/// line for each field of its own.
std::string explain(const FieldDoc& field, Depth depth);

/// The whole language as a page: a table for each object.
std::string reference_page(const FieldDoc& language);

}  // namespace stillpoint::policy
