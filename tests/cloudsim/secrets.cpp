#include "secrets.hpp"

#include <cstdlib>
#include <fstream>
#include <mutex>

#include "support/ids.hpp"

namespace stillpoint::cloudsim {
namespace {

struct Made {
  std::mutex mutex;
  std::vector<std::string> secrets;
};

Made& made() {
  static Made all;
  return all;
}

}  // namespace

std::string make_secret(const std::string& prefix, size_t bytes) {
  std::string secret = prefix + support::random_hex(bytes);
  const std::lock_guard lock(made().mutex);
  made().secrets.push_back(secret);
  if (const char* file = std::getenv("STILLPOINT_SECRETS_FILE")) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(file, std::ios::app) << secret + "\n";
  }
  return secret;
}

std::vector<std::string> secrets_made() {
  const std::lock_guard lock(made().mutex);
  return made().secrets;
}

}  // namespace stillpoint::cloudsim
