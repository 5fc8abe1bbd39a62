#include "policy/fingerprint.hpp"

#include <string_view>

#include "support/ids.hpp"

namespace stillpoint::policy {
namespace {

/// Puts values together so that different ones never give the same text.
class Sheet {
 public:
  Sheet& add(std::string_view value) {
    text_ += std::to_string(value.size()) + ":";
    text_ += value;
    return *this;
  }
  Sheet& add(long long value) { return add(std::string_view(std::to_string(value))); }
  Sheet& add(const std::vector<std::string>& values) {
    add(static_cast<long long>(values.size()));
    for (const auto& value : values) {
      add(std::string_view(value));
    }
    return *this;
  }
  Sheet& add(const std::vector<std::pair<std::string, std::string>>& pairs) {
    add(static_cast<long long>(pairs.size()));
    for (const auto& [key, value] : pairs) {
      add(std::string_view(key)).add(std::string_view(value));
    }
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void add(Sheet& sheet, const SshSettings& ssh) {
  sheet.add(std::string_view(ssh.user)).add(ssh.port).add(std::string_view(ssh.key_file));
  sheet.add(std::string_view(ssh.known_hosts_file)).add(std::string_view(ssh.network)).add(ssh.ip_version);
  sheet.add(static_cast<long long>(ssh.helper));
}

void add(Sheet& sheet, const HoldSettings& hold) {
  sheet.add(to_string(hold.driver)).add(to_string(hold.method)).add(hold.freeze ? 1 : 0).add(hold.max_hold.count());
  sheet.add(hold.lock_timeout.count()).add(std::string_view(hold.service)).add(hold.stop_timeout.count());
  sheet.add(hold.start_timeout.count()).add(std::string_view(hold.defaults_file)).add(std::string_view(hold.socket));
  sheet.add(std::string_view(hold.command)).add(hold.max_lag.count());
  sheet.add(hold.shared_window ? 1 : 0);
}

void add(Sheet& sheet, const ClusterSettings& cluster) {
  sheet.add(std::string_view(cluster.name)).add(cluster.min_healthy_members).add(cluster.allow_writer ? 1 : 0);
  sheet.add(cluster.writer.addresses).add(cluster.writer.names).add(cluster.writer.metadata);
}

}  // namespace

std::string fingerprint(const Policy& policy, const Dataset& dataset) {
  Sheet sheet;
  sheet.add(policy.has_ssh ? 1 : 0);
  add(sheet, policy.ssh);
  add(sheet, dataset.hold);
  add(sheet, policy.cluster);
  sheet.add(to_string(dataset.require)).add(static_cast<long long>(dataset.on_failure));
  return support::sha256_hex(sheet.text()).substr(0, 16);
}

}  // namespace stillpoint::policy
