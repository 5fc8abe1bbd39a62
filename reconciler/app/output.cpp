#include "app/output.hpp"

#include <algorithm>

#include "policy/yaml_example.hpp"

namespace stillpoint::app {

std::string in_columns(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      text += row[i] + std::string(i + 1 < row.size() ? widths[i] - row[i].size() + 2 : 0, ' ');
    }
    text += "\n";
  }
  return text;
}

std::string as_document(const nlohmann::ordered_json& document, Output output) {
  const auto json = document.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
  if (output != Output::Yaml) {
    return json + "\n";
  }
  std::string text;
  const auto clean = nlohmann::ordered_json::parse(json);  // its text is UTF-8 now
  for (const auto& [name, value] : clean.items()) {
    text += policy::yaml_of(name, value);
  }
  return text;
}

}  // namespace stillpoint::app
