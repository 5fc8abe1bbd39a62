#include "app/home.hpp"

#include <cstdlib>

namespace stillpoint::app {

std::string home_folder() {
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
  return home == nullptr ? "" : home;
}

std::string expand_home(const std::string& path, const std::string& home) {
  return path.starts_with("~/") ? home + path.substr(1) : path;
}

ssh::Target target_of(const policy::SshSettings& settings, const std::string& address, const std::string& home) {
  ssh::Target target;
  target.host = address;
  target.port = settings.port;
  target.user = settings.user;
  target.key_file = expand_home(settings.key_file, home);
  target.known_hosts_file = expand_home(settings.known_hosts_file, home);
  return target;
}

}  // namespace stillpoint::app
