// How commands change the folder of policies.

#include "store/policy_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "store/durable_file.hpp"
#include "unit/store/folder_fixture.hpp"

namespace stillpoint::store {
namespace {

using policy::Node;
using testing::ElementsAre;
using testing::HasSubstr;

class PolicyFolderTest : public FolderTest {
 protected:
  PolicyFolder folder() const {
    PolicyFolder folder(folder_.string());
    const auto read = folder.read();
    EXPECT_TRUE(read) << read.error().to_string();
    return folder;
  }
  static Node tree(const std::string& text) { return policy::documents_of(text, "f").at(0); }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string complaint(const std::string& name) const {
    const auto file = folder().file_for(name);
    return file ? "" : file.error().to_string();
  }
};

TEST_F(PolicyFolderTest, WritesAFileForEachPolicyThatReadsAsItWas) {
  const auto text = document("a", "  suspend: true\n  deletionPolicy: Delete\n");
  ASSERT_TRUE(folder().write("a", tree(text)));
  EXPECT_THAT(files(), ElementsAre("a.yaml")) << "nothing is left beside it";
  const auto stored = folder().find("a");
  ASSERT_TRUE(stored);
  EXPECT_TRUE(stored->policy.suspend);
  EXPECT_TRUE(policy::changes_between(tree(text), stored->document).empty());
  EXPECT_FALSE(folder().find("b"));
}

TEST_F(PolicyFolderTest, TheFileHasTheGroupOfItsFolderAndIsNobodyElsesToRead) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root has groups to give";
  }
  constexpr gid_t kGroup = 4711;
  ASSERT_EQ(chown(folder_.c_str(), 0, kGroup), 0);
  ASSERT_TRUE(folder().write("a", tree(document("a"))));
  struct stat status {};
  ASSERT_EQ(stat(path("a.yaml").c_str(), &status), 0);
  EXPECT_EQ(status.st_gid, kGroup);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST_F(PolicyFolderTest, AnOldFileStaysWhereANewOneCannotBeWritten) {
  write("a.yaml", "old");
  std::filesystem::create_directories(folder_ / "b.yaml" / "full");
  const auto failed = replace_file(path("b.yaml"), "new");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().to_string(), HasSubstr("b.yaml: cannot be put in its place: "));
  EXPECT_THAT(files(), ElementsAre("a.yaml", "b.yaml"));
  EXPECT_FALSE(replace_file(path("none/a.yaml"), "new"));
  EXPECT_TRUE(replace_file(path("a.yaml"), "new"));
  EXPECT_EQ(read("a.yaml"), "new");
}

TEST_F(PolicyFolderTest, APolicyIsChangedInTheFileThatItIsIn) {
  write("00-first.yml", document("a"));
  ASSERT_TRUE(folder().write("a", tree(document("a", "  suspend: true\n"))));
  EXPECT_THAT(files(), ElementsAre("00-first.yml"));
  EXPECT_THAT(read("00-first.yml"), HasSubstr("suspend: true"));
  ASSERT_TRUE(folder().remove("a"));
  EXPECT_TRUE(files().empty());
}

TEST_F(PolicyFolderTest, NoOtherPolicyIsLostBesideIt) {
  write("two.yaml", document("a") + "---\n" + document("b"));
  EXPECT_THAT(complaint("a"), HasSubstr("two.yaml: has other policies beside a: put each into a file of its own"));
  write("c.yaml", document("d"));
  EXPECT_THAT(complaint("c"), HasSubstr("c.yaml: holds another policy than c"));
  std::filesystem::create_symlink("nowhere", path("e.yaml"));
  EXPECT_THAT(complaint("e"), HasSubstr("e.yaml: is a link"));
  const auto before = files();
  EXPECT_FALSE(folder().write("a", tree(document("a"))));
  EXPECT_FALSE(folder().remove("a"));
  EXPECT_EQ(files(), before);
}

TEST_F(PolicyFolderTest, AFileThatIsBrokenIsRepairedByWritingIt) {
  write("a.yaml", "kind: Nonsense\n");
  ASSERT_TRUE(folder().write("a", tree(document("a"))));
  EXPECT_TRUE(folder().find("a"));
}

TEST_F(PolicyFolderTest, AFolderThatIsNotThereIsAnErrorAndAnEmptyOneIsNone) {
  EXPECT_TRUE(folder().loaded().errors.empty());
  PolicyFolder missing(path("missing"));
  const auto read = missing.read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().to_string(), HasSubstr("missing: cannot be read: No such file or directory: make it"));
}

}  // namespace
}  // namespace stillpoint::store
