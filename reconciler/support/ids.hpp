#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace stillpoint::support {

/// A string that names one kind of object, so that a volume's id cannot be passed where a snapshot's is wanted.
template <class Tag>
class Id {
 public:
  Id() = default;
  explicit Id(std::string value) : value_(std::move(value)) {}

  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string value_;
};

/// Lower-case hexadecimal SHA-256 of `text` (64 characters).
std::string sha256_hex(std::string_view text);

/// `bytes` bytes from the system's random source in lower-case hexadecimal. Ends the process if there are none:
/// an attempt without a unique id would break promise P3.
std::string random_hex(int bytes);

/// Whether the text can name an attempt or a point: 8 to 64 of `0-9 a-f`, as random_hex writes them and as the helper
/// takes them.
bool is_hex_name(std::string_view text);

}  // namespace stillpoint::support

template <class Tag>
struct std::hash<stillpoint::support::Id<Tag>> {
  size_t operator()(const stillpoint::support::Id<Tag>& id) const { return std::hash<std::string>()(id.str()); }
};
