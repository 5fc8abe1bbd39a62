#include <pwd.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <map>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/point_finder.hpp"
#include "app/say_error.hpp"
#include "executor/labeller.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using inventory::Attempt;
using support::Error;
using support::ErrorKind;
using support::printable;

constexpr size_t kLongestOwner = 255;  // Cinder's

/// Whoever runs the command.
std::string login_name() {
  const passwd* user = getpwuid(geteuid());  // NOLINT(concurrency-mt-unsafe): one thread
  return user == nullptr ? "uid " + std::to_string(geteuid()) : user->pw_name;
}

/// Says one point's end, for people.
std::string title_of_attempt(const Attempt& attempt) {
  const auto& own = attempt.own();
  return "point/" + attempt.point + " (" + own.policy + "/" + printable(own.server_name) + "/" + own.dataset +
         ", slot " + support::format_utc(attempt.slot) + ")";
}

/// The pin that a point has, whether it has ended or not.
const inventory::Ownership* pin_of(const Attempt& attempt) {
  for (const auto& member : attempt.members) {
    if (!member.own.pin.empty() || !member.own.pin_until.empty()) {
      return &member.own;
    }
  }
  return nullptr;
}

/// What is done to one point. Gives back what to say of it.
using Act = std::function<support::Result<std::string>(cloud::Cloud&, const Attempt&)>;

/// The end of a pin as it is written: an instant, or a length of time from now. InvalidInput if it is neither, or has
/// come.
support::Result<std::string> pin_end(const std::string& text, support::WallTime now) {
  auto end = support::parse_utc(text);
  if (!end) {
    if (const auto length = support::parse_duration(text)) {
      end = now + *length;
    }
  }
  if (!end) {
    return support::fail(ErrorKind::InvalidInput,
                         "--until: expected an instant such as 2027-01-31T00:00:00Z or a length of time such as 30d, "
                         "found '" +
                             support::printable(text) + "'");
  }
  if (*end <= now) {
    return support::fail(ErrorKind::InvalidInput, "--until: " + support::format_utc(*end) + " has passed");
  }
  return support::format_utc(*end);
}

/// Finds each of `options.names` in the clouds and acts on it. A name that is in no cloud is an error.
ExitCode for_each_point(const Options& options, support::Clock& clock, const Act& act) {
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  std::map<std::string, Error> missing;
  for (const auto& name : options.names) {
    missing.emplace(name, Error(ErrorKind::NotFound, "no cloud could be read"));
  }
  ExitCode code = ExitCode::Ok;
  const auto ended =
      for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) -> support::Result<ExitCode> {
        auto snapshots = task.cloud.list_snapshots(support::Deadline::after(clock, std::chrono::minutes(5)));
        if (!snapshots) {
          return support::pass_on(std::move(snapshots), "read the snapshots");
        }
        const auto points = inventory::assemble(*snapshots, options.installation);
        for (auto& [name, why] : std::map(missing)) {
          auto attempt = find_attempt(points, name);
          if (!attempt) {
            missing.at(name) = std::move(attempt.error());
            continue;
          }
          missing.erase(name);
          auto said = act(task.cloud, *attempt);
          if (said) {
            std::cout << task.prefix << title_of_attempt(*attempt) << " " << *said << "\n";
          } else {
            std::cerr << "stillpoint: " << task.prefix << title_of_attempt(*attempt) << ": "
                      << printable(said.error().to_string()) << "\n";
            code = worse(code, ExitCode::Failed);
          }
        }
        return ExitCode::Ok;
      });
  code = worse(code, ended.code);
  if (ended.code != ExitCode::Ok) {
    return code;  // what is missing may be where nobody could look
  }
  for (const auto& [name, why] : missing) {
    std::cerr << "stillpoint: " << why.to_string() << "\n";
    code = worse(code, ExitCode::InvalidInput);
  }
  return code;
}

}  // namespace

ExitCode pin(const Options& options) {
  support::SystemClock clock;
  const std::string owner = options.owner.empty() ? login_name() : options.owner;
  if (owner != printable(owner) || owner.size() > kLongestOwner) {
    return say_error(Error(ErrorKind::InvalidInput, "--owner: expected at most 255 letters, digits and signs of ASCII"),
                     ExitCode::InvalidInput);
  }
  std::string until;
  if (!options.until.empty()) {
    auto end = pin_end(options.until, clock.wall_now());
    if (!end) {
      return say_error(end.error(), ExitCode::InvalidInput);
    }
    until = std::move(*end);
  }
  return for_each_point(
      options, clock, [&](cloud::Cloud& cloud, const Attempt& attempt) -> support::Result<std::string> {
        if (attempt.state != inventory::AttemptState::Complete) {
          return support::fail(ErrorKind::Conflict,
                               "it is " + std::string(to_string(attempt.state)) + ": only complete points are pinned");
        }
        if (attempt.deletion_begun()) {
          return support::fail(ErrorKind::Conflict, "it is being deleted");
        }
        const auto* other = pin_of(attempt);
        if (other != nullptr && other->pinned(clock.wall_now()) && other->pin != owner && !options.overwrite) {
          return support::fail(Error(ErrorKind::Conflict, "it is pinned by " + printable(other->pin) + " already")
                                   .with_remedy("say --overwrite if that pin is to go"));
        }
        return executor::write_pin(cloud, clock, attempt, owner, until).map([&] {
          return "pinned by " + owner + (until.empty() ? "" : " until " + until);
        });
      });
}

ExitCode unpin(const Options& options) {
  support::SystemClock clock;
  return for_each_point(options, clock,
                        [&](cloud::Cloud& cloud, const Attempt& attempt) -> support::Result<std::string> {
                          const auto* pin = pin_of(attempt);
                          if (pin == nullptr) {
                            return "was not pinned";
                          }
                          const std::string owner = printable(pin->pin.empty() ? "somebody unnamed" : pin->pin);
                          return executor::write_pin(cloud, clock, attempt, "", "").map([&] {
                            return "unpinned: it was by " + owner + "; retention decides over it now";
                          });
                        });
}

}  // namespace stillpoint::app
