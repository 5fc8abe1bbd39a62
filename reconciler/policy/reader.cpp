#include "policy/reader.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <system_error>
#include <tuple>

#include "policy/datasets.hpp"
#include "policy/fields.hpp"
#include "policy/keeping.hpp"
#include "policy/schedule_reader.hpp"
#include "policy/yaml_tree.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using support::Error;
using support::ErrorKind;

constexpr std::string_view kApiVersion = "stillpoint.dev/v1alpha1";
constexpr std::string_view kKind = "BackupPolicy";
constexpr size_t kMostErrors = 100;

ServerSelector read_servers(const Field& field) {
  ServerSelector servers;
  if (auto fields = field.fields()) {
    fields->get("names").read(servers.names, kText);
    fields->get("namePattern").read(servers.name_pattern, kText);
    fields->get("ids").read(servers.ids, kUuid);
    fields->get("metadata").read(servers.metadata, kText);
    fields->get("tags").read(servers.tags, kText);
    fields->get("addresses").read(servers.addresses, kAddress);
    fields->need_one_of({"names", "namePattern", "ids", "metadata", "tags", "addresses"}, "the servers");
    fields->finish({"exclude", "project", "availabilityZone"});
  }
  return servers;
}

/// A relative path of a policy file means a place beside that file. `~/` is the user's and stays as written.
void resolve(std::string& path, const std::string& policy_file) {
  if (!path.empty() && path[0] != '~') {
    path = (std::filesystem::path(policy_file).parent_path() / path).lexically_normal().string();
  }
}

SshSettings read_ssh(const Field& field, const std::string& policy_file) {
  SshSettings ssh;
  auto fields = field.fields();
  if (!fields) {
    return ssh;
  }
  fields->get("user").read(ssh.user, kLogin);
  fields->get("port").read(ssh.port, 1, 65535);
  fields->get("keyFile").read(ssh.key_file, kPath);
  fields->get("knownHostsFile").read(ssh.known_hosts_file, kPath);
  resolve(ssh.key_file, policy_file);
  resolve(ssh.known_hosts_file, policy_file);
  if (auto address = fields->get("address").fields()) {
    address->get("network").read(ssh.network, kText);
    address->get("version").read(ssh.ip_version, 4, 6);
    if (ssh.ip_version == 5) {
      address->get("version").wrong("there is no IP version 5: use 4 or 6");
    }
    address->finish({"floating", "host"});
  }
  fields->finish({"proxyJump", "certificateFile", "agent", "connectTimeout"});
  return ssh;
}

ClusterSettings read_cluster(const Field& field) {
  ClusterSettings cluster;
  auto fields = field.fields();
  if (!fields) {
    return cluster;
  }
  fields->need("name", "the cluster a name, the same in every policy of its members").read(cluster.name, kName);
  fields->get("minHealthyMembers").read(cluster.min_healthy_members, 1, 99);
  if (auto writer = fields->get("writer").fields()) {
    writer->need("addresses", "the writer's addresses").read(cluster.writer_addresses, kAddress);
    writer->finish({"metadata", "names"});
  }
  fields->get("allowWriter").read(cluster.allow_writer);
  fields->finish({"maxHeldMembers"});
  return cluster;
}

void read_spec(const Field& field, const std::string& file, Policy& policy) {
  auto spec = field.fields();
  if (!spec) {
    return;
  }
  spec->get("cloud").read(policy.cloud, kText);
  policy.servers = read_servers(spec->need("servers",
                                           "the servers by one of names, namePattern, ids, metadata, tags, "
                                           "addresses"));
  const auto ssh = spec->get("ssh");
  policy.has_ssh = ssh.present();
  policy.ssh = read_ssh(ssh, file);
  policy.schedule = read_schedule(spec->need("schedule", "when points are to be made, as cron"));
  policy.retention = read_retention(spec->get("retention"), Retention{});
  policy.datasets = read_datasets(spec->need("datasets", "a list of at least one dataset"), policy);
  policy.cluster = read_cluster(spec->get("cluster"));
  const auto previous = spec->get("previousNames");
  previous.read(policy.previous_names, kName);
  check_previous_names(previous, policy.previous_names, policy.name);
  policy.orphans_after = read_orphans(spec->get("orphans"));
  spec->get("startAt").read(policy.start_at);
  spec->get("suspend").read(policy.suspend);
  spec->finish({"deletionPolicy", "proxyJump"});
}

/// Whether the document says that it is what we read. Nothing else is looked at if it is not.
bool is_backup_policy(Fields& document) {
  std::string api_version;
  std::string kind;
  const auto version_field = document.need("apiVersion", std::string(kApiVersion));
  const auto kind_field = document.need("kind", std::string(kKind));
  version_field.read(api_version, kText);
  kind_field.read(kind, kText);
  if (!api_version.empty() && api_version != kApiVersion) {
    version_field.wrong("expected " + std::string(kApiVersion) + ", found " + in_quotes(api_version));
  }
  if (!kind.empty() && kind != kKind) {
    kind_field.wrong("expected " + std::string(kKind) + ", found " + in_quotes(kind));
  }
  return api_version == kApiVersion && kind == kKind;
}

