#include "store/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "support/ids.hpp"

namespace stillpoint::store {
namespace {

using support::Status;

constexpr mode_t kMode = 0640;
constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kAnybody = 0666;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { shut(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }
  /// False if the system says only now that something was not written.
  bool shut() {
    const int number = std::exchange(number_, -1);
    return number < 0 || close(number) == 0;
  }

 private:
  int number_;
};

/// Of the call that has just failed.
tl::unexpected<support::Error> failed(const std::string& path, const std::string& what) {
  const int number = errno;
  return support::fail(
      support::Error(support::ErrorKind::InvalidInput, what + ": " + std::generic_category().message(number))
          .at({path, 0, 0}));
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      return false;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

/// A folder keeps its entries apart from the files: without this a rename may be lost.
Status sync_folder(const std::string& path) {
  const Descriptor folder(open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || fsync(folder.number()) != 0) {
    return failed(path, "its folder cannot be brought to the disk");
  }
  return {};
}

/// The folder says who may read: a file of another group would be one that the daemon cannot.
Status give_to_group_of_folder(int file, const std::string& path) {
  struct stat folder {};
  struct stat own {};
  if (stat(folder_of(path).c_str(), &folder) != 0 || fstat(file, &own) != 0) {
    return failed(path, "its folder cannot be looked at");
  }
  if (own.st_gid != folder.st_gid && fchown(file, static_cast<uid_t>(-1), folder.st_gid) != 0) {
    return failed(path, "cannot be given the group of its folder");
  }
  return {};
}

enum class Readers { GroupOfFolder, AsUmaskSays };

Status write_aside(const std::string& aside, const std::string& path, const std::string& text,
                   Readers readers = Readers::GroupOfFolder) {
  const bool is_for_group = readers == Readers::GroupOfFolder;
  Descriptor file(
      open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, is_for_group ? kOwnerOnly : kAnybody));
  if (!file.valid()) {
    return failed(path, "cannot be written");
  }
  if (auto given = is_for_group ? give_to_group_of_folder(file.number(), path) : Status(); !given) {
    return given;
  }
  if ((is_for_group && fchmod(file.number(), kMode) != 0) || !write_all(file.number(), text) ||
      fsync(file.number()) != 0 || !file.shut()) {
    return failed(path, "cannot be written");
  }
  return {};
}

/// Hidden, and under a name that ends in no policy's: a reader of the folder passes it over.
std::string name_aside(const std::string& path) {
  return folder_of(path) + "/." + std::filesystem::path(path).filename().string() + "." + support::random_hex(4) +
         ".tmp";
}

Status replace(const std::string& path, const std::string& text, Readers readers) {
  const auto aside = name_aside(path);
  auto written = write_aside(aside, path, text, readers);
  if (written && std::rename(aside.c_str(), path.c_str()) != 0) {
    written = failed(path, "cannot be put in its place");
  }
  if (!written) {
    unlink(aside.c_str());
    return written;
  }
  return sync_folder(path);
}

}  // namespace

Status replace_file(const std::string& path, const std::string& text) {
  return replace(path, text, Readers::GroupOfFolder);
}

Status replace_open_file(const std::string& path, const std::string& text) {
  return replace(path, text, Readers::AsUmaskSays);
}

Status create_file(const std::string& path, const std::string& text) {
  const auto aside = name_aside(path);
  auto written = write_aside(aside, path, text);
  // Unlike a rename a link takes nobody's place.
  if (written && link(aside.c_str(), path.c_str()) != 0) {
    written =
        errno == EEXIST
            ? support::fail(support::Error(support::ErrorKind::InvalidInput, "is there already, and is left as it is")
                                .at({path, 0, 0}))
            : failed(path, "cannot be put in its place");
  }
  unlink(aside.c_str());
  return written ? sync_folder(path) : written;
}

Status remove_file(const std::string& path) {
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return failed(path, "cannot be removed");
  }
  return sync_folder(path);
}

}  // namespace stillpoint::store
