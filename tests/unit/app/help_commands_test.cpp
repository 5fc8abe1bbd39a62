// Completions and the manual, which are written from the command line itself.

#include <gmock/gmock.h>

#include "unit/app/runner.hpp"

namespace stillpoint::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HelpCommandsTest : public FilesTest {};

TEST_F(HelpCommandsTest, EachShellIsToldOfCommandsOptionsAndChoices) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    ASSERT_EQ(run_files({"completion", shell}), 0) << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("reconcile"), HasSubstr("points"), HasSubstr("allow-mass-delete"),
                            HasSubstr("always auto never")));
  }
}

TEST_F(HelpCommandsTest, AShellThatIsNotKnownIsNamed) {
  EXPECT_EQ(run_files({"completion", "tcsh"}), 2);
  EXPECT_THAT(err_, HasSubstr("expected one of bash|fish|zsh, found 'tcsh'"));
  EXPECT_EQ(run_files({"manual", "intro"}), 2);
  EXPECT_THAT(err_, HasSubstr("expected one of stillpoint|stillpoint-policy, found 'intro'"));
}

TEST_F(HelpCommandsTest, TheManualHasEveryCommandAndEveryField) {
  ASSERT_EQ(run_files({"manual"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr(".TH STILLPOINT 1"), HasSubstr(".SS \"stillpoint get points\""),
                          HasSubstr("\\fB\\-\\-metrics\\-file\\fR \\fIFILE\\fR"), HasSubstr(".SH EXIT STATUS")));
  ASSERT_EQ(run_files({"manual", "stillpoint-policy"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr(".TH STILLPOINT\\-POLICY 5"), HasSubstr("spec.retention.keepLast"),
                          HasSubstr("spec.datasets.hold.maxHold")));
  // A dash that a user may copy is an ASCII one, and a line of text begins with no dot.
  EXPECT_THAT(out_, AllOf(Not(HasSubstr("\n...")), Not(HasSubstr("/usr/share/doc-"))));
}

}  // namespace
}  // namespace stillpoint::app
