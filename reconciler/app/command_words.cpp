#include "app/command_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// Commands that the design has and this version has not, and what is to be done meanwhile.
struct Later {
  std::string_view name;
  std::string_view meanwhile;
};
constexpr std::array<Later, 2> kLater{{
    {"restore", "make a volume of the point's snapshot; `stillpoint get points -o json` names it"},
    {"adopt", "keep the old snapshots until enough points exist, and delete them by hand"},
}};

}  // namespace

std::optional<std::string> object_to_command(const std::vector<std::string>& commands,
                                             std::span<const std::string> words) {
  if (words.empty() || words[0].starts_with("-")) {
    return std::nullopt;
  }
  const auto& word = words[0];
  if (std::find(commands.begin(), commands.end(), word) != commands.end()) {
    return std::nullopt;
  }
  const auto* later = std::find_if(kLater.begin(), kLater.end(), [&](const Later& one) { return one.name == word; });
  if (later != kLater.end()) {
    return "`" + word + "` is not supported yet; " + std::string(later->meanwhile);
  }
  std::string text = "there is no command `" + support::printable(word) + "`";
  if (const auto near = support::nearest(word, commands)) {
    return text + "; did you mean `" + *near + "`?";
  }
  return text + "; there are " + support::join(commands, ", ");
}

}  // namespace stillpoint::app
