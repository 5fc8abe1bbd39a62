#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/client.hpp"
#include "http/proxy.hpp"
#include "http/url.hpp"

namespace stillpoint::http {

/// Why one try gave no answer.
struct TryError {
  support::Error error;
  /// Whether another try may fare better: a refused certificate stays refused.
  bool may_pass = true;
};

/// Turns what went wrong with one try into an error of ours. Once something may have been sent, a call that must not be
/// repeated has an unknown outcome, whatever went wrong.
class Failures {
 public:
  /// The references must outlive it. `proxy`: the one in use, if any.
  Failures(const Request& request, const Url& url, const Options& options, std::optional<Proxy> proxy);

  TryError timed_out(std::chrono::nanoseconds limit) const;
  TryError stopped() const;
  TryError too_large() const;
  TryError cut_off() const;
  TryError unusable(const std::string& why) const;
  /// What the HTTP library says before the answer's headers have come: its text, and its code (of OpenSSL, if TLS
  /// failed).
  TryError without_answer(const std::string& text, int code) const;

 private:
  struct Target {
    std::string host;
    int port;
  };

  Target target() const;
  TryError unsent(const std::string& why, bool may_pass) const;
  TryError after_sending(support::ErrorKind kind, const std::string& why) const;
  TryError handshake(const std::string& text, int code) const;

  const bool never_;
  const std::string what_;
  const Url& url_;
  const Options& options_;
  const std::optional<Proxy> proxy_;
};

/// What is wrong with a file of certificate authorities, if anything. No file is fine.
std::optional<support::Error> check_authorities(const std::string& file);

}  // namespace stillpoint::http
