// Whatever the helper on a server prints: it is a line of the protocol or it is refused.

#include <cstdint>
#include <string_view>

#include "quiesce/protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  stillpoint::quiesce::parse_reply({reinterpret_cast<const char*>(data), size});
  return 0;
}
