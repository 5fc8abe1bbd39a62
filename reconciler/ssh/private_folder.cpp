#include "ssh/private_folder.hpp"

#include <filesystem>

namespace stillpoint::ssh {

std::error_code make_folder_of(const std::string& file) {
  const auto folder = std::filesystem::path(file).parent_path();
  std::error_code error;
  if (!folder.empty() && std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  return error;
}

}  // namespace stillpoint::ssh
