#include "app/doctor_checks.hpp"
#include "openstack/credential.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

constexpr std::chrono::hours kSoon{24 * 30};
constexpr std::chrono::minutes kCredentialPatience{1};

std::string name_of(const openstack::CredentialReport& credential) {
  if (credential.type == openstack::AuthType::Token) {
    return "the token";
  }
  if (credential.holder.application_credential_id.empty()) {
    return "the password";
  }
  return "the application credential '" + credential.holder.application_credential_name + "'";
}

void check_end(const openstack::CredentialReport& credential, support::WallTime now, const std::string& where,
               DoctorReport& report) {
  const std::string name = name_of(credential);
  if (!credential.untold.empty()) {
    report.found(Finding::CredentialEndUntold, where, "when " + name + " ends is not told: " + credential.untold);
  } else if (credential.expires_at && *credential.expires_at - now < kSoon) {
    report.found(Finding::CredentialEnds, where, name + " ends at " + support::format_utc(*credential.expires_at));
  } else if (credential.expires_at) {
    report.good(where, name + " ends at " + support::format_utc(*credential.expires_at));
  } else {
    report.good(where, name + " has no end that Keystone names");
  }
}

}  // namespace

void check_credentials(const CloudTask& task, support::Clock& clock, DoctorReport& report) {
  const std::string where = task.prefix + "credentials";
  const auto credential =
      openstack::inspect_credential(task.config, clock, {}, support::Deadline::after(clock, kCredentialPatience));
  if (!credential) {
    report.found(Finding::CloudError, where, credential.error());
    return;
  }
  if (credential->holder.access_rules == 0) {
    report.found(Finding::CredentialUnlimited, where, name_of(*credential) + " is limited by no access rules");
  } else {
    report.good(where, name_of(*credential) + " is limited by " +
                           support::count_of(credential->holder.access_rules, "access rule"));
  }
  check_end(*credential, clock.wall_now(), where, report);
}

}  // namespace stillpoint::app
