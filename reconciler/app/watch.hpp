#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <stop_token>

#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "support/clock.hpp"

namespace stillpoint::app {

/// What a command shows, and how it ended.
struct Shown {
  std::string text;
  ExitCode code = ExitCode::Ok;
};

/// Shows it once, or with `options.watch` again and again whenever it has changed, until `stop` is requested or the
/// process is ended. Gives back the code of the last look.
ExitCode show(const Options& options, support::Clock& clock, std::ostream& out, const std::function<Shown()>& look,
              const std::stop_token& stop = {});

/// How often `--watch` looks: a listing of a cloud is not free.
inline constexpr std::chrono::seconds kWatchEvery{5};

}  // namespace stillpoint::app
