#pragma once

#include <chrono>

#include "store/folder_watch.hpp"
#include "support/result.hpp"

namespace stillpoint::app {

/// What the main thread of the daemon waits for: signals and changes of files. From when it is made on, SIGTERM,
/// SIGINT and SIGHUP end nothing by themselves: it must be made before the first thread is.
class WakeUps {
 public:
  static support::Result<WakeUps> start(const std::vector<std::string>& paths);
  ~WakeUps();
  WakeUps(WakeUps&& other) noexcept;
  WakeUps& operator=(WakeUps&&) = delete;

  enum class What { Nothing, Stop, Reload, FilesChanged };
  /// Waits for one of them, no longer than `at_most`. Of files it tells when they have been left alone for a moment:
  /// who writes one often writes several.
  What wait(std::chrono::milliseconds at_most);

 private:
  WakeUps(int signals, store::FolderWatch files) : signals_(signals), files_(std::move(files)) {}
  What take_signal();

  int signals_;
  store::FolderWatch files_;
};

}  // namespace stillpoint::app
