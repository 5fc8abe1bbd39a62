#include "store/directory.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "policy/reader.hpp"
#include "store/text_file.hpp"

namespace stillpoint::store {
namespace {

namespace fs = std::filesystem;
using support::Error;
using support::ErrorKind;

bool is_policy_file(const fs::directory_entry& entry) {
  const auto extension = entry.path().extension();
  std::error_code ignored;
  return (extension == ".yaml" || extension == ".yml") && !entry.path().filename().string().starts_with('.') &&
         entry.is_regular_file(ignored);
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
    errors.emplace_back(ErrorKind::InvalidInput, path + ": cannot read the folder: " + error.message());
  } else if (files.empty()) {
    errors.emplace_back(ErrorKind::InvalidInput, path + ": the folder holds no *.yaml or *.yml file");
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Loaded load(const std::vector<std::string>& paths) {
  Loaded loaded;
  for (const auto& path : paths) {
    for (const auto& file : files_of(path, loaded.errors)) {
      auto read = policy::read_policy_file(file);
      std::move(read.policies.begin(), read.policies.end(), std::back_inserter(loaded.policies));
      if (!read.errors.empty()) {
        loaded.sources[file] = read_text(file);
        std::move(read.errors.begin(), read.errors.end(), std::back_inserter(loaded.errors));
      }
    }
  }
  auto together = policy::check_together(loaded.policies);
  for (const auto& error : together) {
    if (error.mark() && !loaded.sources.contains(error.mark()->file)) {
      loaded.sources[error.mark()->file] = read_text(error.mark()->file);
    }
  }
  std::move(together.begin(), together.end(), std::back_inserter(loaded.errors));
  return loaded;
}

}  // namespace stillpoint::store
