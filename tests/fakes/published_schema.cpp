#include "fakes/published_schema.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace stillpoint::fakes {

using nlohmann::json;
using valijson::adapters::NlohmannJsonAdapter;

struct PublishedSchema::Parsed {
  valijson::Schema schema;
};

PublishedSchema::PublishedSchema(const std::string& file) : parsed_(std::make_unique<Parsed>()) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream stream(root / "schemas" / file);
  if (!stream) {
    throw std::runtime_error("no schemas/" + file);
  }
  const json document = json::parse(stream);
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(NlohmannJsonAdapter(document), parsed_->schema);
}

PublishedSchema::~PublishedSchema() = default;

std::string PublishedSchema::objections(const std::string& text) const {
  const json document = json::parse(text);
  valijson::ValidationResults results;
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  if (validator.validate(parsed_->schema, NlohmannJsonAdapter(document), &results)) {
    return "";
  }
  std::string said = "refused";
  for (const auto& error : results) {
    said += "\n";
    for (const auto& part : error.context) {
      said += part;
    }
    said += ": " + error.description;
  }
  return said;
}

}  // namespace stillpoint::fakes
