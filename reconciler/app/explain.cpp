#include "policy/explain.hpp"

#include <iostream>

#include "app/commands.hpp"
#include "policy/language.hpp"

namespace stillpoint::app {

ExitCode explain(const Options& options) {
  const auto language = policy::read_language();
  const auto field = policy::find_field(language, options.field);
  if (!field) {
    std::cerr << "stillpoint: " << field.error().to_string() << "\n";
    return ExitCode::InvalidInput;
  }
  switch (options.output) {
    case Output::Json:
      std::cout << (*field)->schema << "\n";
      break;
    case Output::Markdown:
      std::cout << policy::reference_page(language);
      break;
    default:
      std::cout << policy::explain(**field, options.recursive ? policy::Depth::AllBelow : policy::Depth::Fields);
  }
  return ExitCode::Ok;
}

}  // namespace stillpoint::app
