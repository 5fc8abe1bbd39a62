#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/clock.hpp"

namespace stillpoint::support {

/// `2026-11-24T01:05:00Z`. Fractions of a second are cut off.
std::string format_utc(WallTime when);

/// Reads RFC 3339 in UTC (`Z`, or `+00:00`), and the form without a zone that Cinder uses
/// (`2026-11-24T01:05:00.000000`, which is UTC). Fractions are kept to the microsecond. Empty if it is anything else.
std::optional<WallTime> parse_utc(std::string_view text);

/// Reads the `Date` header of HTTP (RFC 9110, IMF-fixdate: `Tue, 24 Nov 2026 07:00:00 GMT`).
std::optional<WallTime> parse_http_date(std::string_view text);

/// Reads a positive duration of one number and one unit: `500ms`, `20s`, `30m`, `2h`, `14d`, `8w`.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest such form: `20s`, `1h`, `90m`, `1500ms`.
std::string format_duration(std::chrono::milliseconds duration);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// `1 snapshot`, `2 snapshots`.
std::string count_of(size_t count, std::string_view singular);

/// The text with control characters and bytes outside ASCII replaced by `?`, for showing foreign text on a terminal.
std::string printable(std::string_view text);

/// The candidate nearest to `word` by edit distance, if it is near enough to be a misspelling of it.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace stillpoint::support
