#include "store/text_file.hpp"

#include <fstream>
#include <sstream>

namespace stillpoint::store {

std::string read_text(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace stillpoint::store
