#include "app/watch.hpp"

#include <optional>
#include <ostream>
#include <string>

namespace stillpoint::app {

ExitCode show(const Options& options, support::Clock& clock, std::ostream& out, const std::function<Shown()>& look,
              const std::stop_token& stop) {
  std::optional<std::string> last;
  while (true) {
    const auto shown = look();
    if (!last || *last != shown.text) {
      out << shown.text << std::flush;
    }
    last = shown.text;
    if (!options.watch || stop.stop_requested()) {
      return shown.code;
    }
    clock.sleep_for(kWatchEvery, stop);
    if (stop.stop_requested()) {
      return shown.code;
    }
  }
}

}  // namespace stillpoint::app
