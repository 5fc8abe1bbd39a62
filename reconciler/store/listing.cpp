#include "store/listing.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace stillpoint::store {
namespace {

namespace fs = std::filesystem;

/// By its name alone: a link that leads nowhere must be an error, and not a policy that vanished.
bool is_policy_file(const fs::directory_entry& entry) {
  std::error_code ignored;
  return is_policy_file_name(entry.path().filename().string()) && !entry.is_directory(ignored);
}

support::Error folder_error(const std::string& path, std::string message) {
  return support::Error(support::ErrorKind::InvalidInput, std::move(message)).at({path, 0, 0});
}

}  // namespace

bool is_policy_file_name(const std::string& name) {
  const auto extension = fs::path(name).extension();
  return (extension == ".yaml" || extension == ".yml") && !name.starts_with('.');
}

Listing list_policy_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return {{path}, std::nullopt, Listing::Kind::File};
  }
  Listing listing;
  listing.kind = Listing::Kind::Folder;
  auto entry = fs::directory_iterator(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (is_policy_file(*entry)) {
      listing.files.push_back(entry->path().string());
    }
  }
  if (error) {
    listing.kind = Listing::Kind::UnreadableFolder;
    listing.error = folder_error(path, "the folder cannot be read: " + error.message());
  } else if (listing.files.empty()) {
    listing.kind = Listing::Kind::EmptyFolder;
    listing.error = folder_error(path, "the folder holds no *.yaml or *.yml file");
  }
  std::sort(listing.files.begin(), listing.files.end());
  return listing;
}

bool is_first_met(const std::string& path, std::set<std::string>& seen) {
  std::error_code error;
  const auto real = fs::weakly_canonical(path, error);
  return seen.insert(error ? path : real.string()).second;
}

}  // namespace stillpoint::store
