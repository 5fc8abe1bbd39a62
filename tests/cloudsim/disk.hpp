#pragma once

#include <filesystem>
#include <string>

namespace stillpoint::cloudsim {

/// The data plane: volumes and snapshots as sparse files of one folder. Without a folder there are no data, and every
/// call succeeds without doing anything.
///
/// A copy shares blocks where the file system can (FICLONE) and is then of one instant. Elsewhere it reads only what is
/// not a hole; it is then of one instant only if nobody writes to the file meanwhile (a frozen file system).
class Disk {
 public:
  /// `folder` is created if it is missing.
  explicit Disk(std::filesystem::path folder);

  std::filesystem::path volume_path(const std::string& volume_id) const;
  std::filesystem::path snapshot_path(const std::string& snapshot_id) const;

  bool create(const std::filesystem::path& file, int size_gib) const;
  /// Afterwards `to` holds `size_gib`, with zeros after what `from` held.
  bool copy(const std::filesystem::path& from, const std::filesystem::path& to, int size_gib) const;
  void remove(const std::filesystem::path& file) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace stillpoint::cloudsim
