#include "ssh/shell.hpp"

namespace stillpoint::ssh {

std::string quote_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += R"('\'')";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace stillpoint::ssh
