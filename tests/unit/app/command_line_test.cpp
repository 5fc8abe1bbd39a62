// What is said of a command line that is wrong.

#include <gmock/gmock.h>

#include "unit/app/runner.hpp"

namespace stillpoint::app {
namespace {

using testing::HasSubstr;

class CommandLineTest : public FilesTest {
 protected:
  /// What is said, with exit code 2.
  std::string complaint(const std::vector<std::string>& arguments) {
    EXPECT_EQ(run_files(arguments), 2);
    EXPECT_EQ(out_, "");
    return err_;
  }
};

TEST_F(CommandLineTest, AWordThatIsNoCommandIsNamed) {
  EXPECT_EQ(complaint({"recncile"}), "stillpoint: there is no command `recncile`; did you mean `reconcile`?\n");
  EXPECT_THAT(complaint({"frobnicate"}),
              HasSubstr("there is no command `frobnicate`; there are validate, explain, diff, "));
  EXPECT_EQ(complaint({"get", "point"}), "stillpoint: there is no command `point`; did you mean `points`?\n");
  EXPECT_THAT(complaint({"\x1b[31m"}), Not(HasSubstr("\x1b")));
}

TEST_F(CommandLineTest, ACommandThatIsToComeIsSaidWithWhatToDoMeanwhile) {
  EXPECT_THAT(complaint({"restore"}), HasSubstr("`restore` is not supported yet; make a volume of the point's"));
}

TEST_F(CommandLineTest, AWordTooManyIsNamedWithWhatWasMeant) {
  EXPECT_EQ(complaint({"diff", "p.yaml"}),
            "stillpoint: `stillpoint diff` takes no word `p.yaml`; files and folders of policies follow -f: "
            "`stillpoint diff -f p.yaml`\n`stillpoint diff --help` says what there is\n");
  EXPECT_THAT(complaint({"diff", "--outt", "x"}),
              HasSubstr("`stillpoint diff` has no option `--outt`; did you mean `--out`?"));
  EXPECT_THAT(complaint({"get", "points", "--colour=no"}),
              HasSubstr("`stillpoint get points` has no option `--colour=no`"));
  EXPECT_THAT(complaint({"helper", "me"}), HasSubstr("`stillpoint helper` takes no word `me`\n"));
  EXPECT_THAT(complaint({"diff", "\x1b[31m"}), Not(HasSubstr("\x1b")));
}

TEST_F(CommandLineTest, HelpIsTheHelpOfACommand) {
  EXPECT_EQ(run_files({"help", "get", "points"}), 0);
  const auto help = out_;
  EXPECT_EQ(run_files({"get", "points", "--help"}), 0);
  EXPECT_EQ(out_, help);
  EXPECT_THAT(help, HasSubstr("Usage: stillpoint get points"));
  EXPECT_EQ(run_files({"help"}), 0);
  EXPECT_THAT(out_, HasSubstr("Usage: stillpoint"));
  EXPECT_THAT(complaint({"help", "frobnicate"}), HasSubstr("there is no command `frobnicate`"));
}

TEST_F(CommandLineTest, AWordThatIsNoneOfTheChoicesIsNamedWithThem) {
  EXPECT_THAT(complaint({"diff", "-f", "x", "-o", "yaml"}),
              HasSubstr("--output: expected one of json|table, found 'yaml'"));
  EXPECT_THAT(complaint({"diff", "-f"}), HasSubstr("--filename: 1 required PATH missing"));
  EXPECT_THAT(complaint({"apply"}), HasSubstr("--filename is required"));
  EXPECT_THAT(complaint({"delete"}), HasSubstr("NAME or --filename is required"));
  EXPECT_THAT(complaint({"diff", "--store", "/nowhere/at/all"}), HasSubstr("/nowhere/at/all"));
  EXPECT_THAT(complaint({"diff", "-f", "x", "--now=5"}), HasSubstr("now was given a disallowed flag override"));
}

}  // namespace
}  // namespace stillpoint::app
