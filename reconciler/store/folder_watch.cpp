#include "store/folder_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

namespace stillpoint::store {
namespace {

constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

/// The folder itself, or the one that the file is in, or the folder was.
std::string watched_for(const std::string& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) {
    return path;
  }
  const auto parent = std::filesystem::path(path).parent_path();
  return parent.empty() ? "." : parent.string();
}

}  // namespace

support::Result<FolderWatch> FolderWatch::start(const std::vector<std::string>& paths) {
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) {
    return support::fail(support::ErrorKind::Unavailable,
                         "changes of files cannot be watched: " + std::generic_category().message(errno));
  }
  FolderWatch watch(fd, paths);
  watch.renew();
  return watch;
}

FolderWatch::FolderWatch(FolderWatch&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), paths_(std::move(other.paths_)), watches_(std::move(other.watches_)) {}

FolderWatch::~FolderWatch() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

void FolderWatch::drain() {
  std::array<char, 4096> events{};
  while (read(fd_, events.data(), events.size()) > 0) {
  }
}

/// To watch a folder again that is watched already changes nothing, and gives its number.
bool FolderWatch::renew() {
  const auto before = std::exchange(watches_, {});
  for (const auto& path : paths_) {
    const int watch = inotify_add_watch(fd_, watched_for(path).c_str(), kEvents);
    if (watch >= 0) {
      watches_.insert(watch);
    }
  }
  for (const int watch : before) {
    if (!watches_.contains(watch)) {
      inotify_rm_watch(fd_, watch);  // of a folder that is away the kernel has done so
    }
  }
  return !std::includes(before.begin(), before.end(), watches_.begin(), watches_.end());
}

}  // namespace stillpoint::store
