#include "app/finding.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace stillpoint::app {
namespace {

constexpr std::array kKinds{
    FindingKind{Finding::ClockDiffers, "clock-differs", Weight::Finding,
                "This machine's clock and the cloud's differ by more than 30 s, or the cloud does not tell the time: "
                "nothing is held and nothing is pruned",
                "keep the clock right with NTP (`timedatectl`, or chrony), here and in the cloud"},
    FindingKind{Finding::CredentialEnds, "credential-ends", Weight::Finding,
                "The application credential, the password or the token ends within 30 days",
                "make a new one, put it into clouds.yaml, and `systemctl reload stillpoint`"},
    FindingKind{Finding::CredentialEndUntold, "credential-end-untold", Weight::Note,
                "Keystone does not say when the application credential ends, since its access rules or Keystone's "
                "policies do not let it",
                "add the rule for `application_credentials` that `stillpoint access-rules` prints"},
    FindingKind{Finding::CredentialUnlimited, "credential-unlimited", Weight::Note,
                "Whoever has these credentials may do everything that their roles may, deleting volumes included",
                "make an application credential with the rules that `stillpoint access-rules` prints"},
    FindingKind{Finding::CloudError, "cloud-error", Weight::Finding,
                "The cloud has refused a question that a pass asks",
                "read what it says; of a credential with access rules, compare them with `stillpoint access-rules`"},
    FindingKind{Finding::Servers, "servers", Weight::Finding,
                "The policy selects no server that there is, or several that have one name",
                "correct spec.servers; `openstack server list` shows names, ids and addresses"},
    FindingKind{Finding::Volumes, "volumes", Weight::Finding,
                "A dataset has no volume on the server, or one that another server has as well",
                "correct the dataset's `volumes`; `openstack volume list` shows names and attachments"},
    FindingKind{
        Finding::NotToHold, "not-to-hold", Weight::Finding,
        "The policy and the cloud together say that this must not be held: the writer of a cluster, a member of "
        "an unknown one, or volumes that would get no common instant",
        "as it says there, in spec.cluster or in the dataset's `hold`"},
    FindingKind{Finding::VolumeState, "volume-state", Weight::Finding,
                "A volume is in a state in which no snapshot of it can be made, or a snapshot of it is being made",
                "wait if something is being done with it; else `openstack volume show` it, and ask who runs the cloud"},
    FindingKind{
        Finding::Quota, "quota", Weight::Finding,
        "The project's quota has no room for the next point of all policies together; a snapshot counts as one, "
        "and with the whole size of its volume",
        "have the quota raised, keep less (spec.retention), or delete snapshots that nobody needs"},
    FindingKind{Finding::NoHold, "no-hold", Weight::Note,
                "The policy has no `ssh` block: nothing is held, and points are crash-consistent",
                "write spec.ssh and the dataset's `hold` if the database is to be held"},
    FindingKind{Finding::Address, "address", Weight::Finding, "The server has no address that the policy would take",
                "correct spec.ssh.address; `openstack server show` lists networks and addresses"},
    FindingKind{Finding::KeyFile, "key-file", Weight::Finding,
                "The SSH key cannot be read by who runs this, or is none without a passphrase",
                "`stillpoint enroll` makes one; run doctor as the service's user"},
    FindingKind{Finding::KeyFileOpen, "key-file-open", Weight::Finding,
                "Others than its owner can read or write the SSH key", "chmod 0600 it"},
    FindingKind{Finding::KnownHostsOpen, "known-hosts-open", Weight::Finding,
                "Others than its owner can write into the known hosts file, and so decide which machine is trusted",
                "chmod go-w it"},
    FindingKind{Finding::SshUnreachable, "ssh-unreachable", Weight::Finding, "The server does not answer by SSH",
                "look whether it runs, at its security groups and routes, and at spec.ssh.address and port"},
    FindingKind{Finding::SshRefused, "ssh-refused", Weight::Finding,
                "The server's host key is not the pinned one, or the server refuses the login or its key",
                "`stillpoint enroll` pins host keys and sets up the login; a host key that has changed wants a person "
                "who knows why"},
    FindingKind{Finding::NoRoot, "no-root", Weight::Finding,
                "The login cannot run the helper as root: no sudo, or no rule for it",
                "`stillpoint enroll` installs the helper and its rule, with `helper: installed` in spec.ssh"},
    FindingKind{Finding::HelperVersion, "helper-version", Weight::Finding,
                "The installed helper is of another version than this program",
                "`stillpoint enroll` installs the one of this release"},
    FindingKind{Finding::Busy, "busy", Weight::Finding, "Somebody holds the server at the moment",
                "run doctor again in a minute"},
    FindingKind{Finding::NotReady, "not-ready", Weight::Finding,
                "The server was asked and cannot be held as the policy wants it; the code in brackets says why",
                "by the code, as in the table below"},
    FindingKind{Finding::Balancer, "load-balancer", Weight::Note,
                "A member of Galera leaves flow control while it is held, and its load balancer may take that for "
                "illness",
                "have the balancer's check accept a Donor/Desynced member, or hold a member that gets no clients"},
};

}  // namespace

std::span<const FindingKind> finding_kinds() {
  return kKinds;
}

const FindingKind& kind_of(Finding finding) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& kind) { return kind.id == finding; });
  if (found == kKinds.end()) {
    std::abort();  // a kind without a row: a broken invariant
  }
  return *found;
}

}  // namespace stillpoint::app
