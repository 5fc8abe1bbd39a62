#include "store/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace stillpoint::store {
namespace {

constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

support::Result<FolderWatch> FolderWatch::start(const std::vector<std::string>& paths) {
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) {
    return support::fail(support::ErrorKind::Unavailable,
                         "changes of files cannot be watched: " + std::generic_category().message(errno));
  }
  std::set<std::string> folders;
  for (const auto& path : paths) {
    std::error_code none;
    const bool is_folder = std::filesystem::is_directory(path, none);
    const auto parent = std::filesystem::path(path).parent_path();
    folders.insert(is_folder ? path : parent.empty() ? "." : parent.string());
  }
  FolderWatch watch(fd, {folders.begin(), folders.end()});
  watch.watch();
  return watch;
}

FolderWatch::FolderWatch(FolderWatch&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), folders_(std::move(other.folders_)) {}

FolderWatch::~FolderWatch() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void FolderWatch::drain() {
  std::array<char, 4096> events{};
  while (read(fd_, events.data(), events.size()) > 0) {
  }
  watch();
}

/// To watch a folder again that is watched already changes nothing; one that has taken its place is watched from now
/// on.
void FolderWatch::watch() {
  for (const auto& folder : folders_) {
    inotify_add_watch(fd_, folder.c_str(), kEvents);
  }
}

}  // namespace stillpoint::store
