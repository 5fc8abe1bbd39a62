#include "openstack/cloud_entry.hpp"

#include <filesystem>
#include <optional>
#include <vector>

#include "openstack/yaml_lite.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;
using support::printable;
using support::Result;

std::vector<std::string> folders(const Environment& env) {
  std::vector<std::string> found{"."};
  const std::string home = variable(env, "HOME");
  if (const std::string config = variable(env, "XDG_CONFIG_HOME"); !config.empty()) {
    found.push_back(config + "/openstack");
  } else if (!home.empty()) {
    found.push_back(home + "/.config/openstack");
  }
  found.emplace_back("/etc/openstack");
  found.emplace_back("/etc/stillpoint");
  return found;
}

/// The first of openstacksdk's places, and after them the service's own, that has the file. The variable `named_by` may
/// name it outright, and then it must exist.
Result<std::optional<std::string>> find_file(const Environment& env, const std::string& named_by,
                                             const std::string& stem) {
  std::error_code ignored;
  if (const std::string named = variable(env, named_by); !named.empty()) {
    if (!std::filesystem::exists(named, ignored)) {
      return fail(ErrorKind::InvalidInput, named_by + " names " + printable(named) + ", which does not exist");
    }
    return named;
  }
  for (const std::string& folder : folders(env)) {
    for (const char* ending : {".yaml", ".yml"}) {
      std::string candidate = folder;
      candidate.append("/").append(stem).append(ending);
      if (std::filesystem::exists(candidate, ignored)) {
        return candidate;
      }
    }
  }
  return std::optional<std::string>();
}

Result<YamlValue> read_clouds(const std::string& file, const std::optional<std::string>& secure_file) {
  auto document = read_yaml(file);
  if (!document || !secure_file) {
    return document;
  }
  auto secure = read_yaml(*secure_file);
  if (!secure) {
    return secure;
  }
  return secure->kind == YamlValue::Kind::Map ? merged(std::move(*document), *secure) : document;
}

void add_settings(Settings& settings, const YamlValue& map, const std::string& prefix) {
  for (const auto& [key, value] : map.members) {
    if (value.kind == YamlValue::Kind::Scalar) {
      settings[prefix + key] = value.scalar;
    } else if (key == "auth" && value.kind == YamlValue::Kind::Map) {
      add_settings(settings, value, "auth.");
    } else if (key == "regions" && value.kind == YamlValue::Kind::List && value.items.size() == 1) {
      settings["region_name"] = value.items.front().kind == YamlValue::Kind::Scalar ? value.items.front().scalar : "";
    }
  }
}

std::string names_of(const YamlValue& clouds) {
  std::vector<std::string> names;
  for (const auto& member : clouds.members) {
    names.push_back("`" + printable(member.key) + "`");
  }
  return names.empty() ? "none" : support::join(names, ", ");
}

Error no_such_cloud(const std::string& name, const std::string& file, const YamlValue& clouds) {
  std::vector<std::string> names;
  for (const auto& member : clouds.members) {
    names.push_back(member.key);
  }
  std::string text = "no cloud `" + printable(name) + "` in " + file;
  if (const auto near = support::nearest(name, names)) {
    text += "; did you mean `" + printable(*near) + "`?";
  }
  return {ErrorKind::InvalidInput, text + " (it has: " + names_of(clouds) + ")"};
}

}  // namespace

std::string variable(const Environment& env, const std::string& name) {
  const auto found = env.find(name);
  return found == env.end() ? std::string() : found->second;
}

Result<CloudEntry> read_cloud_entry(const std::string& name, const Environment& env) {
  auto file = find_file(env, "OS_CLIENT_CONFIG_FILE", "clouds");
  if (!file) {
    return pass_on(std::move(file));
  }
  if (!*file) {
    return fail(ErrorKind::InvalidInput, "there is no clouds.yaml for the cloud `" + printable(name) +
                                             "`: it is looked for in " + support::join(folders(env), ", ") +
                                             ", or where OS_CLIENT_CONFIG_FILE says");
  }
  auto secure_file = find_file(env, "OS_CLIENT_SECURE_FILE", "secure");
  if (!secure_file) {
    return pass_on(std::move(secure_file));
  }
  auto document = read_clouds(**file, *secure_file);
  if (!document) {
    return pass_on(std::move(document));
  }
  const YamlValue* clouds = document->find("clouds");
  if (clouds == nullptr || clouds->kind != YamlValue::Kind::Map) {
    return fail(ErrorKind::InvalidInput, **file + " has no `clouds:` with entries below it");
  }
  const YamlValue* entry = clouds->find(name);
  if (entry == nullptr) {
    return fail(no_such_cloud(name, **file, *clouds));
  }
  if (entry->kind != YamlValue::Kind::Map) {
    return fail(Error(ErrorKind::InvalidInput, "the cloud `" + printable(name) + "` is empty").at(entry->mark));
  }
  CloudEntry read{{}, **file};
  add_settings(read.settings, *entry, "");
  return read;
}

}  // namespace stillpoint::openstack
