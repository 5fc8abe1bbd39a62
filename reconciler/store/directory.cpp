#include "store/directory.hpp"

#include <iterator>
#include <set>

#include "policy/reader.hpp"
#include "store/listing.hpp"

namespace stillpoint::store {

Loaded load(const std::vector<std::string>& paths) {
  Loaded loaded;
  std::set<std::string> seen;
  for (const auto& path : paths) {
    auto listing = list_policy_files(path);
    if (listing.error) {
      loaded.errors.push_back(std::move(*listing.error));
    }
    for (const auto& file : listing.files) {
      if (!is_first_met(file, seen)) {
        continue;
      }
      auto read = policy::read_policy_file(file);
      std::move(read.policies.begin(), read.policies.end(), std::back_inserter(loaded.policies));
      std::move(read.faulty.begin(), read.faulty.end(), std::back_inserter(loaded.faulty));
      std::move(read.errors.begin(), read.errors.end(), std::back_inserter(loaded.errors));
      loaded.sources[file] = std::move(read.text);
    }
  }
  auto together = policy::check_together(loaded.policies);
  std::move(together.begin(), together.end(), std::back_inserter(loaded.errors));
  return loaded;
}

}  // namespace stillpoint::store
