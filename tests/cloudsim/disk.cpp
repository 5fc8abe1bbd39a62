#include "disk.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <utility>
#include <vector>

namespace stillpoint::cloudsim {

namespace {

constexpr off_t kGibibyte = 1024L * 1024 * 1024;
constexpr size_t kCopyBytes = 1024UL * 1024;

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool ok() const { return fd_ >= 0; }
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, const char* data, size_t size, off_t at) {
  while (size > 0) {
    const ssize_t wrote = ::pwrite(fd, data, size, at);
    if (wrote <= 0) return false;
    data += wrote;
    at += wrote;
    size -= static_cast<size_t>(wrote);
  }
  return true;
}

bool copy_range(int from, int to, off_t begin, off_t end, std::vector<char>& buffer) {
  while (begin < end) {
    const size_t wanted = std::min(buffer.size(), static_cast<size_t>(end - begin));
    const ssize_t got = ::pread(from, buffer.data(), wanted, begin);
    if (got <= 0) return got == 0;  // shorter than the map said: the rest reads as zeros
    if (!write_all(to, buffer.data(), static_cast<size_t>(got), begin)) return false;
    begin += got;
  }
  return true;
}

bool copy_data(int from, int to) {
  std::vector<char> buffer(kCopyBytes);
  const off_t size = ::lseek(from, 0, SEEK_END);
  off_t end = 0;
  while (end < size) {
    const off_t begin = ::lseek(from, end, SEEK_DATA);
    if (begin < 0) return errno == ENXIO;  // only a hole is left
    end = ::lseek(from, begin, SEEK_HOLE);
    if (end < 0 || !copy_range(from, to, begin, end, buffer)) return false;
  }
  return size >= 0;
}

}  // namespace

Disk::Disk(std::filesystem::path folder) : folder_(std::move(folder)) {
  if (!folder_.empty()) std::filesystem::create_directories(folder_);
}

std::filesystem::path Disk::volume_path(const std::string& volume_id) const {
  return folder_ / ("volume-" + volume_id);
}

std::filesystem::path Disk::snapshot_path(const std::string& snapshot_id) const {
  return folder_ / ("snapshot-" + snapshot_id);
}

bool Disk::create(const std::filesystem::path& file, int size_gib) const {
  if (folder_.empty()) return true;
  const OpenFile made(file, O_WRONLY | O_CREAT | O_EXCL);
  return made.ok() && ::ftruncate(made.fd(), size_gib * kGibibyte) == 0;
}

bool Disk::copy(const std::filesystem::path& from, const std::filesystem::path& to, int size_gib) const {
  if (folder_.empty()) return true;
  const OpenFile source(from, O_RDONLY);
  const OpenFile target(to, O_RDWR | O_CREAT | O_TRUNC);
  if (!source.ok() || !target.ok()) return false;
  const bool cloned = ::ioctl(target.fd(), FICLONE, source.fd()) == 0;
  return (cloned || copy_data(source.fd(), target.fd())) && ::ftruncate(target.fd(), size_gib * kGibibyte) == 0;
}

void Disk::remove(const std::filesystem::path& file) const {
  if (folder_.empty()) return;
  std::error_code ignored;  // a file that is gone already is what was wanted
  std::filesystem::remove(file, ignored);
}

}  // namespace stillpoint::cloudsim
