#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace stillpoint::telemetry {

/// Where the server listens: an address and port, or a Unix socket.
struct HttpAddress {
  std::string host;  ///< an IP address; empty for a Unix socket
  int port = 0;      ///< 0: any that is free
  std::string path;  ///< of a Unix socket; empty for TCP

  bool is_unix() const { return !path.empty(); }
  /// Whether only this machine can reach it.
  bool is_local() const;
  /// `127.0.0.1:9464`, `[::1]:9464` or `unix:/run/stillpoint/http.sock`.
  std::string to_string() const;
};

/// Reads the form that `to_string` has; `localhost` is 127.0.0.1. InvalidInput says what would be right.
support::Result<HttpAddress> parse_http_address(std::string_view text);

/// The names by which a server at the address is asked for, for HttpAccess::hosts: those of this machine's loopback.
/// Empty, for any name, if it can be reached from elsewhere or is a Unix socket.
std::vector<std::string> own_names(const HttpAddress& address);

/// A file descriptor that is closed with its owner.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd();

  int get() const { return fd_; }
  int release();

 private:
  int fd_;
};

/// Opens a listening socket that never blocks. The port in `address` is set to the one that was taken. A Unix socket
/// that nobody listens on any more is replaced; it is made for the owner and the group (0660). Unavailable if the
/// address is in use or cannot be had.
support::Result<OwnedFd> listen_on(HttpAddress& address);

}  // namespace stillpoint::telemetry
