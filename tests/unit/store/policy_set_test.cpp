// What a running daemon goes by while people edit the folder under it.

#include "store/policy_set.hpp"

#include "fakes/fake_clock.hpp"
#include "unit/store/folder_fixture.hpp"

namespace stillpoint::store {
namespace {

using support::Error;
using support::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PolicySetTest : public FolderTest {
 protected:
  PolicySetTest()
      : set_(
            {folder_.string()}, [this](const policy::Policy& policy) { return object(policy); }, clock_) {}

  std::vector<Error> object(const policy::Policy& policy) {
    ++checked_;
    return policy.name == objectionable_
               ? std::vector<Error>{Error(ErrorKind::InvalidInput, "never fires").at(policy.mark)}
               : std::vector<Error>();
  }
  /// `NAME` of each policy in force, with `*` if it is suspended.
  std::vector<std::string> refresh() {
    now_ = set_.refresh();
    std::vector<std::string> names;
    for (const auto& policy : now_->policies) {
      names.push_back(policy.name + (policy.suspend ? "*" : ""));
    }
    return names;
  }
  /// `FILE: MESSAGE` of each error.
  std::vector<std::string> problems() const {
    std::vector<std::string> texts;
    for (const auto& problem : now_->problems) {
      for (const auto& error : problem.errors) {
        texts.push_back(std::filesystem::path(problem.file).filename().string() + ": " + error.message());
      }
    }
    return texts;
  }

  fakes::FakeClock clock_{std::chrono::system_clock::now()};
  std::string objectionable_;
  int checked_ = 0;
  PolicySet set_;
  std::shared_ptr<const PoliciesInForce> now_;
};

const std::string kSuspended = "  suspend: true\n";

TEST_F(PolicySetTest, ReadsWhatIsThereInOrderOfFiles) {
  write("b.yaml", document("first"));
  write("c.yml", document("third") + "---\n" + document("fourth"));
  write("a.txt", "no policy");
  write(".b.yaml.swp", "\x01");
  EXPECT_THAT(refresh(), ElementsAre("first", "third", "fourth"));
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_TRUE(now_->changed);
  EXPECT_THAT(refresh(), ElementsAre("first", "third", "fourth"));
  EXPECT_FALSE(now_->changed);
}

TEST_F(PolicySetTest, AnInvalidFileKeepsItsLastGoodCopyAndDisturbsNoOther) {
  write("a.yaml", document("a"));
  write("b.yaml", document("b"));
  refresh();
  write("a.yaml", document("a", "  suspend: perhaps\n"));
  write("b.yaml", document("b", kSuspended));
  EXPECT_THAT(refresh(), ElementsAre("a", "b*"));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("a.yaml: expected true or false")));
  EXPECT_THAT(now_->problems[0].kept, ElementsAre("a"));
  EXPECT_THAT(now_->problems[0].text, HasSubstr("perhaps"));
  write("a.yaml", document("a", kSuspended));
  EXPECT_THAT(refresh(), ElementsAre("a*", "b*"));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PolicySetTest, AnInvalidFileThatWasNeverGoodHasNothingToKeep) {
  write("a.yaml", "kind: Nonsense\n");
  write("b.yaml", document("b"));
  EXPECT_THAT(refresh(), ElementsAre("b"));
  ASSERT_EQ(now_->problems.size(), 1U);
  EXPECT_THAT(now_->problems[0].kept, IsEmpty());
}

TEST_F(PolicySetTest, OfAFileWithOneBadPolicyTheOthersAreTakenAsTheyAreNow) {
  write("a.yaml", document("one") + "---\n" + document("two"));
  refresh();
  write("a.yaml", document("one", "  nonsense: 1\n") + "---\n" + document("two", kSuspended));
  EXPECT_THAT(refresh(), ElementsAre("two*", "one"));
  write("a.yaml", document("two") + "---\n\"");  // broken off: nobody can say what is missing
  EXPECT_THAT(refresh(), ElementsAre("two", "one"));
  EXPECT_THAT(now_->problems[0].kept, ElementsAre("one"));
  write("a.yaml", document("two"));
  EXPECT_THAT(refresh(), ElementsAre("two"));
  EXPECT_THAT(now_->vanished, ElementsAre("one"));
}

TEST_F(PolicySetTest, WhatTheCheckObjectsToIsNotInForceAndKeepsTheLastGoodCopy) {
  objectionable_ = "a";
  write("a.yaml", document("a"));
  write("b.yaml", document("b"));
  EXPECT_THAT(refresh(), ElementsAre("b"));
  EXPECT_THAT(problems(), ElementsAre("a.yaml: never fires"));
  objectionable_ = "b";
  write("a.yaml", document("a", kSuspended));
  write("b.yaml", document("b", kSuspended));
  EXPECT_THAT(refresh(), ElementsAre("a*", "b"));
}

TEST_F(PolicySetTest, AFileThatCannotBeReadKeepsItsLastGoodCopy) {
  write("a.yaml", document("a"));
  refresh();
  remove("a.yaml");
  std::filesystem::create_symlink("nowhere", path("a.yaml"));
  EXPECT_THAT(refresh(), ElementsAre("a"));
  EXPECT_THAT(problems(), ElementsAre("a.yaml: cannot be read: No such file or directory"));
  EXPECT_THAT(now_->vanished, IsEmpty());
}

