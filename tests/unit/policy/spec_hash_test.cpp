#include "policy/spec_hash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"
#include "policy/reader.hpp"

namespace stillpoint::policy {
namespace {

std::string hash_of(const std::string& text) {
  const auto read = read_policies(text, "f");
  EXPECT_EQ(read.policies.size(), 1U) << (read.errors.empty() ? "" : read.errors[0].to_string());
  return read.policies.empty() ? "" : read.policies[0].spec_hash;
}

std::string document(const std::string& spec, const std::string& metadata = "{name: a}") {
  return "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: " + metadata + "\nspec:" + spec;
}

const std::string kBlock = document(R"(
  servers:
    names: [a, b]
  schedule: {cron: "@daily"}
  datasets:
    - name: data
      volumes: {nameContains: data}
  retention: {keepLast: 7, floor: 1}
)");

TEST(SpecHash, IsShortAndAlwaysTheSame) {
  EXPECT_THAT(hash_of(kBlock), testing::MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(hash_of(kBlock), hash_of(kBlock));
  EXPECT_EQ(hash_of(kBlock), "0274d277d2ab44b8");
}

TEST(SpecHash, LayoutOrderCommentsAndQuotesDoNotCount) {
  EXPECT_EQ(hash_of(kBlock), hash_of(document(R"(
    # the order of fields is another
    retention:
      floor: 0x1   # written otherwise
      keepLast: 7
    datasets: [{volumes: {nameContains: 'data'}, name: "data"}]
    schedule: {cron: '@daily'}
    servers: {names: ["a", b]}
)")));
  EXPECT_EQ(hash_of(kBlock), hash_of("---\n" + kBlock + "---\n"));
}

TEST(SpecHash, IsOfTheSpecAlone) {
  EXPECT_EQ(hash_of(kBlock), hash_of(kBlock.substr(0, kBlock.find("metadata")) + "metadata: {name: other}\n" +
                                     kBlock.substr(kBlock.find("spec"))));
}

TEST(SpecHash, WhateverTheSpecSaysCounts) {
  const std::vector<std::pair<std::string, std::string>> edits{
      {"[a, b]", "[b, a]"},     {"[a, b]", "[a]"},  {"[a, b]", "[\"a, b\"]"}, {"7", "8"},
      {"floor: 1", "floor: 2"}, {", floor: 1", ""}, {"@daily", "@hourly"}};
  std::set<std::string> hashes{hash_of(kBlock)};
  for (const auto& [from, to] : edits) {
    std::string text = kBlock;
    text.replace(text.find(from), from.size(), to);
    EXPECT_TRUE(hashes.insert(hash_of(text)).second) << from << " -> " << to;
  }
}

}  // namespace
}  // namespace stillpoint::policy
