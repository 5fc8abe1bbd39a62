#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include "contract/cloud_fixture.hpp"
#include "openstack/openstack_cloud.hpp"

namespace stillpoint::contract {
namespace {

using cloud::Metadata;
using cloud::Snapshot;
using cloud::SnapshotId;
using cloud::Volume;
using cloud::VolumeId;
using support::ErrorKind;
using testing::AnyOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kNoSuchId = "00000000-0000-4000-8000-000000000000";
constexpr size_t kMetadataLimit = 255;
constexpr long kMostToFill = 30;

template <class T>
std::string problem(const support::Result<T>& result) {
  return result ? std::string() : result.error().to_string();
}

template <class T>
ErrorKind kind_of(const support::Result<T>& result) {
  EXPECT_FALSE(result) << "it has succeeded";
  return result ? ErrorKind::InvalidInput : result.error().kind();
}

std::multiset<std::string> ids_of(const std::vector<Snapshot>& snapshots) {
  std::multiset<std::string> ids;
  for (const auto& snapshot : snapshots) ids.insert(snapshot.id.str());
  return ids;
}

const Volume* find(const std::vector<Volume>& volumes, const VolumeId& id) {
  const auto found = std::find_if(volumes.begin(), volumes.end(), [&](const Volume& v) { return v.id == id; });
  return found == volumes.end() ? nullptr : &*found;
}

TEST_F(CloudContract, WrongPasswordIsUnauthorized) {
  auto config = world().config();
  config.password = support::Secret("certainly-not-the-password");
  const auto connected = openstack::connect(config, world().clock);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(connected.error().to_string(), Not(HasSubstr("certainly-not-the-password")));
}

TEST_F(CloudContract, ListingIsWholeWhateverThePageSize) {
  std::set<std::string> own;
  for (int i = 0; i < 3; ++i) own.insert(make(world().cheap).id.str());
  for (const int page_size : {1, 2, 3, 1000}) {
    const auto listed = world().connect(page_size)->list_snapshots(soon());
    ASSERT_TRUE(listed) << problem(listed);
    const auto ids = ids_of(*listed);
    for (const auto& id : own) EXPECT_EQ(ids.count(id), 1U) << "pages of " << page_size;
  }
}

TEST_F(CloudContract, ListingsOfVolumesAndServersAreWholeInPagesOfOne) {
  const auto cloud = world().connect(1);
  const auto volumes = cloud->list_volumes(soon());
  ASSERT_TRUE(volumes) << problem(volumes);
  for (const auto& id : {world().idle, world().cheap, world().attached}) EXPECT_TRUE(find(*volumes, id)) << id.str();
  const auto servers = cloud->list_servers(soon());
  ASSERT_TRUE(servers) << problem(servers);
  EXPECT_THAT(*servers, Contains(Field(&cloud::Server::id, world().server)));
}

TEST_F(CloudContract, SnapshotGoesFromCreatingToAvailable) {
  const auto created = create(wanted(world().idle, {{"k", "v"}}));
  ASSERT_TRUE(created) << problem(created);
  EXPECT_EQ(created->status, "creating");
  EXPECT_EQ(created->volume, world().idle);
  EXPECT_EQ(created->size_gib, 1);

  const auto available = await_status(created->id, "available");
  ASSERT_TRUE(available);
  EXPECT_EQ(available->name, world().prefix + "-snapshot");
  EXPECT_EQ(available->volume, world().idle);
  EXPECT_EQ(available->size_gib, 1);
  EXPECT_EQ(available->metadata, (Metadata{{"k", "v"}}));
  EXPECT_TRUE(available->updated_at.has_value());
  EXPECT_TRUE(available->group_snapshot_id.empty());
  // The same instant, of which the later answers show whole seconds only.
  EXPECT_LT(created->created_at - available->created_at, std::chrono::seconds(1));
  EXPECT_LT(std::chrono::abs(world().clock.wall_now() - created->created_at), std::chrono::minutes(5));
}

TEST_F(CloudContract, MetadataIsMergedAndForeignKeysStay) {
  const Snapshot snapshot = make(world().cheap, {{"changed", "old"}, {"foreign", "kept"}});
  const auto merged = cloud_->merge_snapshot_metadata(snapshot.id, {{"changed", "new"}, {"added", "yes"}}, soon());
  ASSERT_TRUE(merged) << problem(merged);
  const auto after = cloud_->get_snapshot(snapshot.id, soon());
  ASSERT_TRUE(after) << problem(after);
  EXPECT_EQ(after->metadata, (Metadata{{"added", "yes"}, {"changed", "new"}, {"foreign", "kept"}}));
  EXPECT_EQ(after->status, "available");
}

TEST_F(CloudContract, MetadataKeepsWhateverTextItIsGiven) {
  const Metadata metadata{{"stillpoint.slot", "2026-11-24T01:05:00Z"},
                          {"quotes", R"(it's "so" \ {'a': 1})"},
                          {"letters", "Z\u00fcrich \u6771\u4eac"},
                          {"empty", ""},
                          {"longest", std::string(kMetadataLimit, 'x')}};
  EXPECT_EQ(make(world().cheap, metadata).metadata, metadata);
}

TEST_F(CloudContract, MetadataThatIsTooLongIsRefused) {
  const Metadata metadata{{"k", std::string(kMetadataLimit + 1, 'x')}};
  const auto created = create(wanted(world().cheap, metadata));
  EXPECT_THAT(kind_of(created), AnyOf(ErrorKind::InvalidInput, ErrorKind::Conflict)) << problem(created);
  const auto merged = cloud_->merge_snapshot_metadata(make(world().cheap).id, metadata, soon());
  EXPECT_THAT(kind_of(merged), AnyOf(ErrorKind::InvalidInput, ErrorKind::Conflict)) << problem(merged);
}

TEST_F(CloudContract, DeletedSnapshotIsGone) {
  const SnapshotId id = make(world().cheap).id;
  const auto deleted = cloud_->delete_snapshot(id, soon());
  ASSERT_TRUE(deleted) << problem(deleted);
  EXPECT_TRUE(await_gone(id));
  EXPECT_EQ(kind_of(cloud_->delete_snapshot(id, soon())), ErrorKind::NotFound);
  const auto listed = cloud_->list_snapshots(soon());
  ASSERT_TRUE(listed) << problem(listed);
  EXPECT_EQ(ids_of(*listed).count(id.str()), 0U);
}

TEST_F(CloudContract, SnapshotThatIsBeingCreatedCannotBeDeleted) {
  const auto created = create(wanted(world().idle));
  ASSERT_TRUE(created) << problem(created);
  const auto deleted = cloud_->delete_snapshot(created->id, soon());
  if (deleted) GTEST_SKIP() << "this cloud was quicker than we are";
  EXPECT_EQ(kind_of(deleted), ErrorKind::Conflict) << problem(deleted);
}

TEST_F(CloudContract, UnknownSnapshotIsNotFound) {
  const SnapshotId unknown{std::string(kNoSuchId)};
  EXPECT_EQ(kind_of(cloud_->get_snapshot(unknown, soon())), ErrorKind::NotFound);
  EXPECT_EQ(kind_of(cloud_->delete_snapshot(unknown, soon())), ErrorKind::NotFound);
  EXPECT_EQ(kind_of(cloud_->merge_snapshot_metadata(unknown, {{"k", "v"}}, soon())), ErrorKind::NotFound);
}

TEST_F(CloudContract, UnknownVolumeIsNotFound) {
  const VolumeId unknown{std::string(kNoSuchId)};
  EXPECT_EQ(kind_of(cloud_->get_volume(unknown, soon())), ErrorKind::NotFound);
  EXPECT_EQ(kind_of(create(wanted(unknown))), ErrorKind::NotFound);
}

TEST_F(CloudContract, VolumeInUseCanBeSnapshotted) {
  const Snapshot snapshot = make(world().attached);
  EXPECT_EQ(snapshot.status, "available");
  const auto volume = cloud_->get_volume(world().attached, soon());
  ASSERT_TRUE(volume) << problem(volume);
  EXPECT_EQ(volume->status, "in-use");
}

TEST_F(CloudContract, SnapshotsOfSomeVolumesAreOnlyThose) {
  const SnapshotId of_idle = make(world().idle).id;
  const SnapshotId of_cheap = make(world().cheap).id;
  const SnapshotId of_attached = make(world().attached).id;
  const auto some = world().connect(1)->list_snapshots_of({world().idle, world().attached}, soon());
  ASSERT_TRUE(some) << problem(some);
  EXPECT_EQ(ids_of(*some), (std::multiset<std::string>{of_idle.str(), of_attached.str()}));
  const auto one = cloud_->list_snapshots_of({world().cheap}, soon());
  ASSERT_TRUE(one) << problem(one);
  EXPECT_EQ(ids_of(*one), (std::multiset<std::string>{of_cheap.str()}));
  const auto none = cloud_->list_snapshots_of({}, soon());
  ASSERT_TRUE(none) << problem(none);
  EXPECT_TRUE(none->empty());
}

TEST_F(CloudContract, QuotaCountsSnapshotsAndTheirSize) {
  const auto type = cloud_->get_volume(world().cheap, soon());
  ASSERT_TRUE(type) << problem(type);
  const auto before = cloud_->quota(soon());
  ASSERT_TRUE(before) << problem(before);
  make(world().cheap);
  const auto after = cloud_->quota(soon());
  ASSERT_TRUE(after) << problem(after);
  for (const std::string resource : {"snapshots", "gigabytes"}) {
    for (const std::string& name : {resource, resource + "_" + type->volume_type}) {
      ASSERT_TRUE(before->contains(name) && after->contains(name)) << name;
    }
    // Of its own type nobody else makes any meanwhile; of all types somebody may.
    const std::string own = resource + "_" + type->volume_type;
    EXPECT_EQ(after->at(own).in_use, before->at(own).in_use + 1) << own;
    EXPECT_GE(after->at(resource).in_use, after->at(own).in_use) << resource;
  }
}

/// Lowers a quota while it lives.
class LoweredQuota {
 public:
  LoweredQuota(Project& admin, std::string project_id, std::string resource, long limit)
      : admin_(admin), project_id_(std::move(project_id)), resource_(std::move(resource)) {
    before_ = admin_.set_quota(project_id_, resource_, limit);
  }
  ~LoweredQuota() {
    try {
      admin_.set_quota(project_id_, resource_, before_);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "the quota of " << resource_ << " stays lowered: " << error.what();
    }
  }
  LoweredQuota(const LoweredQuota&) = delete;
  LoweredQuota& operator=(const LoweredQuota&) = delete;

