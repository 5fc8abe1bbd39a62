#include "support/error.hpp"

#include <gtest/gtest.h>

namespace stillpoint::support {
namespace {

TEST(Error, SaysWhereWhatAndWhenToComeBack) {
  Error error = Error(ErrorKind::Throttled, "429")
                    .with_context("inner")
                    .with_context("outer")
                    .at({"f.yaml", 3, 7})
                    .with_retry_after(std::chrono::seconds(9));
  EXPECT_EQ(error.to_string(), "f.yaml:3:7: outer: inner: 429; it asks to come back in 9 s");
  EXPECT_EQ(Error(ErrorKind::Throttled, "429").to_string(), "429");
}

}  // namespace
}  // namespace stillpoint::support
