#include "support/ids.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace stillpoint::support {
namespace {

std::string hex(const unsigned char* bytes, size_t count) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(count * 2);
  for (size_t i = 0; i < count; ++i) {
    text += kDigits[bytes[i] >> 4U];
    text += kDigits[bytes[i] & 0x0fU];
  }
  return text;
}

[[noreturn]] void broken_crypto(const char* what) {
  std::fprintf(stderr, "stillpoint: OpenSSL cannot give %s\n", what);
  std::abort();
}

}  // namespace

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    broken_crypto("SHA-256");
  }
  return hex(digest.data(), size);
}

std::string random_hex(int bytes) {
  std::vector<unsigned char> buffer(static_cast<size_t>(bytes));
  if (RAND_bytes(buffer.data(), bytes) != 1) {
    broken_crypto("random bytes");
  }
  return hex(buffer.data(), buffer.size());
}

bool is_hex_name(std::string_view text) {
  return text.size() >= 8 && text.size() <= 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace stillpoint::support
