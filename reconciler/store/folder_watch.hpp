#pragma once

#include <set>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace stillpoint::store {

/// Tells that something changed in folders of policies, and in the folders of single files: a file that was written and
/// closed, came, went, or was put in the place of another (editors and ConfigMaps do that); while a folder is away, in
/// the one that it was in. It misses what happens on file systems of other machines: whoever uses it looks by itself
/// now and then. Used by one thread.
class FolderWatch {
 public:
  /// Unavailable if the kernel has none to give.
  static support::Result<FolderWatch> start(const std::vector<std::string>& paths);
  ~FolderWatch();
  FolderWatch(FolderWatch&& other) noexcept;
  FolderWatch& operator=(FolderWatch&&) = delete;

  /// Readable when there is something to `drain`. To be polled.
  int fd() const { return fd_; }
  /// Takes what has happened. Never waits.
  void drain();
  /// Watches the folders that have come, or have taken the place of others, since the last call. True if there is any:
  /// what is in it was written before it was watched. Never waits.
  bool renew();

 private:
  FolderWatch(int fd, std::vector<std::string> paths) : fd_(fd), paths_(std::move(paths)) {}

  int fd_;
  std::vector<std::string> paths_;
  std::set<int> watches_;  ///< the kernel's numbers
};

}  // namespace stillpoint::store
