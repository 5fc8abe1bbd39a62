// A first policy, as `init` writes it of an embedded cloud.

#include <regex>

#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

class InitTest : public CommandsTest {
 protected:
  InitTest() : site_(room()) { write_clouds(site_.entry("site")); }
  static cloudsim::Options room() {
    cloudsim::Options options;
    options.quota_snapshots = 100;
    return options;
  }
  int init(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"init", "--os-cloud", "site", "--out", path("first.yaml")});
    return run_files(std::move(more));
  }
  int with_policy(const std::string& command) { return run_files({command, "-f", path("first.yaml")}); }

  Site site_;
};

TEST_F(InitTest, WritesAPolicyThatIsValidAndSelectsWhatIsThere) {
  site_.furnish("shop-db", "shop-mysql");
  site_.forget_requests();
  ASSERT_EQ(init(), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("1 policy. Next:"), HasSubstr("stillpoint validate -f")));
  EXPECT_EQ(with_policy("validate"), 0) << err_;
  EXPECT_EQ(run_files({"diff", "--now", "-f", path("first.yaml")}), 1) << out_ << err_;
  EXPECT_THAT(out_, HasSubstr("shop-db"));
  EXPECT_EQ(site_.writes(), 0);
}

TEST_F(InitTest, ServersAndVolumesMayBeCalledWhatYamlTakesForSomethingElse) {
  for (const std::string name : {"123", "1e5", "true", "null"}) {
    site_.furnish(name, name == "123" ? "0x10" : name);
  }
  ASSERT_EQ(init({"--server", "123", "--server", "1e5", "--server", "true", "--server", "null"}), 0) << err_;
  EXPECT_THAT(read("first.yaml"), AllOf(HasSubstr("{name: \"null\"}"), HasSubstr("- name: \"true\"")));
  EXPECT_EQ(with_policy("validate"), 0) << err_ << read("first.yaml");
}

TEST_F(InitTest, ClustersToo) {
  for (const std::string name : {"7-1", "7-2", "7-3"}) {
    site_.furnish(name, "mysql_data");
  }
  ASSERT_EQ(init(), 0) << err_;
  write("first.yaml", std::regex_replace(read("first.yaml"), std::regex("FILL-IN"), "10.0.0.1"));
  EXPECT_EQ(with_policy("validate"), 0) << err_ << read("first.yaml");
}

TEST_F(InitTest, LeavesTheWriterOfAClusterToAPerson) {
  for (const std::string name : {"backend-1", "backend-2", "backend-3"}) {
    site_.furnish(name, name + "-mysql_data");
  }
  ASSERT_EQ(init(), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("fill in the writer of policy backend"));
  EXPECT_EQ(with_policy("validate"), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("spec.cluster.writer.addresses[0]"), HasSubstr("left for you to fill in")));
  const std::string filled = std::regex_replace(read("first.yaml"), std::regex("FILL-IN"), "10.0.0.1");
  write("first.yaml", filled);
  EXPECT_EQ(with_policy("validate"), 0) << err_;
}

TEST_F(InitTest, NeverWritesOverAFile) {
  site_.furnish("db", "mysql");
  write("first.yaml", "mine");
  EXPECT_EQ(init(), 2);
  EXPECT_THAT(err_, HasSubstr("is there already, and is left as it is"));
  EXPECT_EQ(read("first.yaml"), "mine");
}

TEST_F(InitTest, IntoAFolderItWritesAFileForEachPolicyAsTheStoreWantsIt) {
  site_.furnish("shop-db", "shop-mysql");
  site_.furnish("blog-db", "blog-postgresql");
  std::filesystem::create_directory(path("store"));
  ASSERT_EQ(run_files({"init", "--os-cloud", "site", "--out", path("store")}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("2 policies"), HasSubstr("store/shop-db.yaml"), Not(HasSubstr("apply"))));
  EXPECT_EQ(std::filesystem::status(path("store/blog-db.yaml")).permissions(), std::filesystem::perms(0640));
  EXPECT_EQ(run_files({"delete", "shop-db", "--store", path("store"), "--yes"}), 0) << err_;
  EXPECT_EQ(run_files({"validate", "-f", path("store")}), 0) << err_;

  write("store/shop-db.yaml", "mine");
  std::filesystem::remove(path("store/blog-db.yaml"));
  EXPECT_EQ(run_files({"init", "--os-cloud", "site", "--out", path("store")}), 2);
  EXPECT_FALSE(std::filesystem::exists(path("store/blog-db.yaml"))) << "all or nothing";
}

TEST_F(InitTest, SaysOfAServerThatIsNotThere) {
  site_.furnish("db", "mysql");
  EXPECT_EQ(init({"--server", "dbb"}), 2);
  EXPECT_THAT(err_, HasSubstr("the cloud has no server 'dbb'"));
  EXPECT_FALSE(std::filesystem::exists(path("first.yaml")));
}

TEST_F(InitTest, WithoutADatabaseItSaysWhyNothingIsWritten) {
  site_.furnish("files", "assets");
  EXPECT_EQ(init(), 2);
  EXPECT_THAT(err_, HasSubstr("files: the names of its volumes do not tell"));
  ASSERT_EQ(init({"--server", "files"}), 0) << err_;
  EXPECT_EQ(with_policy("validate"), 0) << err_;
}

TEST_F(InitTest, KeepsAsManyPointsAsTheQuotaHasRoomFor) {
  site_.furnish("db", "mysql");
  ASSERT_EQ(run_files({"init", "--os-cloud", "site", "--out", "-"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("keepLast: 7"), HasSubstr("quota is 100 snapshots")));
}

}  // namespace
}  // namespace stillpoint::app
