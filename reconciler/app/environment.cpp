#include "app/environment.hpp"

#include <cstdlib>

namespace stillpoint::app {

void take_environment(Options& options) {
  const auto take = [](const char* variable, std::string& into) {
    const char* value = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
    into = value != nullptr && *value != '\0' ? value : into;
  };
  take("STILLPOINT_STORE", options.store);
  take("STILLPOINT_INSTALLATION", options.installation);
  take("STILLPOINT_DAEMON", options.daemon);
}

}  // namespace stillpoint::app
