#include "http/failures.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::http {
namespace {

using support::Error;
using support::ErrorKind;
using support::printable;

enum class Phase { Resolve, Connect, Handshake, Sent };

/// The library's error codes mislead (a refused connection comes as "no route to host"): what it was doing is told by
/// its text only. An unknown text counts as sent, which is the side to err on.
Phase phase_of(const std::string& text) {
  if (text.starts_with("Error resolving address")) {
    return Phase::Resolve;
  }
  if (text.starts_with("Failed to connect to any resolved endpoint")) {
    return Phase::Connect;
  }
  if (text.starts_with("Error in SSL handshake")) {
    return Phase::Handshake;
  }
  return Phase::Sent;
}

std::string text_of(std::chrono::nanoseconds duration) {
  return support::format_duration(
      std::max(std::chrono::milliseconds(1), std::chrono::duration_cast<std::chrono::milliseconds>(duration)));
}

}  // namespace

Failures::Failures(const Request& request, const Url& url, const Options& options, std::optional<Proxy> proxy)
    : never_(request.repeat == Repeat::Never),
      what_(std::string(to_string(request.method)) + " " + printable(request.url)),
      url_(url),
      options_(options),
      proxy_(std::move(proxy)) {}

TryError Failures::timed_out(std::chrono::nanoseconds limit) const {
  return after_sending(ErrorKind::Timeout, "no whole answer within " + text_of(limit));
}

TryError Failures::too_large() const {
  TryError failure = after_sending(
      ErrorKind::Protocol, "the answer is larger than " + std::to_string(options_.max_response_bytes) + " bytes");
  failure.may_pass = false;
  return failure;
}

TryError Failures::stopped() const {
  auto stopped = after_sending(ErrorKind::Interrupted, "the program is being stopped");
  stopped.may_pass = false;
  return stopped;
}

TryError Failures::cut_off() const {
  return after_sending(ErrorKind::Protocol, "the answer was cut off before its end");
}

TryError Failures::unusable(const std::string& why) const {
  return {Error(ErrorKind::InvalidInput, what_ + ": cannot be sent: " + printable(why)), false};
}

TryError Failures::without_answer(const std::string& text, int code) const {
  switch (phase_of(text)) {
    case Phase::Resolve:
      return unsent("the name of " + target().host + " cannot be resolved", true);
    case Phase::Connect:
      return unsent("cannot connect to " + target().host + ":" + std::to_string(target().port) +
                        ": nothing listens there, or there is no route to it",
                    true);
    case Phase::Handshake:
      return handshake(text, code);
    case Phase::Sent:
      break;
  }
  if (text.find("Invalid HTTP") != std::string::npos) {
    return after_sending(ErrorKind::Protocol, "what answers there does not speak HTTP (" + printable(text) + ")");
  }
  return after_sending(ErrorKind::Unavailable, "the connection broke before an answer came (" + printable(text) + ")");
}

Failures::Target Failures::target() const {
  return proxy_ ? Target{"the proxy " + proxy_->host, proxy_->port} : Target{url_.host, url_.port};
}

TryError Failures::unsent(const std::string& why, bool may_pass) const {
  return {Error(ErrorKind::Unavailable, what_ + ": " + why), may_pass};
}

TryError Failures::after_sending(ErrorKind kind, const std::string& why) const {
  if (never_) {
    return {Error(ErrorKind::UnknownOutcome, what_ + ": " + why + "; it may have been carried out all the same"),
            false};
  }
  return {Error(kind, what_ + ": " + why), true};
}

TryError Failures::handshake(const std::string& text, int code) const {
  const auto packed = static_cast<unsigned long>(static_cast<unsigned int>(code));
  const char* reason = ERR_reason_error_string(packed);
  const bool untrusted = reason != nullptr && ERR_GET_LIB(packed) == ERR_LIB_SSL &&
                         ERR_GET_REASON(packed) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  std::string why = "TLS with " + url_.host + ":" + std::to_string(url_.port) + " failed: ";
  why += reason != nullptr ? std::string(reason) : printable(text);
  if (untrusted) {
    why += options_.ca_file.empty()
               ? " (its authority is not known to this system, it has expired, or it is for another "
                 "host name; `cacert` in clouds.yaml names an authority of your own)"
               : " (it is not from an authority of " + options_.ca_file + ", has expired, or is for another host name)";
  }
  return unsent(why, !untrusted);
}

std::optional<Error> check_authorities(const std::string& file) {
  if (file.empty()) {
    return std::nullopt;
  }
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), &X509_STORE_free);
  if (X509_STORE_load_file(store.get(), file.c_str()) == 1) {
    return std::nullopt;
  }
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = "the CA file " + printable(file) + " cannot be used: ";
  text += reason != nullptr ? reason : "unknown reason";
  ERR_clear_error();
  return Error(ErrorKind::InvalidInput, text + " (it must hold certificates in PEM)");
}

}  // namespace stillpoint::http
