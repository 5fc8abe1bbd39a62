#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/folder_watch.hpp"
#include "support/result.hpp"

namespace stillpoint::app {

/// What the main thread of the daemon waits for: signals and changes of files. From when it is made on, SIGTERM,
/// SIGINT and SIGHUP end nothing by themselves: it must be made before the first thread is.
class WakeUps {
 public:
  /// Between two reloads at least so much time passes: each logs in anew and lists everything, and somebody may send
  /// signals without end. Unavailable if signals cannot be waited for.
  static support::Result<WakeUps> start(const std::vector<std::string>& paths,
                                        std::chrono::milliseconds between_reloads = std::chrono::seconds(5));
  ~WakeUps();
  WakeUps(WakeUps&& other) noexcept;
  WakeUps& operator=(WakeUps&&) = delete;

  /// Why it does not tell of files; empty: it does. Then they have to be looked at now and then, as they have anyway.
  const std::optional<support::Error>& deaf() const { return deaf_; }

  enum class What { Nothing, Stop, Reload, FilesChanged };
  /// Waits for one of them, no longer than `at_most`; a stop goes first. Of files it tells when they have been left
  /// alone for a moment: who writes one often writes several.
  What wait(std::chrono::milliseconds at_most);

 private:
  using Steady = std::chrono::steady_clock;

  WakeUps(int signals, support::Result<store::FolderWatch> files, std::chrono::milliseconds between_reloads);
  /// True if one of them asks to stop.
  bool take_signals();

  int signals_;
  std::optional<store::FolderWatch> files_;
  std::optional<support::Error> deaf_;
  std::chrono::milliseconds between_reloads_;
  bool wants_reload_ = false;
  Steady::time_point next_reload_;  ///< not before
};

}  // namespace stillpoint::app
