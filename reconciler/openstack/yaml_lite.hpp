#pragma once

#include <string>
#include <vector>

#include "support/result.hpp"

namespace stillpoint::openstack {

struct YamlMember;

/// A YAML document as clouds.yaml needs it: scalars are texts, anchors and merge keys are resolved, nothing is shared.
struct YamlValue {
  enum class Kind { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  std::string scalar;
  std::vector<YamlValue> items;
  std::vector<YamlMember> members;
  support::SourceMark mark;

  /// The member, or nullptr.
  const YamlValue* find(const std::string& key) const;
};

struct YamlMember {
  std::string key;
  YamlValue value;
};

/// Reads a file. Errors are InvalidInput with file and line: no YAML, a key given twice, more than 1 MB, too deep, or
/// aliases that blow it up.
support::Result<YamlValue> read_yaml(const std::string& file);

/// `over` laid over `base`, map by map; where both have something else, `over` wins.
YamlValue merged(YamlValue base, const YamlValue& over);

}  // namespace stillpoint::openstack
