#include "suggest/guesses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace stillpoint::suggest {
namespace {

std::string dataset_of(const std::string& volume) {
  const auto match = guess_of(volume);
  return match ? std::string(match->guess->dataset) : "nothing";
}

TEST(Guesses, KnowTheSeedsNames) {
  EXPECT_EQ(guess_of("backend-1-mysql_data-x8")->written, "mysql_data");
  EXPECT_EQ(dataset_of("backend-1-mysql_data-x8"), "mysql");
  EXPECT_EQ(guess_of("mongodb_data")->written, "mongodb_data");
  EXPECT_EQ(dataset_of("mongodb_data"), "mongodb");
}

TEST(Guesses, KnowWhatOthersCallThem) {
  EXPECT_EQ(dataset_of("shop-mariadb"), "mysql");
  EXPECT_EQ(dataset_of("galera-2"), "mysql");
  EXPECT_EQ(dataset_of("pgdata"), "postgresql");
  EXPECT_EQ(dataset_of("wiki-postgres-15"), "postgresql");
  EXPECT_EQ(dataset_of("mongo0"), "mongodb");
  EXPECT_EQ(dataset_of("redis"), "redis");
}

TEST(Guesses, KeepTheSpellingOfTheName) {
  EXPECT_EQ(guess_of("DB-MySQL-Data")->written, "MySQL");
}

TEST(Guesses, AreNotMadeOfEverything) {
  EXPECT_EQ(dataset_of("data"), "nothing");
  EXPECT_EQ(dataset_of(""), "nothing");
  EXPECT_EQ(dataset_of("web-assets"), "nothing");
}

TEST(Guesses, EveryWordIsReached) {
  std::set<std::string_view> seen;
  for (const auto& guess : guesses()) {
    EXPECT_EQ(guess_of(guess.word)->guess->word, guess.word) << "a shorter word comes first";
    EXPECT_TRUE(seen.insert(guess.word).second) << guess.word << " stands there twice";
  }
}

}  // namespace
}  // namespace stillpoint::suggest
