#include "store/folder_watch.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <filesystem>

#include "unit/store/folder_fixture.hpp"

namespace stillpoint::store {
namespace {

class FolderWatchTest : public FolderTest {
 protected:
  void make() const {
    std::filesystem::create_directory(folder_ / "policies");
    write("policies/a.yaml", "a");
  }
  /// Whether something is told within so many milliseconds; it is taken.
  static bool is_told(FolderWatch& watch, int within) {
    pollfd polled{watch.fd(), POLLIN, 0};
    const bool told = poll(&polled, 1, within) > 0;
    watch.drain();
    return told;
  }
};

TEST_F(FolderWatchTest, TellsOfAFileThatWasWritten) {
  make();
  auto watch = FolderWatch::start({path("policies")});
  ASSERT_TRUE(watch);
  EXPECT_FALSE(is_told(*watch, 0));
  write("policies/a.yaml", "b");
  EXPECT_TRUE(is_told(*watch, 10'000));
  EXPECT_FALSE(watch->renew()) << "it is watched still";
}

TEST_F(FolderWatchTest, AFolderThatWasRemovedAndMadeAgainIsWatchedAgain) {
  make();
  auto watch = FolderWatch::start({path("policies")});
  ASSERT_TRUE(watch);
  remove("policies");
  EXPECT_TRUE(is_told(*watch, 10'000));
  EXPECT_TRUE(watch->renew()) << "the folder above it is watched meanwhile";
  make();
  EXPECT_TRUE(is_told(*watch, 10'000));
  EXPECT_TRUE(watch->renew());
  watch->drain();
  write("policies/a.yaml", "c");
  EXPECT_TRUE(is_told(*watch, 10'000));
}

TEST_F(FolderWatchTest, AFolderThatComesLaterIsWatched) {
  auto watch = FolderWatch::start({path("policies")});
  ASSERT_TRUE(watch);
  make();
  EXPECT_TRUE(is_told(*watch, 10'000));
  EXPECT_TRUE(watch->renew());
}

}  // namespace
}  // namespace stillpoint::store
