#pragma once

#include <string>
#include <vector>

#include "support/result.hpp"

namespace stillpoint::store {

/// Tells that something changed in folders of policies, and in the folders of single files: a file that was written and
/// closed, came, went, or was put in the place of another (editors and ConfigMaps do that). It misses what happens on
/// file systems of other machines, and folders that do not exist yet: whoever uses it looks by itself now and then.
/// Used by one thread.
class FolderWatch {
 public:
  /// Unavailable if the kernel has none to give.
  static support::Result<FolderWatch> start(const std::vector<std::string>& paths);
  ~FolderWatch();
  FolderWatch(FolderWatch&& other) noexcept;
  FolderWatch& operator=(FolderWatch&&) = delete;

  /// Readable when there is something to `drain`. To be polled.
  int fd() const { return fd_; }
  /// Takes what has happened. Watches folders anew that were replaced. Never waits.
  void drain();

 private:
  FolderWatch(int fd, std::vector<std::string> folders) : fd_(fd), folders_(std::move(folders)) {}
  void watch();

  int fd_;
  std::vector<std::string> folders_;
};

}  // namespace stillpoint::store
