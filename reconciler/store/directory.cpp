#include "store/directory.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "policy/reader.hpp"
#include "store/text_file.hpp"

namespace stillpoint::store {
namespace {

namespace fs = std::filesystem;
using support::Error;
using support::ErrorKind;

/// By its name alone: a link that leads nowhere must be an error, and not a policy that vanished.
bool is_policy_file(const fs::directory_entry& entry) {
  const auto extension = entry.path().extension();
  std::error_code ignored;
  return (extension == ".yaml" || extension == ".yml") && !entry.path().filename().string().starts_with('.') &&
         !entry.is_directory(ignored);
}

Error folder_error(const std::string& path, std::string message) {
  return Error(ErrorKind::InvalidInput, std::move(message)).at({path, 0, 0});
}

/// Whether it is the first time that the file is asked for: a folder and a file in it may both be given.
bool is_new(const std::string& file, std::set<std::string>& seen) {
  std::error_code error;
  const auto real = fs::weakly_canonical(file, error);
  return seen.insert(error ? file : real.string()).second;
}

std::vector<std::string> files_of(const std::string& path, std::vector<Error>& errors) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return {path};
  }
  std::vector<std::string> files;
  auto entry = fs::directory_iterator(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (is_policy_file(*entry)) {
      files.push_back(entry->path().string());
    }
  }
  if (error) {
    errors.push_back(folder_error(path, "the folder cannot be read: " + error.message()));
  } else if (files.empty()) {
    errors.push_back(folder_error(path, "the folder holds no *.yaml or *.yml file"));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Loaded load(const std::vector<std::string>& paths) {
  Loaded loaded;
  std::set<std::string> seen;
  for (const auto& path : paths) {
    for (const auto& file : files_of(path, loaded.errors)) {
      if (!is_new(file, seen)) {
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
