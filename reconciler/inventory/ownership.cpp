#include "inventory/ownership.hpp"

#include <algorithm>
#include <charconv>

#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::inventory {
namespace {

using support::ErrorKind;
using support::fail;

constexpr size_t kMaxValue = 255;  // Cinder: snapshot metadata values
constexpr size_t kMaxPieces = 4;
/// No policy may ask for so much; a `hold-until` beyond it would make others wait for nothing.
constexpr std::chrono::hours kLongestHold{1};
constexpr const char* kSchema = "1";
constexpr const char* kBegun = "begun";
constexpr const char* kPositionPrefix = "position.";

std::string key(const std::string& field) {
  return kKeyPrefix + field;
}

void put_long(cloud::Metadata& metadata, const std::string& name, const std::string& value) {
  if (value.size() <= kMaxValue) {
    metadata[name] = value;
    return;
  }
  if (value.size() > kMaxValue * kMaxPieces) {
    metadata[name] = "sha256:" + support::sha256_hex(value);
    return;
  }
  for (size_t piece = 0; piece * kMaxValue < value.size(); ++piece) {
    metadata[name + "." + std::to_string(piece)] = value.substr(piece * kMaxValue, kMaxValue);
  }
}

bool is_plain(const std::string& text) {
  return !text.empty() && text.size() <= kMaxValue &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Reads fields one by one and remembers the first that is missing or wrong.
class Reader {
 public:
  explicit Reader(const cloud::Metadata& metadata) : metadata_(metadata) {}

  std::string optional_text(const std::string& field) const {
    const auto found = metadata_.find(key(field));
    return found == metadata_.end() ? std::string() : found->second;
  }
  std::string text(const std::string& field) {
    std::string value = optional_text(field);
    if (!is_plain(value)) {
      note(field, value);
    }
    return value;
  }
  support::WallTime time(const std::string& field) {
    const std::string value = optional_text(field);
    const auto when = support::parse_utc(value);
    if (!when) {
      note(field, value);
    }
    return when.value_or(support::WallTime());
  }
  std::optional<int> number(const std::string& field) {
    const std::string value = optional_text(field);
    int parsed = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (error != std::errc() || end != value.data() + value.size() || parsed < 0) {
      note(field, value);
      return std::nullopt;
    }
    return parsed;
  }
  bool has(const std::string& field) const { return metadata_.contains(key(field)); }
  void note(const std::string& field, const std::string& value) {
    if (problem_.empty()) {
      problem_ = "metadata " + key(field) + " reads '" + support::printable(value) + "'";
    }
  }
  const std::string& problem() const { return problem_; }

 private:
  const cloud::Metadata& metadata_;
  std::string problem_;
};

cloud::Metadata position_metadata(const Ownership& ownership) {
  cloud::Metadata metadata;
  for (const auto& [name, value] : ownership.position) {
    put_long(metadata, key(kPositionPrefix + name), value);
  }
  return metadata;
}

/// What `position_metadata` has written, pieces put together again.
std::map<std::string, std::string> read_position(const cloud::Metadata& metadata) {
  std::map<std::string, std::string> position;
  const std::string prefix = key(kPositionPrefix);
  for (auto entry = metadata.lower_bound(prefix); entry != metadata.end() && entry->first.starts_with(prefix);
       ++entry) {
    std::string name = entry->first.substr(prefix.size());
    const bool piece = name.size() > 2 && name[name.size() - 2] == '.' && name.back() >= '0' && name.back() <= '9';
    if (piece) {
      name.resize(name.size() - 2);  // they come in their order
    }
    if (!entry->second.empty()) {
      position[name] += entry->second;
    }
  }
  return position;
}

}  // namespace

bool Ownership::pinned(support::WallTime now) const {
  if (pin.empty() && pin_until.empty()) {
    return false;
  }
  const auto until = support::parse_utc(pin_until);
  return !until || now < *until;
}

std::string point_id(const std::string& installation, const std::string& policy, const cloud::ServerId& server,
                     const std::string& dataset, support::WallTime slot) {
  // A line feed cannot occur in any of them, so that different arguments never give the same text.
  return support::sha256_hex(installation + "\n" + policy + "\n" + server.str() + "\n" + dataset + "\n" +
                             support::format_utc(slot))
      .substr(0, 16);
}

cloud::Metadata creation_metadata(const Ownership& ownership) {
  cloud::Metadata metadata{{key("schema"), kSchema},
                           {key("installation"), ownership.installation},
                           {key("policy"), ownership.policy},
                           {key("server"), ownership.server.str()},
                           {key("server-name"), support::printable(ownership.server_name).substr(0, kMaxValue)},
                           {key("dataset"), ownership.dataset},
                           {key("slot"), support::format_utc(ownership.slot)},
                           {key("point"), ownership.point},
                           {key("attempt"), ownership.attempt},
                           {key("members"), std::to_string(ownership.members)},
                           {key("taken"), support::format_utc(ownership.taken)},
                           {key("hold-until"), support::format_utc(ownership.hold_until)},
                           {key("method"), ownership.method},
                           {key("consistency"), std::string(to_string(policy::Consistency::Unproven))}};
  if (!ownership.cluster.empty()) {
    metadata[key("cluster")] = ownership.cluster;
  }
  metadata.merge(position_metadata(ownership));
  return metadata;
}

cloud::Metadata label_metadata(policy::Consistency consistency, std::optional<std::chrono::milliseconds> held,
                               const std::string& window) {
  cloud::Metadata metadata{{key("consistency"), std::string(to_string(consistency))}};
  if (held) {
    metadata[key("held-ms")] = std::to_string(held->count());
  }
  if (!window.empty()) {
    metadata[key("window")] = window;
  }
  return metadata;
}

cloud::Metadata late_metadata(const Ownership& ownership, support::WallTime taken) {
  cloud::Metadata metadata = position_metadata(ownership);
  for (auto& [name, value] : metadata) {
    value.clear();
  }
  metadata[key("taken")] = support::format_utc(taken);
  return metadata;
}

cloud::Metadata deletion_metadata() {
  return {{key("deletion"), kBegun}};
}

cloud::Metadata pin_metadata(const std::string& owner, const std::string& until) {
  return {{key("pin"), owner}, {key("pin-until"), until}};
}

bool claims_ownership(const cloud::Metadata& metadata) {
  return metadata.contains(key("installation"));
}

bool claims_cluster(const cloud::Metadata& metadata) {
  return claims_ownership(metadata) && metadata.contains(key("cluster"));
}

support::Result<Ownership> read_ownership(const cloud::Metadata& metadata) {
  Reader reader(metadata);
  Ownership own;
  if (reader.text("schema") != kSchema) {
    reader.note("schema", reader.optional_text("schema"));
  }
  own.installation = reader.text("installation");
  own.policy = reader.text("policy");
  own.server = cloud::ServerId(reader.text("server"));
  own.server_name = reader.optional_text("server-name");
  own.dataset = reader.text("dataset");
  own.slot = reader.time("slot");
  own.point = reader.text("point");
  own.attempt = reader.text("attempt");
  own.members = reader.number("members").value_or(0);
  own.hold_until = reader.time("hold-until");
  own.method = reader.text("method");
  own.cluster = reader.optional_text("cluster");
  own.window = reader.optional_text("window");
  own.pin = reader.optional_text("pin");
  own.pin_until = reader.optional_text("pin-until");
  own.deletion_begun = reader.optional_text("deletion") == kBegun;
  own.taken = reader.time("taken");
  if (reader.has("held-ms")) {
    own.held = std::chrono::milliseconds(reader.number("held-ms").value_or(0));
  }
  const std::string level = reader.text("consistency");
  own.consistency = policy::parse_consistency(level).value_or(policy::Consistency::Unproven);
  if (!policy::parse_consistency(level)) {
    reader.note("consistency", level);
  }
  if (own.hold_until > own.taken + kLongestHold) {
    reader.note("hold-until", reader.optional_text("hold-until"));
  }
  if (!support::is_hex_name(own.attempt)) {
    reader.note("attempt", own.attempt);
  }
  if (own.members < 1) {
    reader.note("members", reader.optional_text("members"));
  }
  own.position = read_position(metadata);
  if (reader.problem().empty() &&
      own.point != point_id(own.installation, own.policy, own.server, own.dataset, own.slot)) {
    reader.note("point", own.point);
  }
  if (!reader.problem().empty()) {
    return fail(ErrorKind::Protocol, reader.problem());
  }
  return own;
}

}  // namespace stillpoint::inventory
