#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/clock.hpp"
#include "telemetry/http_request.hpp"

namespace stillpoint::telemetry {

/// What is sent back.
struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  /// Whether a browser may keep it and ask whether it is still good, or must not keep it.
  enum class Caching { Never, Revalidate } caching = Caching::Never;
  std::string etag;              ///< quoted; empty: none
  std::string www_authenticate;  ///< further header fields, each only if it is not empty
  std::string allow;
  std::string retry_after;
};

HttpAnswer plain_text(int status, std::string text);
HttpAnswer answer_to(const HttpRefusal& refusal);

/// Gives the answer a tag of its contents, and takes its body away if that is what the browser has already.
HttpAnswer revalidated(HttpAnswer answer, const HttpRequest& request);

/// Head and body, or the head alone, as they go over the wire. Every answer ends its connection.
enum class Parts { HeadAndBody, HeadOnly };
std::string to_wire(const HttpAnswer& answer, Parts parts, support::WallTime now);

/// `Thu, 26 Nov 2026 08:00:00 GMT`, in any locale.
std::string format_http_date(support::WallTime when);

}  // namespace stillpoint::telemetry
