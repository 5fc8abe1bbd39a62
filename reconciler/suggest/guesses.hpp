#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stillpoint::suggest {

/// What a word in a volume's name tells.
struct Guess {
  std::string_view word;     ///< in lower case
  std::string_view dataset;  ///< what the dataset is then called
  std::string_view hold;     ///< as it stands in a policy, in braces
  std::string_view remark;   ///< what a person should look at
  bool can_be_cluster;       ///< whether servers of one name and several numbers may be members of one database
};

/// All words, those that say more first.
std::span<const Guess> guesses();

/// What the name of a volume tells, and how the word is written in it.
struct Match {
  const Guess* guess;  ///< one of `guesses`
  std::string written;
};
std::optional<Match> guess_of(std::string_view volume_name);

}  // namespace stillpoint::suggest
