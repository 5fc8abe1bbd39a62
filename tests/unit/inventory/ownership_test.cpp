#include "inventory/ownership.hpp"

#include <gtest/gtest.h>

#include "fakes/objects.hpp"

namespace stillpoint::inventory {
namespace {

using fakes::at;

cloud::Metadata valid() {
  return fakes::snapshot({.id = "s1", .slot = at("2026-11-24T01:05:00Z")}).metadata;
}

TEST(Ownership, ReadsBackWhatItWrote) {
  Ownership own = read_ownership(valid()).value();
  EXPECT_EQ(own.policy, "edx");
  EXPECT_EQ(own.dataset, "mysql");
  EXPECT_EQ(own.server, fakes::kServer);
  EXPECT_EQ(own.slot, at("2026-11-24T01:05:00Z"));
  EXPECT_EQ(own.hold_until, at("2026-11-24T01:05:22Z"));
  EXPECT_EQ(own.consistency, policy::Consistency::Application);
  EXPECT_EQ(own.held, std::chrono::milliseconds(250));
  EXPECT_TRUE(own.pin.empty());
}

TEST(Ownership, IsUnprovenAtCreation) {
  const auto snapshot =
      fakes::snapshot({.id = "s1", .slot = at("2026-11-24T01:05:00Z"), .consistency = policy::Consistency::Unproven});
  EXPECT_EQ(read_ownership(snapshot.metadata)->consistency, policy::Consistency::Unproven);
}

TEST(Ownership, P3SlotsOfOneSeriesHaveDifferentPointsAndEqualOnesTheSame) {
  const auto id = [](const std::string& policy, const std::string& slot) {
    return point_id("default", policy, fakes::kServer, "mysql", at(slot));
  };
  EXPECT_EQ(id("edx", "2026-11-24T01:05:00Z"), id("edx", "2026-11-24T01:05:00Z"));
  EXPECT_NE(id("edx", "2026-11-24T01:05:00Z"), id("edx", "2026-11-24T01:06:00Z"));
  EXPECT_NE(id("edx", "2026-11-24T01:05:00Z"), id("edy", "2026-11-24T01:05:00Z"));
}

TEST(Ownership, P4AnyKeyThatDoesNotReadAsWrittenMakesItForeign) {
  for (const char* key : {"schema", "installation", "policy", "server", "dataset", "slot", "point", "attempt",
                          "members", "hold-until", "taken", "method", "consistency"}) {
    for (const char* value : {"", "nonsense value", "-1"}) {
      auto metadata = valid();
      metadata[std::string(kKeyPrefix) + key] = value;
      // A method is a word of its own; one of a later version is not for us to judge.
      const bool free_word = std::string(value) == "-1" && std::string(key) == "method";
      EXPECT_EQ(read_ownership(metadata).has_value(), free_word) << key << "='" << value << "'";
    }
    auto metadata = valid();
    metadata.erase(std::string(kKeyPrefix) + key);
    EXPECT_FALSE(read_ownership(metadata)) << key;
  }
}

TEST(Ownership, P4APointThatIsNotItsSlotsOwnIsForeign) {
  auto metadata = valid();
  metadata["stillpoint.slot"] = "2026-11-25T01:05:00Z";
  const auto own = read_ownership(metadata);
  ASSERT_FALSE(own);
  EXPECT_NE(own.error().message().find("stillpoint.point"), std::string::npos);
}

TEST(Ownership, LongPositionsAreSplitAndVeryLongOnesHashed) {
  Ownership own = read_ownership(valid()).value();
  own.position = {{"gtid", std::string(600, 'g')}, {"wsrep", std::string(5000, 'w')}, {"short", "0-1-2"}};
  const auto metadata = creation_metadata(own);
  for (const auto& [key, value] : metadata) {
    EXPECT_LE(value.size(), 255U) << key;
    EXPECT_LE(key.size(), 255U);
  }
  EXPECT_EQ(metadata.at("stillpoint.position.gtid.0") + metadata.at("stillpoint.position.gtid.1") +
                metadata.at("stillpoint.position.gtid.2"),
            std::string(600, 'g'));
  EXPECT_TRUE(metadata.at("stillpoint.position.wsrep").starts_with("sha256:"));
  EXPECT_EQ(metadata.at("stillpoint.position.short"), "0-1-2");
  const auto back = read_ownership(metadata);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->position.at("gtid"), own.position.at("gtid"));
  EXPECT_EQ(back->position.size(), 3U);
  auto late = late_metadata(*back, own.taken);
  EXPECT_EQ(late.at("stillpoint.position.gtid.2"), "");
  EXPECT_EQ(late.size(), 6U);
}

}  // namespace
}  // namespace stillpoint::inventory
