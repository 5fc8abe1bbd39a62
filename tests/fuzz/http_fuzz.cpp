// The head of a request, as anybody may send it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/http_request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = stillpoint::telemetry::parse_request(text.substr(0, stillpoint::telemetry::find_head_end(text)));
  if (const auto* request = std::get_if<stillpoint::telemetry::HttpRequest>(&parsed)) {
    // What was taken is a path of ours to look up, and a method that is answered.
    if (!request->path.starts_with('/') || (request->method != "GET" && request->method != "HEAD")) {
      std::abort();
    }
    (void)stillpoint::telemetry::host_of(request->header("host"));
  }
  return 0;
}
