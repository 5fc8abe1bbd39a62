#include "openstack/yaml_lite.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;
using support::Result;
using support::SourceMark;

constexpr std::size_t kLargestFile = 1UL << 20U;
constexpr int kDeepestYaml = 16;
constexpr int kMostNodes = 20'000;

/// Copies yaml-cpp's shared nodes into values of our own. Aliases are expanded, so nodes are counted.
class Copier {
 public:
  explicit Copier(const std::string& file) : file_(file) {}

  Result<YamlValue> copy(const YAML::Node& node, int depth = 0) {
    YamlValue value;
    value.mark = mark_of(node);
    if (depth > kDeepestYaml || ++nodes_ > kMostNodes) {
      return bad(value.mark, "too deep or too large: is there an alias that holds itself?");
    }
    if (node.IsScalar()) {
      value.kind = YamlValue::Kind::Scalar;
      value.scalar = node.Scalar();
    } else if (node.IsSequence()) {
      value.kind = YamlValue::Kind::List;
      for (const auto& item : node) {
        auto copied = copy(item, depth + 1);
        if (!copied) {
          return copied;
        }
        value.items.push_back(std::move(*copied));
      }
    } else if (node.IsMap()) {
      value.kind = YamlValue::Kind::Map;
      return copy_map(node, std::move(value), depth);
    }
    return value;
  }

 private:
  Result<YamlValue> copy_map(const YAML::Node& node, YamlValue value, int depth) {
    YamlValue inherited;
    inherited.kind = YamlValue::Kind::Map;
    for (const auto& entry : node) {
      const SourceMark mark = mark_of(entry.first);
      if (!entry.first.IsScalar()) {
        return bad(mark, "a key must be a plain word");
      }
      const std::string& key = entry.first.Scalar();
      auto copied = copy(entry.second, depth + 1);
      if (!copied) {
        return copied;
      }
      if (key == "<<") {
        inherited = merged(std::move(inherited), *copied);
      } else if (value.find(key) != nullptr) {
        return bad(mark, "the key `" + support::printable(key) + "` is given twice");
      } else {
        value.members.push_back({key, std::move(*copied)});
      }
    }
    return merged(std::move(inherited), value);
  }

  SourceMark mark_of(const YAML::Node& node) const {
    return {file_, std::max(node.Mark().line, 0) + 1, std::max(node.Mark().column, 0) + 1};
  }
  static tl::unexpected<Error> bad(SourceMark mark, std::string why) {
    return fail(Error(ErrorKind::InvalidInput, std::move(why)).at(std::move(mark)));
  }

  const std::string& file_;
  int nodes_ = 0;
};

}  // namespace

const YamlValue* YamlValue::find(const std::string& key) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const auto& member) { return member.key == key; });
  return found == members.end() ? nullptr : &found->value;
}

YamlValue merged(YamlValue base, const YamlValue& over) {
  if (base.kind != YamlValue::Kind::Map || over.kind != YamlValue::Kind::Map) {
    return over;
  }
  base.mark = over.mark;
  for (const auto& [key, value] : over.members) {
    const auto found = std::find_if(base.members.begin(), base.members.end(),
                                    [&k = key](const auto& member) { return member.key == k; });
    if (found == base.members.end()) {
      base.members.push_back({key, value});
    } else {
      found->value = merged(std::move(found->value), value);
    }
  }
  return base;
}

Result<YamlValue> read_yaml(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.gcount() == 0 && !stream.eof()) {
    return fail(ErrorKind::InvalidInput, file + " cannot be read");
  }
  if (static_cast<std::size_t>(stream.gcount()) > kLargestFile) {
    return fail(ErrorKind::InvalidInput, file + " is larger than 1 MB");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  try {
    return Copier(file).copy(YAML::Load(text));
  } catch (const YAML::Exception& failure) {
    // The library's text names what it expected, never what it found.
    return fail(Error(ErrorKind::InvalidInput, "not YAML: " + support::printable(failure.msg))
                    .at({file, std::max(failure.mark.line, 0) + 1, std::max(failure.mark.column, 0) + 1}));
  }
}

}  // namespace stillpoint::openstack
