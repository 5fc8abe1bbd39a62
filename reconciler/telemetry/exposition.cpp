#include "telemetry/exposition.hpp"

#include <charconv>
#include <cmath>

#include "support/text.hpp"

namespace stillpoint::telemetry {
namespace {

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

bool take(std::string_view& rest, char c) {
  if (!rest.starts_with(c)) {
    return false;
  }
  rest.remove_prefix(1);
  return true;
}

/// Empty if no name begins here.
std::string take_name(std::string_view& rest) {
  const size_t end = std::min(rest.find_first_not_of(kNameCharacters), rest.size());
  std::string name(rest.substr(0, end));
  rest.remove_prefix(end);
  return name;
}

/// The rest of a label's value, after its opening quote and including the closing one.
std::optional<std::string> take_value(std::string_view& rest) {
  std::string value;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') {
      return value;
    }
    if (c != '\\') {
      value += c;
      continue;
    }
    if (rest.empty()) {
      break;
    }
    value += rest.front() == 'n' ? '\n' : rest.front();
    rest.remove_prefix(1);
  }
  return std::nullopt;
}

/// False if what stands between the braces is no list of labels.
bool take_labels(std::string_view& rest, std::map<std::string, std::string>& labels) {
  while (!take(rest, '}')) {
    const std::string name = take_name(rest);
    if (name.empty() || !take(rest, '=') || !take(rest, '"')) {
      return false;
    }
    auto value = take_value(rest);
    if (!value) {
      return false;
    }
    labels[name] = std::move(*value);
    take(rest, ',');
  }
  return true;
}

}  // namespace

std::optional<Sample> parse_sample(std::string_view line) {
  Sample sample;
  std::string_view rest = line;
  sample.name = take_name(rest);
  if (sample.name.empty() || (take(rest, '{') && !take_labels(rest, sample.labels)) || !take(rest, ' ')) {
    return std::nullopt;
  }
  rest = support::trim(rest);
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), sample.value);
  if (parsed.ec != std::errc() || parsed.ptr != rest.data() + rest.size() || !std::isfinite(sample.value)) {
    return std::nullopt;
  }
  return sample;
}

}  // namespace stillpoint::telemetry