Policy read_document(const Node& root, const std::string& file, Problems& problems) {
  Policy policy;
  policy.mark = problems.mark(root.at);
  auto document = Field(&root, "", problems).fields();
  if (!document || !is_backup_policy(*document)) {
    return policy;
  }
  if (auto metadata = document->need("metadata", "the policy a name").fields()) {
    const auto name = metadata->need("name", "the policy a name");
    name.read(policy.name, kName);
    if (name.present()) {
      policy.mark = name.mark();
    }
    metadata->finish({"annotations", "labels"});
  }
  read_spec(document->need("spec", "what is to be kept"), file, policy);
  document->finish({"status"});
  return policy;
}

void sort_and_cap(std::vector<Error>& errors) {
  const auto place = [](const Error& error) {
    return error.mark() ? std::pair(error.mark()->line, error.mark()->column) : std::pair(0, 0);
  };
  std::stable_sort(errors.begin(), errors.end(), [&](const Error& a, const Error& b) { return place(a) < place(b); });
  if (errors.size() > kMostErrors) {
    const size_t more = errors.size() - kMostErrors;
    errors.erase(errors.begin() + kMostErrors, errors.end());
    const auto last = *errors.back().mark();
    errors.push_back(Error(ErrorKind::InvalidInput, "and " + support::count_of(more, "more error")).at(last));
  }
}

/// Names in an order that does not matter, as one comparable value.
std::vector<std::string> sorted(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return words;
}

auto claim_of(const Policy& policy, const Dataset& dataset) {
  auto metadata = policy.servers.metadata;
  std::sort(metadata.begin(), metadata.end());
  const auto& servers = policy.servers;
  const auto& volumes = dataset.volumes;
  return std::tuple(policy.cloud, sorted(servers.names), servers.name_pattern, sorted(servers.ids), std::move(metadata),
                    sorted(servers.tags), sorted(servers.addresses), volumes.name_contains, volumes.name_pattern,
                    sorted(volumes.ids));
}

std::string place_of(const support::SourceMark& mark) {
  return mark.file + ":" + std::to_string(mark.line);
}

/// The points of a name that is in use belong to the policy that uses it.
void check_given_up(const Policy& policy, const std::vector<Policy>& policies, std::vector<Error>& errors) {
  for (const auto& other : policies) {
    const auto& previous = policy.previous_names;
    if (other.name != policy.name && std::find(previous.begin(), previous.end(), other.name) != previous.end()) {
      errors.push_back(
          Error(ErrorKind::InvalidInput,
                "the name " + other.name + " has not been given up: the policy at " + place_of(other.mark) + " has it")
              .at(policy.mark)
              .with_context("spec.previousNames"));
    }
  }
}

}  // namespace

ReadResult read_policies(std::string_view yaml, const std::string& file) {
  ReadResult result;
  YamlText text = read_yaml(yaml, file);
  bool found = !text.errors.empty();
  Problems problems(file);
  for (const auto& document : text.documents) {
    if (document.root.kind == Node::Kind::Null && document.sound) {
      continue;  // what a `---` at the end of a file leaves behind
    }
    found = true;
    const size_t errors_before = problems.errors().size();
    Policy policy = read_document(document.root, file, problems);
    if (document.sound && problems.errors().size() == errors_before) {
      result.policies.push_back(std::move(policy));
    }
  }
  if (!found) {
    problems.add({}, "", "no policy in this file: a policy begins with apiVersion: " + std::string(kApiVersion));
  }
  result.errors = std::move(text.errors);
  std::move(problems.errors().begin(), problems.errors().end(), std::back_inserter(result.errors));
  sort_and_cap(result.errors);
  return result;
}

ReadResult read_policy_file(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  // One byte more than allowed, so that the reader sees that there are too many; a device or a pipe cannot fill memory.
  std::string text(kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.eof() && stream.fail()) {
    const std::error_code why(errno != 0 ? errno : EIO, std::generic_category());
    return {{}, {Error(ErrorKind::InvalidInput, path + ": cannot be read: " + why.message())}};
  }
  text.resize(static_cast<size_t>(stream.gcount()));
  return read_policies(text, path);
}

std::vector<Error> check_together(const std::vector<Policy>& policies) {
  std::vector<Error> errors;
  std::map<std::string, const Policy*> names;
  std::map<decltype(claim_of(policies[0], policies[0].datasets[0])), const Policy*> claims;
  for (const auto& policy : policies) {
    const auto [named, name_is_new] = names.emplace(policy.name, &policy);
    if (!name_is_new) {
      errors.push_back(Error(ErrorKind::InvalidInput, "the name " + policy.name + " is taken by the policy at " +
                                                          place_of(named->second->mark) + ": choose another")
                           .at(policy.mark)
                           .with_context("metadata.name"));
    }
    check_given_up(policy, policies, errors);
    for (size_t i = 0; i < policy.datasets.size(); ++i) {
      const auto [claimed, claim_is_new] = claims.emplace(claim_of(policy, policy.datasets[i]), &policy);
      if (!claim_is_new) {
        errors.push_back(Error(ErrorKind::InvalidInput,
                               "selects the same servers and volumes as the policy " + claimed->second->name + " at " +
                                   place_of(claimed->second->mark) + ": a volume belongs to one policy")
                             .at(policy.datasets[i].mark)
                             .with_context("spec.datasets[" + std::to_string(i) + "]"));
      }
    }
  }
  return errors;
}

}  // namespace stillpoint::policy
