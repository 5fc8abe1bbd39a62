#include "policy/diagnostics.hpp"

#include <gtest/gtest.h>

namespace stillpoint::policy {
namespace {

support::Error error_at(int line, int column) {
  return support::Error(support::ErrorKind::InvalidInput, "wrong").at({"f", line, column});
}

TEST(Diagnostics, ShowsTheLineWithACaretUnderTheColumn) {
  EXPECT_EQ(render_error(error_at(2, 4), "a: 1\nb: x\nc: 2\n"),
            "f:2:4: wrong\n"
            "  2 | b: x\n"
            "    |    ^");
}

TEST(Diagnostics, CountsCharactersAndShowsTabsAsOneSpace) {
  EXPECT_EQ(render_error(error_at(1, 4), "\t\xc3\xbc: x\r\n"),
            "f:1:4: wrong\n"
            "  1 |  \xc3\xbc: x\n"
            "    |    ^");
}

TEST(Diagnostics, CannotSteerATerminal) {
  const auto text = render_error(error_at(1, 1), "\x1b[2J\x07\xc2\x9b\xe2\x80\xae\xff\n");
  EXPECT_EQ(text, "f:1:1: wrong\n  1 | ?[2J????\n    | ^");
}

TEST(Diagnostics, CutsALongLineAroundTheColumn) {
  const auto text = render_error(error_at(1, 5000), std::string(10000, 'x'));
  EXPECT_LT(text.size(), 250U);
  const auto caret = text.rfind('\n');
  EXPECT_EQ(text.size() - caret, std::string("\n    | ").size() + 51);
}

TEST(Diagnostics, WithoutALineThereIsOnlyTheMessage) {
  EXPECT_EQ(render_error(error_at(9, 1), "a: 1\n"), "f:9:1: wrong");
  EXPECT_EQ(render_error(support::Error(support::ErrorKind::InvalidInput, "wrong"), "a: 1\n"), "wrong");
}

TEST(Diagnostics, APlaceBehindTheEndOfTheLineIsShownAtItsEnd) {
  EXPECT_EQ(render_error(error_at(1, 99), "ab\n"), "f:1:99: wrong\n  1 | ab\n    |   ^");
}

}  // namespace
}  // namespace stillpoint::policy
