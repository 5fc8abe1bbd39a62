// What only a set of policies can have wrong.

#include "documents.hpp"
#include "reading.hpp"

namespace stillpoint::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CheckTogether, PoliciesMustDifferInName) {
  EXPECT_THAT(lines_of(check_together({named("a", "x"), named("b", "y"), named("a", "z", "q.yaml")})),
              ElementsAre("q.yaml:3:18: metadata.name: the name a is taken by the policy at p.yaml:3: choose another"));
}

TEST(CheckTogether, PoliciesMustNotClaimTheSameVolumes) {
  EXPECT_THAT(
      lines_of(check_together({named("a"), named("b")})),
      ElementsAre(HasSubstr("p.yaml:8:7: spec.datasets[0]: selects the same servers and volumes as the policy a")));
  auto elsewhere = named("b");
  elsewhere.cloud = "other";
  EXPECT_TRUE(check_together({named("a"), elsewhere}).empty());
  EXPECT_TRUE(check_together({}).empty());
}

TEST(CheckTogether, WhatIsLeftOfADeletedPolicyKeepsItsNameAndNotItsVolumes) {
  auto deleted = named("a");
  deleted.deleted_at = support::parse_utc("2026-11-24T09:00:00Z");
  EXPECT_TRUE(check_together({deleted, named("b")}).empty());
  EXPECT_TRUE(check_together({named("b"), deleted}).empty());
  EXPECT_EQ(check_together({deleted, named("a", "x")}).size(), 1U);
}

TEST(CheckTogether, ANameThatIsInUseHasNotBeenGivenUp) {
  auto renamed = named("b", "y");
  renamed.previous_names = {"z", "a"};
  EXPECT_THAT(lines_of(check_together({named("a", "x"), renamed})),
              ElementsAre("p.yaml:3:18: spec.previousNames: the name a has not been given up: the policy at p.yaml:3 "
                          "has it"));
}

TEST(CheckTogether, TheOrderOfAListDoesNotMatter) {
  auto first = named("a");
  auto second = named("b");
  first.servers.names = {"x", "y"};
  second.servers.names = {"y", "x"};
  EXPECT_EQ(check_together({first, second}).size(), 1U);
}

}  // namespace
}  // namespace stillpoint::policy
