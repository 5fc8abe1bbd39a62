#include "policy/policy.hpp"

#include <gtest/gtest.h>

namespace stillpoint::policy {
namespace {

TEST(Levels, EachMethodProvesWhatTheHoldSays) {
  EXPECT_EQ(highest_level(Method::None), Consistency::Crash);
  EXPECT_EQ(highest_level(Method::Filesystem), Consistency::Filesystem);
  EXPECT_EQ(highest_level(Method::BackupStage), Consistency::Application);
  EXPECT_EQ(highest_level(Method::StopService), Consistency::Application);
  EXPECT_EQ(highest_level(Method::FsyncLock), Consistency::Application);
  for (const auto method : {Method::InstanceLock, Method::Checkpoint, Method::BackupMode, Method::Journal}) {
    EXPECT_EQ(highest_level(method), Consistency::Crash) << to_string(method);
  }
}

TEST(Levels, WordsAreReadBack) {
  for (const auto level :
       {Consistency::Unproven, Consistency::Crash, Consistency::Filesystem, Consistency::Application}) {
    EXPECT_EQ(parse_consistency(to_string(level)), level);
  }
  EXPECT_EQ(parse_consistency("perfect"), std::nullopt);
}

}  // namespace
}  // namespace stillpoint::policy
