#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include "ssh/shell.hpp"

namespace stillpoint::ssh {
namespace {

/// What a real shell makes of `printf %s WORD END`, where END proves that the word stayed one word.
std::string through_shell(const std::string& text) {
  const std::string command = "printf '%s|%s|' " + quote_word(text) + " end";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string out;
  std::array<char, 4096> buffer{};
  while (const size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    out.append(buffer.data(), count);
  }
  return out;
}

TEST(QuoteWord, KeepsWhatAShellWouldAct) {
  for (const std::string text :
       {"",     "plain", "two words", "it's", "'",      "''",   "$(id)", "`id`", "a\\b", "\"",
        "a\nb", "*",     "~",         "-n",   "; rm x", "&& x", "$HOME", "!!",   "\t",   "é"}) {
    EXPECT_EQ(through_shell(text), text + "|end|") << text;
  }
}

TEST(QuoteWord, IsPlainToRead) {
  EXPECT_EQ(quote_word("a b"), "'a b'");
  EXPECT_EQ(quote_word("it's"), R"('it'\''s')");
}

TEST(QuoteWord, AnyBytesStayOneWord) {
  std::mt19937 random(20261124);
  std::uniform_int_distribution<int> length(0, 60);
  std::uniform_int_distribution<int> any(1, 255);
  const std::string special = "'\\\"$`!*?[](){}<>|&;~# \n\t";
  for (int round = 0; round < 100; ++round) {
    std::string text(static_cast<size_t>(length(random)), ' ');
    for (char& c : text) {
      const int pick = any(random);
      c = pick % 2 == 0 ? special[static_cast<size_t>(pick) % special.size()] : static_cast<char>(pick);
    }
    EXPECT_EQ(through_shell(text), text + "|end|");
  }
}

}  // namespace
}  // namespace stillpoint::ssh