 private:
  Project& admin_;
  std::string project_id_;
  std::string resource_;
  long before_ = 0;
};

TEST_F(CloudContract, SnapshotOverAQuotaSaysWhichOne) {
  if (!world().admin()) GTEST_SKIP() << "needs STILLPOINT_CONTRACT_ADMIN_CLOUD";
  const auto volume = cloud_->get_volume(world().cheap, soon());
  ASSERT_TRUE(volume) << problem(volume);
  const auto quota = cloud_->quota(soon());
  ASSERT_TRUE(quota) << problem(quota);
  const std::string snapshots = "snapshots_" + volume->volume_type;
  const std::string gigabytes = "gigabytes_" + volume->volume_type;
  for (const auto& [resource, named] : {std::pair{snapshots, std::string("napshot")}, {gigabytes, gigabytes}}) {
    const LoweredQuota lowered(*world().admin(), world().project().id(), resource, quota->at(resource).in_use);
    const auto created = create(wanted(world().cheap));
    EXPECT_EQ(kind_of(created), ErrorKind::QuotaExceeded) << problem(created);
    EXPECT_THAT(problem(created), HasSubstr(named));
    EXPECT_FALSE(created.error().retry_after()) << "waiting does not help";
    const auto seen = cloud_->quota(soon());
    ASSERT_TRUE(seen) << problem(seen);
    EXPECT_EQ(seen->at(resource).room(), 0) << resource;
  }
}

TEST_F(CloudContract, FilledQuotaRefusesOneMore) {
  if (world().is_real() && world().admin()) GTEST_SKIP() << "would be in the way of others; the test above suffices";
  const auto quota = cloud_->quota(soon());
  ASSERT_TRUE(quota) << problem(quota);
  const auto& snapshots = quota->at("snapshots");
  if (snapshots.unlimited() || snapshots.room() > kMostToFill) GTEST_SKIP() << "the quota is too large to fill";
  for (long i = 0; i < snapshots.room(); ++i) {
    const auto created = create(wanted(world().cheap));
    ASSERT_TRUE(created) << problem(created);
  }
  const auto created = create(wanted(world().cheap));
  EXPECT_EQ(kind_of(created), ErrorKind::QuotaExceeded) << problem(created);
  EXPECT_THAT(problem(created), HasSubstr("napshot"));
}

TEST_F(CloudContract, ClockIsNearlyOurs) {
  const auto offset = cloud_->clock_offset(soon());
  ASSERT_TRUE(offset) << problem(offset);
  EXPECT_LE(std::chrono::abs(*offset), std::chrono::seconds(30));
}

TEST_F(CloudContract, WarmUpIsHarmless) {
  const auto warmed = cloud_->warm_up(std::chrono::seconds(60), 4, soon());
  EXPECT_TRUE(warmed) << problem(warmed);
}

TEST_F(CloudContract, AttachmentsLeadFromVolumeToServer) {
  const auto servers = cloud_->list_servers(soon());
  ASSERT_TRUE(servers) << problem(servers);
  const auto server = std::find_if(servers->begin(), servers->end(),
                                   [](const cloud::Server& each) { return each.id == world().server; });
  ASSERT_NE(server, servers->end());
  EXPECT_EQ(server->name, world().prefix + "-server");
  EXPECT_EQ(server->status, "ACTIVE");
  EXPECT_THAT(server->metadata, Contains(Pair("purpose", "contract")));

  const auto volumes = cloud_->list_volumes(soon());
  ASSERT_TRUE(volumes) << problem(volumes);
  const Volume* attached = find(*volumes, world().attached);
  ASSERT_TRUE(attached);
  EXPECT_EQ(attached->name, world().prefix + "-attached");
  EXPECT_EQ(attached->status, "in-use");
  EXPECT_EQ(attached->size_gib, 1);
  EXPECT_FALSE(attached->multiattach);
  ASSERT_EQ(attached->attachments.size(), 1U);
  EXPECT_EQ(attached->attachments[0].server, world().server);
  EXPECT_THAT(attached->attachments[0].device, HasSubstr("/dev/"));
  const Volume* idle = find(*volumes, world().idle);
  ASSERT_TRUE(idle);
  EXPECT_EQ(idle->status, "available");
  EXPECT_TRUE(idle->attachments.empty());
}

TEST_F(CloudContract, NothingIsSaidOfAnObjectThatNothingHappenedTo) {
  const auto messages = cloud_->messages(kNoSuchId, soon());
  ASSERT_TRUE(messages) << problem(messages);
  EXPECT_TRUE(messages->empty());
}

// Storage decides: either the snapshot goes although a volume was made from it, or it comes back and a message says
// why.
TEST_F(CloudContract, SnapshotWithACloneGoesOrSaysWhyNot) {
  const SnapshotId id = make(world().idle).id;
  const VolumeId clone = world().project().restore(id, world().prefix + "-clone");
  const auto deleted = cloud_->delete_snapshot(id, soon());
  EXPECT_TRUE(deleted) << problem(deleted);
  std::string status = "gone";
  eventually([&] {
    const auto snapshot = cloud_->get_snapshot(id, soon());
    status = snapshot ? snapshot->status : "gone";
    return status != "deleting";
  });
  if (status != "gone") {
    EXPECT_EQ(status, "available");
    const auto messages = cloud_->messages(id.str(), soon());
    ASSERT_TRUE(messages) << problem(messages);
    ASSERT_FALSE(messages->empty());
    EXPECT_THAT(messages->front().text, HasSubstr("busy"));
  }
  world().project().delete_volume(clone);
}

}  // namespace
}  // namespace stillpoint::contract
