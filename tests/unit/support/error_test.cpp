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

TEST(Error, SaysWhatWouldBeRightBehindWhatIsWrong) {
  const Error error = Error(ErrorKind::InvalidInput, "unknown field").with_remedy("did you mean cloud?");
  EXPECT_EQ(error.message(), "unknown field");
  EXPECT_EQ(error.to_string(), "unknown field: did you mean cloud?");
}

TEST(Error, OfAWholeFileHasNoLine) {
  EXPECT_EQ(Error(ErrorKind::InvalidInput, "is a pipe").at({"f.yaml", 0, 0}).to_string(), "f.yaml: is a pipe");
}

}  // namespace
}  // namespace stillpoint::support
