// delete, and what becomes of tombstones.

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "app/tombstones.hpp"
#include "fakes/fake_clock.hpp"
#include "unit/app/store_fixture.hpp"

namespace stillpoint::app {
namespace {

using testing::Each;
using testing::ElementsAre;

class DeleteTest : public StoreTest {
 protected:
  const std::string kDelete = "  deletionPolicy: Delete\n";
};

TEST_F(DeleteTest, RetainPinsThePointsAndRemovesTheFile) {
  write_store("main", nightly("main"));
  add_points("main", 3);
  EXPECT_EQ(on_store({"delete", "main", "--dry-run"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("3 points of main would be pinned by retained"),
                          HasSubstr("policy/main deleted (dry run)")));
  EXPECT_TRUE(is_stored("main"));
  EXPECT_THAT(metadata("pin"), Each("-"));
  EXPECT_EQ(on_store({"delete", "main"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("3 points of main pinned by retained"), HasSubstr("policy/main deleted\n")));
  EXPECT_FALSE(is_stored("main"));
  EXPECT_THAT(metadata("pin"), ElementsAre("retained", "retained", "retained"));
}

TEST_F(DeleteTest, RetainedPointsOutliveAnotherPolicyOfThatName) {
  write_store("main", nightly("main"));
  add_points("main", 3);
  ASSERT_EQ(on_store({"delete", "policy/main"}), 0);
  ASSERT_EQ(apply(nightly("main", "", 1), {"--allow-mass-delete", "--yes"}), 0);
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_;
  EXPECT_EQ(snapshots().size(), 3U);
}

TEST_F(DeleteTest, RetainKeepsTheTombstoneUntilLeftoversAreSwept) {
  write_store("main", nightly("main"));
  add_attempt("main", 2, policy::Consistency::Filesystem);
  add_attempt("main", 1, policy::Consistency::Unproven);
  EXPECT_EQ(on_store({"delete", "main"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("policy/main marked as deleted; what is left of attempts that never became points goes"));
  EXPECT_TRUE(stored("main").is_tombstone());
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_;
  EXPECT_THAT(out_, HasSubstr("done    main: nothing is left of it; its file is removed"));
  EXPECT_FALSE(is_stored("main"));
  EXPECT_THAT(metadata("pin"), ElementsAre("retained"));
}

// What was begun before the policy was deleted may become a point afterwards.
TEST_F(DeleteTest, P5RetainPinsAPointThatIsMadeLater) {
  write_store("main", nightly("main"));
  add_points("main", 1);
  add_attempt("main", 0, policy::Consistency::Unproven);
  ASSERT_EQ(on_store({"delete", "main"}), 0) << err_;
  EXPECT_TRUE(stored("main").is_tombstone());
  EXPECT_THAT(metadata("pin"), ElementsAre("retained", "-"));
  for (const auto& snapshot : snapshots()) {
    ASSERT_TRUE(cloud_->merge_snapshot_metadata(
        snapshot.id, inventory::label_metadata(policy::Consistency::Application, std::nullopt), soon()));
  }
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_;
  EXPECT_THAT(metadata("pin"), ElementsAre("retained", "retained"));
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(DeleteTest, P5ADaemonThatIsMakingAPointIsWaitedFor) {
  write_store("main", nightly("main"));
  add_points("main", 1);
  const auto hash = stored("main").spec_hash;
  std::atomic<int> asked = 0;
  const fakes::TinyServer daemon(fakes::TinyServer::responding([&](const auto&) {
    if (++asked == 3) {
      add_attempt("main", 0, policy::Consistency::Crash);
    }
    return fakes::answer("200 OK", R"({"kind": "PolicyStatusList", "items": [{"metadata": {"name": "main"}, "status": )"
                                   R"({"phase": "Deleted", )" +
                                       std::string(asked < 3 ? R"("working": true, )" : "") +
                                       R"("observedSpecHash": ")" + hash + R"("}}]})");
  }));
  EXPECT_EQ(on_store({"delete", "main", "--daemon", daemon.url("")}), 0) << err_;
  EXPECT_EQ(asked, 3);
  EXPECT_THAT(metadata("pin"), ElementsAre("retained", "retained"));
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(DeleteTest, ADaemonThatRemovesTheFileItselfIsNotWaitedFor) {
  write_store("main", nightly("main"));
  add_points("main", 1);
  const fakes::TinyServer daemon(fakes::TinyServer::responding([&](const auto&) {
    std::filesystem::remove(path("store/main.yaml"));
    return fakes::answer("200 OK", R"({"kind": "PolicyStatusList", "items": [{"metadata": {"name": "main"}, )"
                                   R"("status": {"phase": "Unknown"}}]})");
  }));
  EXPECT_EQ(on_store({"delete", "main", "--daemon", daemon.url("")}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("policy/main deleted\n"));
  EXPECT_THAT(metadata("pin"), ElementsAre("retained"));
}

TEST_F(DeleteTest, APolicyThatIsWrittenAnewMeanwhileStays) {
  write_store("main", nightly("main"));
  const auto hash = stored("main").spec_hash;
  const fakes::TinyServer daemon(fakes::TinyServer::responding([&](const auto&) {
    write_store("main", nightly("main", "", 9));
    return fakes::answer("200 OK", R"({"kind": "PolicyStatusList", "items": [{"metadata": {"name": "main"}, "status": )"
                                   R"({"phase": "Deleted", "observedSpecHash": ")" +
                                       hash + R"("}}]})");
  }));
  EXPECT_EQ(on_store({"delete", "main", "--daemon", daemon.url("")}), 1) << out_;
  EXPECT_THAT(err_, HasSubstr("says something else by now, and stays"));
  EXPECT_TRUE(is_stored("main"));
}

TEST_F(DeleteTest, DeleteAsksAndLeavesATombstoneUntilNothingIsLeft) {
  write_store("main", nightly("main", kDelete));
  add_points("main", 3);
  EXPECT_EQ(on_store({"delete", "main"}), 1);
  EXPECT_THAT(err_, HasSubstr("All points of main that are not pinned will be deleted"));
  EXPECT_FALSE(stored("main").is_tombstone());
  EXPECT_EQ(on_store({"delete", "main", "--yes"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("policy/main marked as deleted; 3 points"), HasSubstr("and then its file")));
  EXPECT_TRUE(stored("main").is_tombstone());
  EXPECT_EQ(snapshots().size(), 3U) << "delete itself deletes none";
  EXPECT_EQ(on_store({"delete", "main"}), 0) << "without a question";
  EXPECT_THAT(out_, HasSubstr("is deleted already"));
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_ << err_;
  EXPECT_EQ(snapshots().size(), 0U);
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(DeleteTest, PinnedPointsAreLeftAndOnlyAPinWithAnEndIsWaitedFor) {
  write_store("main", nightly("main", kDelete));
  const auto kept = add_attempt("main", 2, policy::Consistency::Crash);
  const auto later = add_attempt("main", 1, policy::Consistency::Crash);
  ASSERT_EQ(on_store({"pin", kept, "--owner", "audit"}), 0) << err_;
  ASSERT_EQ(on_store({"pin", later, "--owner", "test", "--until", "1h"}), 0) << err_;
  ASSERT_EQ(on_store({"delete", "main", "--yes"}), 0) << err_;
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_;
  EXPECT_TRUE(is_stored("main")) << "one of them goes in an hour";
  ASSERT_EQ(on_store({"unpin", later}), 0);
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_;
  EXPECT_FALSE(is_stored("main"));
  EXPECT_EQ(snapshots().size(), 1U);
}

TEST_F(DeleteTest, AFileThatTheUserNamesIsNotRemoved) {
  auto text = nightly("main", kDelete);
  text.replace(text.find("{name: main}"), 12, "{name: main, deletionTimestamp: 2026-11-24T09:00:00Z}");
  write_store("main", text);
  EXPECT_EQ(run_files({"reconcile", "-f", path("store")}), 0);
  EXPECT_TRUE(is_stored("main"));
  EXPECT_EQ(on_store({"reconcile"}), 0);
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(DeleteTest, ADaemonRemovesATombstoneWhenNothingIsLeftOfIt) {
  auto text = nightly("main", kDelete);
  text.replace(text.find("{name: main}"), 12, "{name: main, deletionTimestamp: 2026-11-24T09:00:00Z}");
  write_store("main", text);
  add_points("main", 1);
  const auto look = [&] { return inventory::assemble(snapshots(), "default"); };
  TombstoneKeeper elsewhere("", site_.clock, support::null_log());
  TombstoneKeeper keeper(path("store"), site_.clock, support::null_log());
  const std::vector all{stored("main")};
  keeper.looked(all, {}, look());
  EXPECT_TRUE(is_stored("main")) << "a point is left";
  const auto point = snapshots().at(0).id;
  ASSERT_TRUE(cloud_->delete_snapshot(point, soon()));
  while (!snapshots().empty()) {
    site_.clock.sleep_for(std::chrono::milliseconds(10));
  }
  elsewhere.looked(all, {}, look());
  keeper.looked({}, {}, look());
  EXPECT_TRUE(is_stored("main")) << "not theirs";
  keeper.looked(all, {"main"}, look());
  EXPECT_TRUE(is_stored("main")) << "a point of it may be on its way";
  auto again = text;
  write_store("main", again.replace(again.find("09:00:00Z"), 9, "10:00:00Z"));
  TombstoneKeeper(path("store"), site_.clock, support::null_log()).looked(all, {}, look());
  EXPECT_TRUE(is_stored("main")) << "it says something else by now";
  write_store("main", text);
  EXPECT_THAT(keeper.looked(all, {}, look()), testing::IsEmpty());
  EXPECT_FALSE(is_stored("main"));
}

/// For its life the thread may not write to a folder, not even as root.
class ReadOnlyFolder {
 public:
  explicit ReadOnlyFolder(std::string path) : path_(std::move(path)) {
    for (const auto& folder : {std::filesystem::path(path_).parent_path().string(), path_}) {
      EXPECT_EQ(chmod(folder.c_str(), 0555), 0);
    }
    before_ = setfsuid(getuid() == 0 ? 65534 : getuid());
  }
  ~ReadOnlyFolder() {
    setfsuid(static_cast<uid_t>(before_));
    for (const auto& folder : {std::filesystem::path(path_).parent_path().string(), path_}) {
      EXPECT_EQ(chmod(folder.c_str(), 0755), 0);
    }
  }
  ReadOnlyFolder(const ReadOnlyFolder&) = delete;
  ReadOnlyFolder& operator=(const ReadOnlyFolder&) = delete;

 private:
  std::string path_;
  int before_ = 0;
};

TEST_F(DeleteTest, ATombstoneThatTheServiceMayNotRemoveIsToldOnceAndRemovedByDelete) {
  auto text = nightly("main", kDelete);
  text.replace(text.find("{name: main}"), 12, "{name: main, deletionTimestamp: 2026-11-24T09:00:00Z}");
  write_store("main", text);
  write_store("other", text.replace(text.find("{name: main,"), 12, "{name: other,"));
  const std::vector all{stored("main"), stored("other")};
  fakes::FakeClock clock(site_.clock.wall_now());
  TombstoneKeeper keeper(path("store"), clock, support::null_log());
  {
    const ReadOnlyFolder read_only(path("store"));
    EXPECT_THAT(keeper.looked(all, {}, {}), ElementsAre("main", "other"));
    EXPECT_THAT(keeper.looked(all, {}, {}), testing::IsEmpty());
    clock.advance(std::chrono::hours(2));
    EXPECT_THAT(keeper.looked(all, {}, {}), testing::IsEmpty()) << "it was said";
  }
  keeper.looked(all, {}, {});
  EXPECT_TRUE(is_stored("main")) << "an hour later";
  EXPECT_EQ(on_store({"delete", "main"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("policy/main deleted\n"));
  EXPECT_FALSE(is_stored("main"));
  clock.advance(std::chrono::hours(2));
  keeper.looked(all, {}, {});
  EXPECT_FALSE(is_stored("other"));
}

TEST_F(DeleteTest, APolicyMayBeNamedByItsFile) {
  write_store("main", nightly("main"));
  write("mine/policy.yaml", nightly("main", kDelete));
  EXPECT_EQ(on_store({"delete", "-f", path("mine/policy.yaml")}), 0) << err_;
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(DeleteTest, P7WithoutTheCloudNothingIsPinnedAndNothingRemoved) {
  write_store("main", nightly("main"));
  site_.fault(kRefuseLogins);
  EXPECT_EQ(on_store({"delete", "main"}), 3);
  EXPECT_THAT(err_, HasSubstr("policy/main was not deleted"));
  EXPECT_TRUE(is_stored("main"));
}

TEST_F(DeleteTest, AFailedPinKeepsTheFile) {
  write_store("main", nightly("main"));
  add_points("main", 2);
  site_.fault({{"method", "POST"}, {"path_regex", "/snapshots/[^/]+/metadata$"}, {"status", 403}, {"count", -1}});
  EXPECT_EQ(on_store({"delete", "main"}), 4);
  EXPECT_THAT(err_, HasSubstr("of main"));
  EXPECT_TRUE(is_stored("main"));
}

TEST_F(DeleteTest, WhatIsNotThereIsSaid) {
  write_store("main", nightly("main"));
  EXPECT_EQ(on_store({"delete", "mian"}), 2);
  EXPECT_THAT(err_, HasSubstr("there is no policy 'mian' in " + path("store")));
  EXPECT_EQ(on_store({"delete"}), 2);
  write_store("bad", nightly("bad", "  nonsense: 1\n"));
  EXPECT_EQ(on_store({"delete", "bad"}), 2);
  EXPECT_THAT(err_, HasSubstr("policy bad has errors"));
}

}  // namespace
}  // namespace stillpoint::app
