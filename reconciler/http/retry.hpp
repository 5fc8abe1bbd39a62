#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "http/client.hpp"

namespace stillpoint::http {

/// Whether an answer of this code asks to be tried again.
bool is_transient(int code);

/// Seconds of a `Retry-After` header (RFC 9110: a number, or a date), seen at `now`. Empty if it is neither.
std::optional<std::chrono::seconds> parse_retry_after(const std::string& header, support::WallTime now);

/// The same of an answer. A date is compared with the `Date` of the answer itself, whatever our clock says; with `now`
/// if it has none.
std::optional<std::chrono::seconds> retry_after_of(const Response& response, support::WallTime now);

/// How long to wait before try number `next_try` (2 is the first repetition). `jitter` is from [0, 1).
/// Doubles from 200 ms to at most 10 s, of which at least half is waited; never less than `retry_after`.
std::chrono::milliseconds back_off(int next_try, double jitter, std::optional<std::chrono::seconds> retry_after);

}  // namespace stillpoint::http
