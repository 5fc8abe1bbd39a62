#pragma once

#include <functional>
#include <string>
#include <vector>

#include "enrolment/steps.hpp"
#include "ssh/shell.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::enrolment {

enum class Outcome { Unchanged, Done, Would };

struct Taken {
  std::string what;
  Outcome outcome = Outcome::Unchanged;
};

/// Takes the steps one after the other in the shell of an administrator, `admin` by name, who is root or may become it
/// with sudo without a password. `tell` hears of each step that was taken, before the next one. Stops at the first that
/// fails: Remote, with what was to be set up and the server's own words; or an error of the shell.
support::Status take_steps(ssh::Shell& shell, const std::string& admin, const std::string& server,
                           const std::vector<Step>& steps, const std::function<void(const Taken&)>& tell,
                           support::Deadline deadline);

/// Runs the installed helper as the enrolled login does, without holding anything. Errors: those of the helper; among
/// them Protocol for another version.
support::Status check_way(ssh::Shell& shell, const std::string& login, const support::Clock& clock,
                          support::Deadline deadline);

/// Whether that login gets nothing but the helper: a command that is none of its words must not run. Unauthorized if it
/// does.
support::Status check_restriction(ssh::Shell& shell, const std::string& login, support::Deadline deadline);

}  // namespace stillpoint::enrolment
