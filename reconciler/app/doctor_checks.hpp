#pragma once

#include <string>

#include "app/doctor_report.hpp"
#include "app/each_cloud.hpp"
#include "executor/preflight.hpp"

namespace stillpoint::app {

/// Whether the credentials of the cloud can do too much, and when they end.
void check_credentials(const CloudTask& task, support::Clock& clock, DoctorReport& report);

/// Whether who runs this can use the files of the policy's `ssh` block, and nobody else can misuse them.
void check_ssh_files(const policy::SshSettings& settings, const std::string& where, DoctorReport& report);

/// Whether the server can be held as the policy wants it: the way there, the helper, the database. Nothing is held.
void check_hold(const executor::Context& context, const executor::Subject& subject, const std::string& where,
                DoctorReport& report);

}  // namespace stillpoint::app
