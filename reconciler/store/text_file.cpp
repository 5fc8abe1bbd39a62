#include "store/text_file.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

namespace stillpoint::store {

std::string read_text(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool write_text(const std::string& file, const std::string& text) {
  const std::string aside = file + ".tmp";
  {
    std::ofstream stream(aside, std::ios::binary | std::ios::trunc);
    stream << text;
    if (!stream.flush()) {
      return false;
    }
  }
  return std::rename(aside.c_str(), file.c_str()) == 0;
}

}  // namespace stillpoint::store
