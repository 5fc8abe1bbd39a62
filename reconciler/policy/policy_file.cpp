#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "policy/reader.hpp"
#include "policy/yaml_tree.hpp"
#include "support/result.hpp"

namespace stillpoint::policy {
namespace {

using support::Error;
using support::ErrorKind;

/// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

Error unreadable(int number) {
  return Error(ErrorKind::InvalidInput, "cannot be read: " + std::generic_category().message(number));
}

/// What it is if it is no file: reading a pipe or a device may take for ever.
const char* other_kind(mode_t mode) {
  return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : S_ISREG(mode) ? nullptr : "a device";
}

/// The text, or so much of it that the reader sees that it is too long.
support::Result<std::string> read_bounded(const std::string& path) {
  // A pipe that nobody writes to would keep a blocking open waiting.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status {};
  if (file.number() < 0 || fstat(file.number(), &status) != 0) {
    return support::fail(unreadable(errno));
  }
  if (const char* kind = other_kind(status.st_mode)) {
    return support::fail(Error(ErrorKind::InvalidInput, std::string("is ") + kind + ", and no file")
                             .with_remedy("write the policies to a file, and give that"));
  }
  std::string text(kMaxYamlBytes + 1, '\0');
  size_t size = 0;
  while (size < text.size()) {
    const auto count = read(file.number(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return support::fail(unreadable(errno));
    }
    if (count == 0) {
      break;
    }
    size += static_cast<size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace

ReadResult read_policy_file(const std::string& path) {
  auto text = read_bounded(path);
  if (!text) {
    return {{}, {}, {std::move(text.error()).at({path, 0, 0})}, ""};
  }
  return read_policies(*text, path);
}

}  // namespace stillpoint::policy
