#include "suggest/groups.hpp"

#include <gmock/gmock.h>

#include "suggest/document.hpp"

namespace stillpoint::suggest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class GroupsTest : public ::testing::Test {
 protected:
  void server(const std::string& name, const std::vector<std::string>& volumes,
              const std::string& device = "/dev/vdb") {
    cloud::Server made;
    made.id = cloud::ServerId("server-" + std::to_string(servers_.size()));
    made.name = name;
    made.addresses = {{"lab", "10.0.0.1", 4, "fixed"}};
    for (const auto& volume : volumes) {
      cloud::Volume one;
      one.id = cloud::VolumeId("volume-" + std::to_string(volumes_.size()));
      one.name = volume;
      one.size_gib = 10;
      one.attachments = {{made.id, device}};
      volumes_.push_back(one);
    }
    servers_.push_back(made);
  }
  Groups groups(const std::vector<std::string>& wanted = {}) const { return group_servers(servers_, volumes_, wanted); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& group : groups().groups) {
      found.push_back(group.name);
    }
    return found;
  }

  std::vector<cloud::Server> servers_;
  std::vector<cloud::Volume> volumes_;
};

TEST_F(GroupsTest, TheSeedsBackendsAreOneGroupThatLooksLikeACluster) {
  for (const std::string name : {"backend-2", "backend-1", "backend-3"}) {
    server(name, {"mysql_data", "mongodb_data"});
  }
  const auto found = groups();
  ASSERT_THAT(names(), ElementsAre("backend"));
  EXPECT_EQ(found.groups[0].servers.front().name, "backend-1");
  EXPECT_EQ(found.groups[0].datasets.size(), 2U);
  EXPECT_TRUE(found.groups[0].looks_like_cluster());
}

TEST_F(GroupsTest, AServerAloneIsNoCluster) {
  server("db-1", {"mysql"});
  EXPECT_FALSE(groups().groups[0].looks_like_cluster());
  EXPECT_THAT(names(), ElementsAre("db-1"));
}

TEST_F(GroupsTest, SiblingsWithOtherDatasetsAreOnTheirOwn) {
  server("backend0", {"mysql_data"});
  server("backend1", {"mongodb_data"});
  EXPECT_THAT(names(), ElementsAre("backend0", "backend1"));
}

TEST_F(GroupsTest, ARedisOfSeveralIsNoCluster) {
  server("cache-1", {"redis"});
  server("cache-2", {"redis"});
  ASSERT_THAT(names(), ElementsAre("cache"));
  EXPECT_FALSE(groups().groups[0].looks_like_cluster());
}

TEST_F(GroupsTest, ServersOfOneNameAreSelectedById) {
  server("twin", {"mysql"});
  server("twin", {"mysql"});
  const auto found = groups();
  ASSERT_EQ(found.groups.size(), 2U);
  EXPECT_TRUE(found.groups[0].by_id && found.groups[1].by_id);
  EXPECT_NE(found.groups[0].name, found.groups[1].name);
}

TEST_F(GroupsTest, TheSystemDiskIsNoDataset) {
  server("db", {"mysql-root"}, "/dev/vda");
  EXPECT_TRUE(groups().groups.empty());
  EXPECT_EQ(groups().left_out.size(), 1U);
}

TEST_F(GroupsTest, AnUnknownVolumeIsLeftOutUnlessItsServerIsAskedFor) {
  server("files", {"assets"});
  server("db", {"mysql", "scratch"});
  ASSERT_THAT(names(), ElementsAre("db"));
  EXPECT_THAT(groups().groups[0].others, ElementsAre("scratch"));
  const auto asked = groups({"files"});
  ASSERT_EQ(asked.groups.size(), 1U);
  EXPECT_EQ(asked.groups[0].datasets[0].name, "assets");
  EXPECT_EQ(asked.groups[0].datasets[0].name_contains, "");
}

TEST_F(GroupsTest, AWordThatSelectsTooMuchGivesWayToIds) {
  server("db", {"mysql-a", "mariadb-b"});  // one dataset, two words
  ASSERT_EQ(groups().groups[0].datasets.size(), 1U);
  EXPECT_EQ(groups().groups[0].datasets[0].name_contains, "");
  server("two", {"mysql", "mysql_data"});
  EXPECT_EQ(groups({"two"}).groups[0].datasets[0].name_contains, "");
}

TEST_F(GroupsTest, PointsAreAsManyAsTheQuotaHasRoomFor) {
  server("db", {"mysql", "mongodb"});
  cloud::Quota quota{{"snapshots", {10, 0, 0}}};
  EXPECT_EQ(points_that_fit(groups(), quota, 7), 4);
  quota["snapshots"].limit = -1;
  EXPECT_EQ(points_that_fit(groups(), quota, 7), 7);
  quota["snapshots"] = {2, 0, 0};
  EXPECT_EQ(points_that_fit(groups(), quota, 7), 1);
}

TEST_F(GroupsTest, RoomForGigabytesAndOfATypeCountsToo) {
  server("db", {"mysql", "mongodb"});
  for (auto& volume : volumes_) {
    volume.volume_type = "fast";
    volume.size_gib = 50;
  }
  cloud::Quota quota{{"snapshots", {100, 0, 0}}, {"gigabytes", {1000, 400, 100}}};
  EXPECT_EQ(points_that_fit(groups(), quota, 7), 4);
  quota["gigabytes_fast"] = {300, 0, 0};
  EXPECT_EQ(points_that_fit(groups(), quota, 7), 2);
  const auto text = document_of(groups(), {"prod", quota});
  EXPECT_THAT(text, HasSubstr("2 snapshots of 100 GiB"));
  EXPECT_THAT(text, HasSubstr("The project's quota is 1000 gigabytes, of which 500 are in use."));
  EXPECT_THAT(text, HasSubstr("quota is 300 gigabytes_fast, of which 0 are in use."));
}

TEST_F(GroupsTest, TheDocumentSurvivesHostileNames) {
  server("db\"]}\n- evil: [\"", {"mysql\ndata: x"});
  server("stray\nevil: true", {});
  const auto text = document_of(groups(), {"prod", {}});
  EXPECT_THAT(text, Not(HasSubstr("\n- evil")));
  EXPECT_THAT(text, Not(HasSubstr("\nevil")));
  EXPECT_THAT(text, HasSubstr("ids: [\"server-0\"]"));
}

}  // namespace
}  // namespace stillpoint::suggest
