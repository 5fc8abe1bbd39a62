#include "store/policy_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "policy/reader.hpp"
#include "policy/spec_hash.hpp"
#include "policy/yaml_writer.hpp"
#include "store/durable_file.hpp"
#include "store/listing.hpp"

namespace stillpoint::store {
namespace {

namespace fs = std::filesystem;
using policy::Node;
using support::Error;
using support::ErrorKind;

Error about(const std::string& file, std::string message, std::string remedy) {
  return Error(ErrorKind::InvalidInput, std::move(message)).at({file, 0, 0}).with_remedy(std::move(remedy));
}

std::string name_in(const Node& document) {
  const Node* name = policy::find_node(document, {"metadata", "name"});
  return name == nullptr ? "" : name->text;
}

}  // namespace

support::Status PolicyFolder::read() {
  std::error_code error;
  if (!fs::is_directory(path_, error)) {
    return support::fail(about(path_, error ? "cannot be read: " + error.message() : "is no folder",
                               "make it, with the group that the daemon runs under, or say which one with --store"));
  }
  if (list_policy_files(path_).kind == Listing::Kind::EmptyFolder) {
    loaded_ = {};
    return {};
  }
  loaded_ = load({path_});
  return {};
}

std::optional<Stored> PolicyFolder::find(const std::string& name) const {
  const auto found = std::find_if(loaded_.policies.begin(), loaded_.policies.end(),
                                  [&](const policy::Policy& policy) { return policy.name == name; });
  if (found == loaded_.policies.end()) {
    return std::nullopt;
  }
  const auto& file = found->mark.file;
  auto documents = policy::documents_of(loaded_.sources.at(file), file);
  const auto document =
      std::find_if(documents.begin(), documents.end(), [&](const Node& one) { return name_in(one) == name; });
  if (document == documents.end()) {
    return std::nullopt;
  }
  return Stored{*found, std::move(*document), file, documents.size() - 1};
}

support::Result<std::string> PolicyFolder::file_for(const std::string& name) const {
  const auto stored = find(name);
  const auto file = stored ? stored->file : (fs::path(path_) / (name + ".yaml")).string();
  std::error_code ignored;
  if (fs::is_symlink(file, ignored)) {
    return support::fail(about(file, "is a link", "change what it leads to"));
  }
  if (stored && stored->beside > 0) {
    return support::fail(
        about(file, "has other policies beside " + name, "put each into a file of its own, and do it again"));
  }
  const bool taken = std::any_of(loaded_.policies.begin(), loaded_.policies.end(), [&](const policy::Policy& policy) {
    return policy.mark.file == file && policy.name != name;
  });
  if (taken) {
    return support::fail(about(file, "holds another policy than " + name, "rename that file, and do it again"));
  }
  return file;
}

support::Status PolicyFolder::write(const std::string& name, const Node& document) const {
  auto file = file_for(name);
  if (!file) {
    return support::pass_on(std::move(file));
  }
  const auto text = policy::write_yaml(document);
  // A store that says something else than what was looked at would be worse than none.
  const auto read = policy::read_policies(text, *file);
  const Node* spec = policy::find_node(document, {"spec"});
  if (!read.errors.empty() || read.policies.size() != 1 || read.policies[0].name != name || spec == nullptr ||
      read.policies[0].spec_hash != policy::spec_hash(*spec)) {
    return support::fail(Error(ErrorKind::Protocol, "the policy does not read as it was written" +
                                                        (read.errors.empty() ? "" : ": " + read.errors[0].to_string()))
                             .at({*file, 0, 0}));
  }
  return replace_file(*file, text);
}

support::Status PolicyFolder::remove(const std::string& name) const {
  auto file = file_for(name);
  return file ? remove_file(*file) : support::pass_on(std::move(file));
}

}  // namespace stillpoint::store
