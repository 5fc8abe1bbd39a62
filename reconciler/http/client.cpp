#include "http/client.hpp"

#include <algorithm>
#include <cctype>
#include <random>

#include "http/pace.hpp"
#include "http/proxy.hpp"
#include "http/retry.hpp"
#include "http/transport.hpp"
#include "http/url.hpp"

namespace stillpoint::http {
namespace {

using support::ErrorKind;
using support::fail;
using support::Result;
using Try = tl::expected<Response, TryError>;

double next_jitter() {
  thread_local std::mt19937 engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
}

/// `Retry-After` means "come back then" with 429 and 503, and with a 413 unless it says 0: that is how Cinder answers
/// when a quota is used up, and to come back does not help.
std::optional<std::chrono::seconds> asked_wait(const Response& response, support::WallTime now) {
  if (response.code != 413 && response.code != 429 && response.code != 503) {
    return std::nullopt;
  }
  const auto wait = retry_after_of(response, now);
  return response.code == 413 && wait == std::chrono::seconds(0) ? std::nullopt : wait;
}

class RetryingClient final : public Client {
 public:
  RetryingClient(Options options, support::Clock& clock, Observer observer)
      : max_tries_(std::max(1, options.max_tries)),
        request_timeout_(options.request_timeout),
        pace_(options.requests_per_second, options.burst),
        clock_(clock),
        observer_(std::move(observer)),
        transport_(std::move(options), proxies_of_this_process()) {}

  Result<Response> send(const Request& request, support::Deadline deadline) override {
    auto url = parse_url(request.url);
    if (!url) {
      return pass_on(std::move(url));
    }
    if (auto headers = check_headers(request); !headers) {
      return pass_on(std::move(headers));
    }
    const int tries = request.repeat == Repeat::Safe ? max_tries_ : 1;
    for (int number = 1;; ++number) {
      if (deadline.stop().stop_requested()) {
        return fail(ErrorKind::Interrupted, describe(request) + ": the program is being stopped");
      }
      if (deadline.passed(clock_)) {
        return fail(ErrorKind::Timeout, describe(request) + ": the deadline had passed before the request was sent");
      }
      Try outcome = try_once(request, *url, deadline);
      const bool again = outcome ? asks_for_another(*outcome) : outcome.error().may_pass;
      if (number >= tries || !again || !wait_before(number + 1, outcome, deadline)) {
        return outcome ? Result<Response>(std::move(*outcome)) : fail(std::move(outcome.error().error));
      }
    }
  }

  void warm(const std::string& url, int connections, support::Deadline deadline) override {
    const auto parsed = parse_url(url);
    if (!parsed || connections < 1) {
      return;
    }
    Request request;
    request.url = url;
    transport_.exchange_many(request, *parsed, connections, deadline.remaining(clock_), deadline.stop());
  }

 private:
  static std::string describe(const Request& request) {
    return std::string(to_string(request.method)) + " " + request.url;
  }

  bool asks_for_another(const Response& response) const {
    return is_transient(response.code) || (response.code == 413 && asked_wait(response, clock_.wall_now()));
  }

  Try try_once(const Request& request, const Url& url, support::Deadline deadline) {
    if (const auto wait = pace_.take(clock_.steady_now()); wait.count() > 0) {
      clock_.sleep_for(std::min(wait, deadline.remaining(clock_) / 10), deadline.stop());
    }
    const auto limit = std::min(deadline.remaining(clock_), std::chrono::nanoseconds(request_timeout_));
    const support::SteadyTime begun = clock_.steady_now();
    Try outcome = transport_.exchange(request, url, limit, deadline.stop());
    if (observer_) {
      observer_({request, outcome ? &*outcome : nullptr, clock_.steady_now() - begun});
    }
    return outcome;
  }

  /// False if there is no time for another try before the deadline.
  bool wait_before(int next_try, const Try& outcome, support::Deadline deadline) {
    const auto asked = outcome ? asked_wait(*outcome, clock_.wall_now()) : std::nullopt;
    const auto wait = back_off(next_try, next_jitter(), asked);
    if (wait >= deadline.remaining(clock_)) {
      return false;
    }
    clock_.sleep_for(wait, deadline.stop());
    return true;
  }

  const int max_tries_;
  const std::chrono::milliseconds request_timeout_;
  Pace pace_;
  support::Clock& clock_;
  const Observer observer_;
  Transport transport_;
};

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::Get:
      return "GET";
    case Method::Post:
      return "POST";
    case Method::Put:
      return "PUT";
    case Method::Delete:
      return "DELETE";
  }
  return "?";
}

const std::string& Response::header(const std::string& lower_case_name) const {
  static const std::string kNone;
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? kNone : found->second;
}

std::string encode(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool ascii_alnum = byte < 0x80 && std::isalnum(byte) != 0;
    if (ascii_alnum || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 0x0fU];
    }
  }
  return encoded;
}

std::unique_ptr<Client> make_client(Options options, support::Clock& clock, Observer observer) {
  return std::make_unique<RetryingClient>(std::move(options), clock, std::move(observer));
}

}  // namespace stillpoint::http
