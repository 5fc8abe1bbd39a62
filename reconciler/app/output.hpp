#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/options.hpp"

/// The forms in which lists and descriptions are shown.
namespace stillpoint::app {

using Row = std::vector<std::string>;

/// Rows in columns that begin two spaces after the longest cell before them.
std::string in_columns(const std::vector<Row>& rows);

/// A document in `Output::Yaml`, or as JSON, with a line feed at its end. Text that is not UTF-8 comes out with
/// replacement characters.
std::string as_document(const nlohmann::ordered_json& document, Output output);

}  // namespace stillpoint::app
