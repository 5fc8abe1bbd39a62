#include "app/drafts.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "policy/reader.hpp"
#include "policy/spec_hash.hpp"
#include "policy/yaml_writer.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using policy::Node;
using policy::Policy;

/// The documents of the checked files, by the names of their policies.
std::map<std::string, Node> documents_by_name(const CheckedPolicies& checked) {
  std::map<std::string, Node> documents;
  for (const auto& [file, text] : checked.sources) {
    for (auto& document : policy::documents_of(text, file)) {
      const Node* name = policy::find_node(document, {"metadata", "name"});
      if (name != nullptr) {
        documents.emplace(name->text, std::move(document));
      }
    }
  }
  return documents;
}

/// A path beside the user's file means another one beside the store's.
void make_absolute(Node& document, std::string_view field, const std::string& file) {
  const Node* path = policy::find_node(document, {"spec", "ssh", field});
  if (path == nullptr || path->text.starts_with('/') || path->text.starts_with('~')) {
    return;
  }
  const auto absolute = std::filesystem::absolute(std::filesystem::path(file)).parent_path() / path->text;
  policy::set_node(document, {"spec", "ssh", field}, policy::text_node(absolute.lexically_normal().string()));
}

/// Slots of the time before do not count.
void set_start(Node& document, const std::optional<store::Stored>& stored, const Policy& policy,
               support::WallTime now) {
  if (policy.start_at) {
    return;
  }
  const bool begins = !stored || stored->policy.is_tombstone() || (stored->policy.suspend && !policy.suspend);
  const Node* before = stored ? policy::find_node(stored->document, {"spec", "startAt"}) : nullptr;
  if (begins) {
    policy::set_node(document, {"spec", "startAt"}, policy::text_node(support::format_utc(now)));
  } else if (before != nullptr) {
    policy::set_node(document, {"spec", "startAt"}, *before);
  }
}

void keep_permission(Draft& draft) {
  policy::erase_node(draft.document, {"metadata", "annotations"});
  const int points = draft.stored ? draft.stored->policy.may_lose_at_once() : 0;
  if (points > 0 && draft.stored->policy.spec_hash == draft.policy.spec_hash) {
    permit_mass_delete(draft, points);
  }
}

/// The draft's policy, read from what would be written. Its places stay those in the user's file.
support::Status read_again(Draft& draft) {
  auto read = policy::read_policies(policy::write_yaml(draft.document), draft.policy.mark.file);
  if (!read.errors.empty() || read.policies.size() != 1) {
    return support::fail(support::Error(support::ErrorKind::Protocol,
                                        "the policy does not read as it was written" +
                                            (read.errors.empty() ? "" : ": " + read.errors.front().to_string()))
                             .at(draft.policy.mark));
  }
  auto& fresh = read.policies.front();
  fresh.mark = draft.policy.mark;
  for (size_t i = 0; i < fresh.datasets.size() && i < draft.policy.datasets.size(); ++i) {
    fresh.datasets[i].mark = draft.policy.datasets[i].mark;
  }
  draft.policy = std::move(fresh);
  return {};
}

}  // namespace

std::vector<policy::Change> Draft::changes() const {
  return stored ? policy::changes_between(stored->document, document) : std::vector<policy::Change>();
}

support::Result<std::vector<Draft>> make_drafts(const CheckedPolicies& checked, const store::PolicyFolder& folder,
                                                support::WallTime now) {
  auto documents = documents_by_name(checked);
  std::vector<Draft> drafts;
  for (const auto& policy : checked.policies) {
    if (policy.is_tombstone()) {
      return support::fail(
          support::Error(support::ErrorKind::InvalidInput, "policy " + policy.name + " is a tombstone")
              .at(policy.mark)
              .with_remedy("remove metadata.deletionTimestamp, or delete it: `stillpoint delete " + policy.name + "`"));
    }
    Draft draft{policy, std::move(documents.at(policy.name)), folder.find(policy.name)};
    make_absolute(draft.document, "keyFile", policy.mark.file);
    make_absolute(draft.document, "knownHostsFile", policy.mark.file);
    set_start(draft.document, draft.stored, policy, now);
    if (auto read = read_again(draft); !read) {
      return support::pass_on(std::move(read));
    }
    keep_permission(draft);
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

void permit_mass_delete(Draft& draft, int points) {
  policy::set_node(draft.document, {"metadata", "annotations", "allowMassDelete"},
                   policy::text_node(draft.policy.spec_hash + "/" + std::to_string(points)));
  draft.policy.mass_delete = policy::MassDeletePermission{draft.policy.spec_hash, points};
}

std::vector<Policy> with_drafts(const std::vector<Policy>& stored, const std::vector<Draft>& drafts) {
  std::vector<Policy> policies;
  for (const auto& policy : stored) {
    if (std::none_of(drafts.begin(), drafts.end(),
                     [&](const Draft& draft) { return draft.policy.name == policy.name; })) {
      policies.push_back(policy);
    }
  }
  for (const auto& draft : drafts) {
    policies.push_back(draft.policy);
  }
  return policies;
}

}  // namespace stillpoint::app
