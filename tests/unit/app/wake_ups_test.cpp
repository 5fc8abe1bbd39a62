#include "app/wake_ups.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <csignal>

#include "unit/store/folder_fixture.hpp"

namespace stillpoint::app {
namespace {

using namespace std::chrono_literals;
using What = WakeUps::What;

/// Signals go to this thread alone, and are blocked for as long as the test lasts.
class WakeUpsTest : public store::FolderTest {
 protected:
  WakeUpsTest() { pthread_sigmask(SIG_SETMASK, nullptr, &before_); }
  ~WakeUpsTest() override { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  WakeUps start(std::chrono::milliseconds between_reloads) {
    auto started = WakeUps::start({folder_.string()}, between_reloads);
    EXPECT_TRUE(started);
    return std::move(*started);
  }

  sigset_t before_{};
};

TEST_F(WakeUpsTest, AStopGoesBeforeAReload) {
  auto wake_ups = start(0ms);
  raise(SIGHUP);
  raise(SIGTERM);
  EXPECT_EQ(wake_ups.wait(10s), What::Stop);
}

TEST_F(WakeUpsTest, ReloadsThatAreAskedForOneAfterTheOtherAreOne) {
  auto patient = start(1h);
  raise(SIGHUP);
  EXPECT_EQ(patient.wait(10s), What::Reload) << "the first one at once";
  raise(SIGHUP);
  EXPECT_EQ(patient.wait(20ms), What::Nothing);
  raise(SIGHUP);
  EXPECT_EQ(patient.wait(20ms), What::Nothing);
  auto quick = start(50ms);
  raise(SIGHUP);
  EXPECT_EQ(quick.wait(10s), What::Reload);
  raise(SIGHUP);
  EXPECT_EQ(quick.wait(10s), What::Reload) << "it is not forgotten";
  EXPECT_EQ(quick.wait(0ms), What::Nothing);
}

TEST_F(WakeUpsTest, TellsOfAFolderThatWasMadeAgain) {
  auto started = WakeUps::start({path("policies")});
  ASSERT_TRUE(started);
  std::filesystem::create_directory(path("policies"));
  EXPECT_EQ(started->wait(10s), What::FilesChanged);
  write("policies/a.yaml", "a");
  EXPECT_EQ(started->wait(10s), What::FilesChanged);
}

}  // namespace
}  // namespace stillpoint::app
