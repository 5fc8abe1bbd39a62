#include "ssh/key_file.hpp"

#include <fcntl.h>
#include <libssh/libssh.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "ssh/private_folder.hpp"
#include "ssh/public_key.hpp"
#include "ssh/read_key.hpp"

namespace stillpoint::ssh {
namespace {

using support::ErrorKind;
using support::fail;
using support::Result;
using support::Status;

Result<std::string> public_line(ssh_key key, const std::string& file) {
  const auto base64 = base64_of(key);
  if (!base64) {
    return fail(ErrorKind::Unauthorized, "the public half of " + file + " cannot be made");
  }
  return type_of(key) + " " + *base64;
}

/// Whether something has that name, be it a link to nothing.
bool is_taken(const std::string& file) {
  struct stat found {};
  return ::lstat(file.c_str(), &found) == 0;
}

/// A new file, which nobody may have made before, nor a link in its place: O_EXCL follows none.
Status write_new(const std::string& file, const std::string& text, mode_t mode) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    return fail(ErrorKind::InvalidInput, file + " cannot be made: " + std::generic_category().message(errno));
  }
  const ssize_t written = ::write(fd, text.data(), text.size());
  const bool good = written == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!good) {
    ::unlink(file.c_str());
    return fail(ErrorKind::InvalidInput, file + " cannot be written");
  }
  return {};
}

std::optional<std::string> read_text(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return stream ? std::optional(text.str()) : std::nullopt;
}

/// libssh writes into files only, and with the mode of the process: so it writes into a folder of ours first.
Result<std::string> private_text(ssh_key key, const std::string& near) {
  std::string folder = near + ".XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) {
    return fail(ErrorKind::InvalidInput,
                "no file can be made beside " + near + ": " + std::generic_category().message(errno));
  }
  const std::string file = folder + "/key";
  const bool made = ssh_pki_export_privkey_file(key, nullptr, nullptr, nullptr, file.c_str()) == SSH_OK;
  auto text = made ? read_text(file) : std::nullopt;
  ::unlink(file.c_str());
  ::rmdir(folder.c_str());
  if (!text) {
    return fail(ErrorKind::InvalidInput, "the new key cannot be written beside " + near);
  }
  return *std::move(text);
}

}  // namespace

Result<Key> read_key(const std::string& file) {
  if (!std::ifstream(file)) {
    return fail(ErrorKind::Unauthorized, "the SSH key file " + file + " cannot be read");
  }
  // Without a callback OpenSSL would ask for the passphrase on the terminal.
  const auto no_passphrase = [](const char*, char*, size_t, int, int, void*) { return -1; };
  ssh_key key = nullptr;
  if (ssh_pki_import_privkey_file(file.c_str(), nullptr, no_passphrase, nullptr, &key) != SSH_OK) {
    return fail(ErrorKind::Unauthorized, "the SSH key file " + file +
                                             " is not a private key without a passphrase; use one, or leave `keyFile` "
                                             "out and load the key into an agent (ssh-add)");
  }
  return Key(key);
}

Result<std::string> public_half(const std::string& file) {
  auto key = read_key(file);
  if (!key) {
    return support::pass_on(std::move(key));
  }
  return public_line(key->get(), file);
}

Status make_key_file(const std::string& file) {
  const std::string public_file = file + ".pub";
  for (const auto& one : {file, public_file}) {
    if (is_taken(one)) {
      return fail(support::Error(ErrorKind::InvalidInput, one + " is there already, and is left as it is")
                      .with_remedy("name another file for the key, or move that one away"));
    }
  }
  if (const auto error = make_folder_of(file)) {
    return fail(ErrorKind::InvalidInput, "the folder of " + file + " cannot be made: " + error.message());
  }
  ssh_key raw = nullptr;
  if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &raw) != SSH_OK) {
    return fail(ErrorKind::InvalidInput, "libssh makes no ed25519 key");
  }
  const Key key(raw);
  auto line = public_line(key.get(), file);
  auto text = private_text(key.get(), file);
  if (!line || !text) {
    return fail(line ? text.error() : line.error());
  }
  if (auto written = write_new(file, *text, S_IRUSR | S_IWUSR); !written) {
    return written;
  }
  auto written = write_new(public_file, *line + " stillpoint\n", S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  if (!written) {
    ::unlink(file.c_str());  // both or none
  }
  return written;
}

}  // namespace stillpoint::ssh
