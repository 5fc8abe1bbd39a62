#include "http/retry.hpp"

#include <algorithm>
#include <charconv>

#include "support/text.hpp"

namespace stillpoint::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kFirstWait{200};
constexpr milliseconds kLongestWait{10'000};
/// A server that asks for more is taken to ask for this: longer than any deadline, and far from overflow.
constexpr seconds kLongestRetryAfter = std::chrono::hours(24 * 365);

}  // namespace

bool is_transient(int code) {
  return code == 429 || code == 500 || code == 502 || code == 503 || code == 504;
}

std::optional<seconds> parse_retry_after(const std::string& header, support::WallTime now) {
  const std::string_view text = support::trim(header);
  if (!text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    long value = 0;
    const bool fits = std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
    return fits ? std::min(seconds(value), kLongestRetryAfter) : kLongestRetryAfter;
  }
  if (const auto date = support::parse_http_date(text)) {
    const auto wait = std::chrono::ceil<seconds>(*date - now);
    return std::clamp(wait, seconds(0), kLongestRetryAfter);
  }
  return std::nullopt;
}

std::optional<seconds> retry_after_of(const Response& response, support::WallTime now) {
  const auto date = support::parse_http_date(support::trim(response.header("date")));
  return parse_retry_after(response.header("retry-after"), date.value_or(now));
}

milliseconds back_off(int next_try, double jitter, std::optional<seconds> retry_after) {
  milliseconds wait = kFirstWait;
  for (int doubled = 2; doubled < next_try && wait < kLongestWait; ++doubled) {
    wait *= 2;
  }
  wait = std::min(wait, kLongestWait);
  const milliseconds half = wait / 2;
  const auto jittered = half + milliseconds(static_cast<long>(static_cast<double>((wait - half).count()) * jitter));
  return std::max(jittered, milliseconds(retry_after.value_or(seconds(0))));
}

}  // namespace stillpoint::http
