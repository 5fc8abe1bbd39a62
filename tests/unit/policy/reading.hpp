#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "policy/reader.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {

inline std::vector<std::string> lines_of(const std::vector<support::Error>& errors) {
  std::vector<std::string> lines;
  for (const auto& error : errors) {
    EXPECT_EQ(error.kind(), support::ErrorKind::InvalidInput);
    EXPECT_TRUE(error.mark().has_value()) << error.to_string();
    lines.push_back(error.to_string());
  }
  return lines;
}

inline std::vector<std::string> errors_of(std::string_view text) {
  const auto result = read_policies(text, "p.yaml");
  EXPECT_EQ(result.policies.empty(), !result.errors.empty()) << "a policy with an error must not be used";
  return lines_of(result.errors);
}

inline Policy read_one(std::string_view text, const std::string& file = "p.yaml") {
  auto result = read_policies(text, file);
  EXPECT_THAT(lines_of(result.errors), testing::IsEmpty());
  EXPECT_EQ(result.policies.size(), 1U);
  return result.policies.empty() ? Policy{} : result.policies[0];
}

inline constexpr std::string_view kMinimal = R"(apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata: {name: small}
spec:
  servers: {names: [web-1]}
  schedule: {cron: "5 1 * * *"}
  datasets:
    - name: data
      volumes: {nameContains: data}
)";

}  // namespace stillpoint::policy
