#include "cloud/shared_metadata.hpp"

#include <gtest/gtest.h>

namespace stillpoint::cloud {
namespace {

TEST(SharedMetadataTest, ACopySharesUntilOneOfThemChanges) {
  SharedMetadata one(Metadata{{"a", "1"}});
  SharedMetadata other = one;
  EXPECT_EQ(&one.get(), &other.get());
  other.set("a", "2");
  EXPECT_EQ(one.at("a"), "1");
  EXPECT_EQ(other.at("a"), "2");
  one.set_all({{"a", "3"}, {"b", "4"}});
  EXPECT_EQ(one, SharedMetadata(Metadata{{"a", "3"}, {"b", "4"}}));
  one.erase("a");
  EXPECT_FALSE(one.contains("a"));
  EXPECT_EQ(one.find("a"), one.end());
  one.clear();
  EXPECT_TRUE(one.empty());
  EXPECT_EQ(other.size(), 1U);
}

TEST(SharedMetadataTest, IsAMapForWhoeverReadsOne) {
  const SharedMetadata none;
  EXPECT_EQ(none.begin(), none.end());
  const SharedMetadata some(Metadata{{"a", "1"}});
  const Metadata& entries = some;
  EXPECT_EQ(entries.at("a"), "1");
}

}  // namespace
}  // namespace stillpoint::cloud
