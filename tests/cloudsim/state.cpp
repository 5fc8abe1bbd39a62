#include "state.hpp"

#include <array>
#include <cstdio>
#include <ctime>

#include "support/ids.hpp"

namespace stillpoint::cloudsim {

namespace {

void add_account(State& state, const std::string& name, const std::string& password, bool admin) {
  Project project;
  project.id = new_keystone_id();
  project.name = name;
  User user;
  user.id = new_keystone_id();
  user.name = name;
  user.password = password;
  user.project_id = project.id;
  user.admin = admin;
  state.users[user.id] = user;
  state.projects[project.id] = project;
}

}  // namespace

State::State(const Options& options) : disk(options.data), volume_types{"standard", "fake", "__DEFAULT__"} {
  settings.cut_delay = options.cut_delay;
  settings.delete_delay = options.delete_delay;
  settings.token_lifetime = options.token_lifetime;
  settings.page_limit = options.page_limit;
  settings.clones_keep_snapshots = options.clones_keep_snapshots;
  settings.quota = {{"volumes", options.quota_volumes},
                    {"snapshots", options.quota_snapshots},
                    {"gigabytes", options.quota_gigabytes},
                    {"backups", 10},
                    {"backup_gigabytes", 1000},
                    {"groups", 10},
                    {"per_volume_gigabytes", -1}};
  add_account(*this, "sim", options.password, false);
  add_account(*this, "admin", options.password, true);
}

int64_t State::now() const {
  const auto now = std::chrono::system_clock::now() + settings.clock_offset;
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

long State::quota_limit(const std::string& project_id, const std::string& resource) const {
  const auto& own = projects.at(project_id).quota;
  if (const auto found = own.find(resource); found != own.end()) return found->second;
  const auto found = settings.quota.find(resource);
  return found == settings.quota.end() ? -1 : found->second;
}

std::vector<std::string> State::quota_resources() const {
  std::vector<std::string> names{"volumes", "per_volume_gigabytes", "snapshots", "gigabytes",
                                 "backups", "backup_gigabytes",     "groups"};
  for (const auto& type : volume_types) {
    for (const char* resource : {"volumes_", "gigabytes_", "snapshots_"}) names.push_back(resource + type);
  }
  return names;
}

void State::charge(const std::string& project_id, const std::string& type, const std::string& resource, long amount) {
  auto& usage = projects.at(project_id).usage;
  usage[resource] += amount;
  usage[resource + "_" + type] += amount;
}

void State::add_message(const Snapshot& about, const std::string& action_and_detail, const std::string& text) {
  UserMessage message;
  message.id = new_uuid();
  message.project_id = about.project_id;
  message.event_id = "VOLUME_VOLUME_SNAPSHOT_" + action_and_detail;
  message.resource_id = about.id;
  message.request_id = "req-" + new_uuid();
  message.text = text;
  message.created_at = now();
  messages.insert(std::move(message));
}

std::string iso_time(int64_t seconds, int micros) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  const size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 16> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%06d", micros);
  return std::string(text.data(), length) + fraction.data();
}

std::string new_uuid() {
  std::string hex = support::random_hex(16);
  hex[12] = '4';  // version 4
  hex[16] = "89ab"[hex[16] % 4];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

std::string new_keystone_id() {
  return support::random_hex(16);
}

}  // namespace stillpoint::cloudsim
