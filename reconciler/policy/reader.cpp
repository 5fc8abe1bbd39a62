#include "policy/reader.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "policy/datasets.hpp"
#include "policy/fields.hpp"
#include "policy/keeping.hpp"
#include "policy/schedule_reader.hpp"
#include "policy/spec_hash.hpp"
#include "policy/yaml_characters.hpp"
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
    fields->finish({{"exclude", "select the others by names, ids, metadata or tags"},
                    {"project", "one policy works in one project: that of its cloud"},
                    {"availabilityZone", "select the servers by names, ids, metadata or tags"}});
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
  fields->get("helper").read(ssh.helper, {{"sent", HelperPlacement::Sent}, {"installed", HelperPlacement::Installed}});
  resolve(ssh.key_file, policy_file);
  resolve(ssh.known_hosts_file, policy_file);
  if (auto address = fields->get("address").fields()) {
    address->get("network").read(ssh.network, kText);
    address->get("version").read(ssh.ip_version, 4, 6);
    if (ssh.ip_version == 5) {
      address->get("version").wrong("there is no IP version 5", "use 4 or 6");
    }
    address->finish({{"floating", "remove it: a floating address goes before a fixed one"},
                     {"host", "remove it: the address is the one that Nova tells"}});
  }
  fields->finish(
      {{"proxyJump",
        "run Stillpoint where the servers can be reached, or give address.network, a network that it reaches"},
       {"certificateFile", "use keyFile, or the SSH agent"},
       {"agent", "leave keyFile out, and the agent is asked"},
       {"connectTimeout", "remove it"}});
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
    writer->get("names").read(cluster.writer.names, kText);
    writer->get("metadata").read(cluster.writer.metadata, kText);
    writer->get("addresses").read(cluster.writer.addresses, kAddress);
    writer->need_one_of({"names", "metadata", "addresses"}, "the writer");
    writer->finish({{"tags", "use metadata or addresses"}});
  }
  fields->get("allowWriter").read(cluster.allow_writer);
  fields->finish({{"maxHeldMembers", "remove it: one member is held at a time"}});
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
  spec->get("deletionPolicy")
      .read(policy.deletion_policy, {{"Retain", DeletionPolicy::Retain}, {"Delete", DeletionPolicy::Delete}});
  spec->get("startAt").read(policy.start_at);
  spec->get("suspend").read(policy.suspend);
  spec->finish();
}

std::string hash_of_spec(const Node& document) {
  const auto spec = std::find_if(document.members.begin(), document.members.end(),
                                 [](const Member& member) { return member.key == "spec"; });
  return spec == document.members.end() ? "" : spec_hash(spec->value);
}

std::optional<MassDeletePermission> read_mass_delete(const Field& field) {
  std::string text;
  field.read(text, kPermission);
  const auto slash = text.find('/');
  if (slash == std::string::npos) {
    return std::nullopt;
  }
  return MassDeletePermission{text.substr(0, slash), std::stoi(text.substr(slash + 1))};
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
    version_field.wrong("expected " + std::string(kApiVersion) + ", found " + in_quotes(api_version),
                        "this version reads no other");
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
  if (!document) {
    return policy;
  }
  if (!is_backup_policy(*document)) {
    document->report_missing();
    return policy;
  }
  if (auto metadata = document->need("metadata", "the policy a name").fields()) {
    const auto name = metadata->need("name", "the policy a name");
    name.read(policy.name, kName);
    if (name.present()) {
      policy.mark = name.mark();
    }
    metadata->get("deletionTimestamp").read(policy.deleted_at);
    if (auto annotations = metadata->get("annotations").fields()) {
      policy.mass_delete = read_mass_delete(annotations->get("allowMassDelete"));
      annotations->finish();
    }
    metadata->finish(
        {{"labels", "remove it; a comment is for people"},
         {"namespace", "remove it: policies are told apart by name, clusters of Stillpoint by --installation"}});
  }
  read_spec(document->need("spec", "what is to be kept"), file, policy);
  policy.spec_hash = hash_of_spec(root);
  document->finish({{"status", "remove it: what is the case is asked of the cloud, `stillpoint get points`"}});
  return policy;
}

/// `uncounted` are errors that are there and not among these.
void sort_and_cap(std::vector<Error>& errors, size_t uncounted) {
  const auto place = [](const Error& error) {
    return error.mark() ? std::pair(error.mark()->line, error.mark()->column) : std::pair(0, 0);
  };
  std::stable_sort(errors.begin(), errors.end(), [&](const Error& a, const Error& b) { return place(a) < place(b); });
  if (errors.size() > kMostErrors) {
    const size_t more = errors.size() - kMostErrors + uncounted;
    errors.erase(errors.begin() + kMostErrors, errors.end());
    const auto last = *errors.back().mark();
    errors.push_back(Error(ErrorKind::InvalidInput, "and " + support::count_of(more, "more error")).at(last));
  }
}

}  // namespace

ReadResult read_policies(std::string_view yaml, const std::string& file) {
  ReadResult result;
  result.text = without_byte_order_mark(yaml).substr(0, kMaxYamlBytes);
  YamlText text = read_yaml(yaml, file);
  bool found = !text.errors.empty();
  Problems problems(file);
  for (const auto& document : text.documents) {
    if (document.root.kind == Node::Kind::Null && document.sound) {
      continue;  // what a `---` at the end of a file leaves behind
    }
    found = true;
    if (document.root.kind == Node::Kind::Null) {
      continue;  // an alias alone
    }
    problems.begin_document(document.sound ? Problems::Whole::Yes : Problems::Whole::WithHoles);
    const size_t errors_before = problems.count();
    Policy policy = read_document(document.root, file, problems);
    const bool good = document.sound && problems.count() == errors_before;
    (good ? result.policies : result.faulty).push_back(std::move(policy));
  }
  if (!found) {
    problems.add({0, 0}, "", "no policy in this file", "a policy begins with apiVersion: " + std::string(kApiVersion));
  }
  const size_t uncounted = problems.count() - problems.errors().size();
  result.errors = std::move(text.errors);
  std::move(problems.errors().begin(), problems.errors().end(), std::back_inserter(result.errors));
  sort_and_cap(result.errors, uncounted);
  return result;
}

}  // namespace stillpoint::policy