TEST_F(PolicySetTest, AFileThatIsGoneTakesItsPoliciesWithIt) {
  write("a.yaml", document("a"));
  write("b.yaml", document("b"));
  refresh();
  remove("a.yaml");
  EXPECT_THAT(refresh(), ElementsAre("b"));
  EXPECT_THAT(now_->vanished, ElementsAre("a"));
  EXPECT_TRUE(now_->changed);
  EXPECT_THAT(problems(), IsEmpty());
  EXPECT_THAT(refresh(), ElementsAre("b"));
  EXPECT_THAT(now_->vanished, IsEmpty()) << "told once";
}

TEST_F(PolicySetTest, APolicyThatMovesToAnotherFileHasNotVanished) {
  write("a.yaml", document("a"));
  refresh();
  std::filesystem::rename(path("a.yaml"), path("z.yaml"));
  EXPECT_THAT(refresh(), ElementsAre("a"));
  EXPECT_THAT(now_->vanished, IsEmpty());
  EXPECT_FALSE(now_->changed);
}

TEST_F(PolicySetTest, AMissingFolderIsAnErrorAndChangesNothing) {
  EXPECT_THAT(refresh(), IsEmpty());
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("the folder holds no *.yaml")));
  write("a.yaml", document("a"));
  refresh();
  std::filesystem::rename(folder_, folder_.string() + "-aside");
  EXPECT_THAT(refresh(), ElementsAre("a"));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("cannot be read: No such file or directory")));
  EXPECT_THAT(now_->problems[0].kept, ElementsAre("a"));
  std::filesystem::create_directory(folder_);  // what is left where a file system was not mounted
  EXPECT_THAT(refresh(), ElementsAre("a"));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("the folder holds no *.yaml")));
  std::filesystem::remove(folder_);
  std::filesystem::rename(folder_.string() + "-aside", folder_);
  EXPECT_THAT(refresh(), ElementsAre("a"));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PolicySetTest, AFolderWhoseLastPolicyWasRemovedHasNoneInForceAndSaysSo) {
  write("a.yaml", document("a"));
  refresh();
  remove("a.yaml");
  EXPECT_THAT(refresh(), IsEmpty());
  EXPECT_THAT(now_->vanished, ElementsAre("a"));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("the folder holds no *.yaml")));
}

TEST_F(PolicySetTest, OfTwoOfOneNameTheFirstFileIsInForceWhoeverCameFirst) {
  write("b.yaml", document("same"));
  refresh();
  write("a.yaml", document("same", kSuspended));
  EXPECT_THAT(refresh(), ElementsAre("same*"));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("b.yaml: the name same is taken by the policy at"),
                                      HasSubstr("b.yaml: selects the same servers")));
  PolicySet restarted(
      {folder_.string()}, [](const auto&) { return std::vector<Error>(); }, clock_);
  ASSERT_EQ(restarted.refresh()->policies.size(), 1U);
  EXPECT_TRUE(restarted.refresh()->policies[0].suspend);
  remove("a.yaml");
  EXPECT_THAT(refresh(), ElementsAre("same"));
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(PolicySetTest, AnEditThatClashesWithAnotherPolicyIsNotTaken) {
  write("a.yaml", document("a"));
  write("b.yaml", document("b", kSuspended));
  refresh();
  write("b.yaml", document("b", "  previousNames: [a]\n"));
  EXPECT_THAT(refresh(), ElementsAre("a", "b*"));
  EXPECT_THAT(problems(), ElementsAre(HasSubstr("b.yaml: the name a has not been given up")));
  EXPECT_THAT(now_->problems[0].kept, ElementsAre("b"));
  remove("a.yaml");
  EXPECT_THAT(refresh(), ElementsAre("b"));
}

TEST_F(PolicySetTest, ReadsAFileAgainOnlyIfItMayHaveChanged) {
  write("a.yaml", document("a"));
  write("b.yaml", document("b"));
  refresh();
  refresh();
  EXPECT_EQ(checked_, 4) << "they have changed just now: their time stamps cannot be trusted yet";
  clock_.advance(std::chrono::minutes(1));
  refresh();
  refresh();
  EXPECT_EQ(checked_, 6);
  write("a.yaml", document("a", kSuspended));
  EXPECT_THAT(refresh(), ElementsAre("a*", "b"));
  EXPECT_EQ(checked_, 7);
}

TEST_F(PolicySetTest, AFileThatIsGivenTwiceIsReadOnce) {
  write("a.yaml", document("a"));
  std::filesystem::create_symlink("a.yaml", path("b.yaml"));
  PolicySet set(
      {folder_.string(), path("a.yaml")}, [](const auto&) { return std::vector<Error>(); }, clock_);
  const auto now = set.refresh();
  EXPECT_EQ(now->policies.size(), 1U);
  EXPECT_THAT(now->problems, IsEmpty());
}

}  // namespace
}  // namespace stillpoint::store
