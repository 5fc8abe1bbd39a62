#include "openstack/redaction.hpp"

#include <gtest/gtest.h>

namespace stillpoint::openstack {
namespace {

using support::Secret;

TEST(Redaction, P11TakesOutSecretsInEveryFormThatTheyTravelIn) {
  Redaction redaction;
  redaction.add(Secret("a/b\"c="));
  EXPECT_EQ(redaction.text("x a/b\"c= y a%2Fb%22c%3D z a/b\\\"c= end"), "x [secret] y [secret] z [secret] end");
  EXPECT_EQ(redaction.text("a/b"), "a/b");
}

TEST(Redaction, TakesOutTheLongerOfTwoFirst) {
  Redaction redaction;
  redaction.add(Secret("pass"));
  redaction.add(Secret("password"));
  EXPECT_EQ(redaction.text("my password, my pass"), "my [secret], my [secret]");
}

TEST(Redaction, EndsWhateverTheSecretIs) {
  Redaction redaction;
  redaction.add(Secret("secret"));
  EXPECT_EQ(redaction.text("secret"), "[secret]");
  redaction.add(Secret(""));
  redaction.add(Secret("e"));
  EXPECT_EQ(redaction.text("the end"), "the end");
}

TEST(Redaction, LeavesTheRestOfAnErrorAsItIs) {
  Redaction redaction;
  redaction.add(Secret("hidden"));
  const auto error = redaction.error(support::Error(support::ErrorKind::Throttled, "said hidden")
                                         .with_context("inner hidden")
                                         .with_context("outer")
                                         .with_retry_after(std::chrono::seconds(9)));
  EXPECT_EQ(error.kind(), support::ErrorKind::Throttled);
  EXPECT_EQ(error.to_string(), "outer: inner [secret]: said [secret]; it asks to come back in 9 s");
}

}  // namespace
}  // namespace stillpoint::openstack
