#include "ssh/key_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ssh/host_keys.hpp"
#include "support/ids.hpp"

namespace stillpoint::ssh {
namespace {

namespace fs = std::filesystem;

class KeyFileTest : public ::testing::Test {
 protected:
  KeyFileTest() : folder_(fs::temp_directory_path() / ("stillpoint-key-" + support::random_hex(8))) {}
  ~KeyFileTest() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  static mode_t mode_of(const fs::path& file) { return static_cast<mode_t>(fs::status(file).permissions()); }

  fs::path folder_;
};

TEST_F(KeyFileTest, MakesAKeyThatOnlyItsOwnerCanRead) {
  const auto made = make_key_file(path(".ssh/key"));
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(mode_of(folder_ / ".ssh/key"), 0600U);
  EXPECT_EQ(mode_of(folder_ / ".ssh"), 0700U);
  const auto half = public_half(path(".ssh/key"));
  ASSERT_TRUE(half) << half.error().to_string();
  EXPECT_TRUE(half->starts_with("ssh-ed25519 AAAA")) << *half;
  EXPECT_EQ(read(".ssh/key.pub"), *half + " stillpoint\n");
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder_ / ".ssh")) {
    ++files;
  }
  EXPECT_EQ(files, 2U) << "something was left beside the key";
}

TEST_F(KeyFileTest, NeverWritesOverOne) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "key") << "mine";
  const auto made = make_key_file(path("key"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), support::ErrorKind::InvalidInput);
  EXPECT_EQ(read("key"), "mine");
}

TEST_F(KeyFileTest, MakesBothHalvesOrNone) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "key.pub") << "mine";
  const auto made = make_key_file(path("key"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), support::ErrorKind::InvalidInput);
  EXPECT_EQ(made.error().message(), path("key.pub") + " is there already, and is left as it is");
  EXPECT_FALSE(fs::exists(folder_ / "key"));
  EXPECT_EQ(read("key.pub"), "mine");
}

TEST_F(KeyFileTest, FollowsNoLink) {
  fs::create_directories(folder_);
  fs::create_symlink(folder_ / "victim", folder_ / "key");
  EXPECT_FALSE(make_key_file(path("key")));
  EXPECT_FALSE(fs::exists(folder_ / "victim"));
  std::ofstream(folder_ / "victim") << "mine";
  fs::create_symlink(folder_ / "victim", folder_ / "known_hosts");
  Target target;
  target.host = "db";
  target.known_hosts_file = path("known_hosts");
  const auto pinned = pin_host_keys(target, {{"ssh-ed25519", "BBBB", ""}});
  ASSERT_FALSE(pinned);
  EXPECT_EQ(pinned.error().kind(), support::ErrorKind::InvalidInput);
  EXPECT_NE(pinned.error().to_string().find("it is a link"), std::string::npos) << pinned.error().to_string();
  EXPECT_EQ(read("victim"), "mine");
}

TEST_F(KeyFileTest, WhatIsNoKeyHasNoPublicHalf) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "key") << "mine";
  EXPECT_FALSE(public_half(path("key")));
  EXPECT_FALSE(public_half(path("nothing")));
}

TEST_F(KeyFileTest, HostKeysAreAddedAfterWhatIsThere) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "known_hosts") << "other ssh-ed25519 AAAA";  // without a line feed at its end
  Target target;
  target.host = "10.0.0.1";
  target.port = 2222;
  target.known_hosts_file = path("known_hosts");
  ASSERT_TRUE(pin_host_keys(target, {{"ssh-ed25519", "BBBB", ""}, {"ssh-rsa", "CCCC", ""}}));
  EXPECT_EQ(read("known_hosts"),
            "other ssh-ed25519 AAAA\n[10.0.0.1]:2222 ssh-ed25519 BBBB\n[10.0.0.1]:2222 ssh-rsa CCCC\n");
}

TEST_F(KeyFileTest, AKnownHostsFileIsMadeForItsOwnerAlone) {
  Target target;
  target.host = "db";
  target.known_hosts_file = path(".ssh/known_hosts");
  ASSERT_TRUE(pin_host_keys(target, {{"ssh-ed25519", "BBBB", ""}}));
  EXPECT_EQ(read(".ssh/known_hosts"), "db ssh-ed25519 BBBB\n");
  EXPECT_EQ(mode_of(folder_ / ".ssh/known_hosts"), 0600U);
}

}  // namespace
}  // namespace stillpoint::ssh
