// Files that nobody should write, and some that everybody writes once. Each is refused or read on purpose.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "documents.hpp"
#include "policy/reader.hpp"
#include "support/ids.hpp"

namespace stillpoint::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> said_of(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& error : read_policies(text, "f").errors) {
    lines.push_back(error.to_string());
  }
  return lines;
}

std::string repeated(std::string_view part, size_t size) {
  std::string text;
  while (text.size() + part.size() <= size) {
    text += part;
  }
  return text;
}

std::string with_line_ends(const std::string& ends) {
  std::string text;
  for (const char c : std::string(kFullPolicy)) {
    text += c == '\n' ? ends : std::string(1, c);
  }
  return text;
}

TEST(HostileFiles, LineEndsAndAByteOrderMarkDoNotMatter) {
  EXPECT_THAT(said_of(with_line_ends("\r\n")), IsEmpty());
  EXPECT_THAT(said_of("\xef\xbb\xbf" + std::string(kFullPolicy)), IsEmpty());
  EXPECT_THAT(said_of("\xef\xbb\xbf"
                      "apiVersion: x\nkind: BackupPolicy\n"),
              ElementsAre(HasSubstr("f:1:13: ")))
      << "the mark takes no column";
  EXPECT_THAT(said_of(with_line_ends("\r")), ElementsAre(HasSubstr("f:1:36: a carriage return that does not end")));
  EXPECT_THAT(said_of(std::string(kFullPolicy) + "---\n\xef\xbb\xbf" + std::string(kFullPolicy)),
              ElementsAre(HasSubstr("f:63:1: a byte order mark in the middle of the text: remove it")));
}

TEST(HostileFiles, AreNotReadAsSomethingElse) {
  EXPECT_THAT(said_of("\xff\xfe"
                      "a\0:\0"),
              ElementsAre(HasSubstr("f:1:1: not UTF-8 text")));
  EXPECT_THAT(said_of(std::string_view("a\0:\0", 4)), ElementsAre(HasSubstr("f:1:2: a NUL byte")));
  EXPECT_THAT(said_of("hello\n"), ElementsAre(HasSubstr("expected a mapping of fields, found \"hello\"")));
  EXPECT_THAT(said_of("%YAML 2.0\n---\na: 1\n"), ElementsAre(HasSubstr("not valid YAML: YAML major version")));
}

TEST(HostileFiles, AQuoteOrABracketWithoutAnEndIsSaidWhereItBegins) {
  EXPECT_THAT(
      said_of(changed("cloud: prod", "cloud: \"prod")),
      ElementsAre(HasSubstr("f:6:10: not valid YAML: the quote that begins here seems to have its end in line 9")))
      << "not where the parser stumbles";
  EXPECT_THAT(said_of(changed("suspend: true", "suspend: 'true")),
              testing::Contains(HasSubstr("f:60:12: not valid YAML: the quote that begins here has no end: write '")))
      << "the parser would take the end of the file for it";
  EXPECT_THAT(said_of("a: \"x\\\"\n"), testing::Contains(HasSubstr("f:1:4: not valid YAML: the quote")));
  EXPECT_THAT(said_of("a: 'it''s\n"), testing::Contains(HasSubstr("f:1:4: not valid YAML: the quote")));
  EXPECT_THAT(said_of("a: [1, 2\nb: 3\n"),
              ElementsAre(HasSubstr("f:1:4: not valid YAML: the list that begins here with [ has no end: write ]")));
  EXPECT_THAT(said_of("a: {b: 1\nc: 2\n"), ElementsAre(HasSubstr("f:1:4: not valid YAML: the mapping that begins")));
  EXPECT_THAT(said_of("a: {b: [1}\n"), ElementsAre(HasSubstr("f:1:10: not valid YAML: a bracket that ends nothing")));
}

TEST(HostileFiles, WhatEverybodyWritesOnceIsExplained) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"a:\n  cron: */5 * * * *\n",
       "f:2:9: not valid YAML: a value that begins with * is an alias: write it in quotes, \"*/5 * * * *\""},
      {"a: * * * * *  # x\n", "a value that begins with * is an alias: write it in quotes, \"* * * * *\""},
      {"a: {b: @daily}\n", "f:1:8: not valid YAML: a value cannot begin with @: write it in quotes, \"@daily\""},
      {"a: b: c\n", "a value with \": \" in it looks like another field: write it in quotes, \"b: c\""},
      {"a: 'it's'\n", "text behind the end of the value: put all of the value into one pair of quotes"},
      {"a:\n\tb: 1\n", "f:2:1: not valid YAML: a tab does not indent: use spaces"},
      {"a: 1\n\tb: 2\n", "f:2:1: not valid YAML: a tab does not indent"},
      {"a:\n  b: 1\n c: 2\n", "f:3:2: not valid YAML: the indentation is that of no line above"},
      {"a: 1\n b: 2\n", "f:2:2: not valid YAML: a field cannot begin here: give it the indentation of its neighbours"},
      {"a: 1\nb\nc: 2\n", "f:3:1: not valid YAML: a field cannot begin here"},
      {"a: - b\n", "a list cannot begin on the line of its field: begin it on the next line, or write [a, b]"},
      {"a: \"\\q\"\n", "unknown escape character: q: write \\\\ for a \\"},
  };
  for (const auto& [text, error] : cases) {
    EXPECT_THAT(said_of(text), ElementsAre(HasSubstr(std::string(error)))) << text;
  }
}

TEST(HostileFiles, KeysThatAreNoWordsAreRefused) {
  EXPECT_THAT(said_of(changed("cloud: prod", "1: prod")), ElementsAre(HasSubstr("f:6:3: spec.1: unknown field")));
  EXPECT_THAT(said_of(changed("cloud: prod", "true: prod")), ElementsAre(HasSubstr("f:6:3: spec.true: unknown field")));
  EXPECT_THAT(said_of(changed("cloud: prod", "~: prod")), ElementsAre(HasSubstr("must be a word, not nothing")));
  EXPECT_THAT(said_of(changed("cloud: prod", "{a: b}: prod")), ElementsAre(HasSubstr("must be a word, not a mapping")));
}

TEST(HostileFiles, WordsOfAnOlderYamlStayWords) {
  EXPECT_EQ(read_policies(changed("cloud: prod", "cloud: no"), "f").policies.at(0).cloud, "no");
  EXPECT_EQ(read_policies(changed("[edx]", "[on, y, Off]"), "f").policies.at(0).servers.tags,
            (std::vector<std::string>{"on", "y", "Off"}));
}

TEST(HostileFiles, TagsDoNotChangeWhatAValueIs) {
  for (const std::string tag : {"!!binary aGk=", "!!str prod", "!local prod", "! prod", "!<x> prod"}) {
    EXPECT_THAT(said_of(changed("cloud: prod", "cloud: " + tag)), ElementsAre(HasSubstr("f:6:10: tags ("))) << tag;
  }
}

TEST(HostileFiles, NothingIsMissedWhereSomethingWasRefused) {
  EXPECT_THAT(said_of(changed("cloud: prod", "cloud: *prod")), ElementsAre(HasSubstr("is an alias")));
  EXPECT_THAT(said_of(changed("    names: [backend-2, backend-3]", "    names: &x [backend-2]\n    tags: *x") + ""),
              SizeIs(3))
      << "the anchor, the alias, and the tags that are there twice";
  EXPECT_THAT(said_of(changed("  servers:", "  <<: {a: b}\n  xyzzy:")),
              ElementsAre(HasSubstr("merge keys"), HasSubstr("spec.xyzzy: unknown field")));
  EXPECT_THAT(said_of("&a [*a]\n"), SizeIs(3));
}

TEST(HostileFiles, AMisspeltFieldIsOneErrorAndNotTwo) {
  EXPECT_THAT(said_of(changed("schedule:", "shedule:")),
              ElementsAre(HasSubstr("spec.shedule: unknown field: did you mean schedule?")));
  EXPECT_THAT(said_of(changed("servers:", "xyzzyxyzzy:")),
              ElementsAre(HasSubstr("spec.servers: is missing"), HasSubstr("spec.xyzzyxyzzy: unknown field")));
  EXPECT_THAT(said_of(changed("nameContains: mysql_data", "nameContians: mysql_data")),
              ElementsAre(HasSubstr("volumes.nameContians: unknown field: did you mean nameContains?")));
}

/// As many bytes as a file may have, of the worst that there is; `tests/bench/policy_bench` measures them.
TEST(HostileFiles, TheWorstThatFitsIsRefusedInFewWords) {
  for (const std::string_view part :
       {"[",    "{",  "[a,",    "{a: ",   "- ",     "? ", "*a ", "&a ",   "!x ", "a: &a x\n", "a: *a\n",
        "[a\n", "a,", "\"a\" ", "k: v\n", "%X y\n", "! ", ": ",  "a: - ", "'",   "\""}) {
    EXPECT_THAT(said_of(repeated(part, kMaxYamlBytes)), SizeIs(testing::AllOf(testing::Ge(1U), testing::Le(101U))))
        << part;
  }
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    const std::string name = "a" + std::to_string(i);
    bomb.append(name).append(": &").append(name).append(" [").append(before).append(", ").append(before).append("]\n");
  }
  EXPECT_THAT(said_of(bomb), testing::Contains(HasSubstr("f:2:10: aliases (*name) are not supported")));
}

class HostilePlaces : public testing::Test {
 protected:
  HostilePlaces() { std::filesystem::create_directory(folder_); }
  ~HostilePlaces() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  static std::string only_error(const std::string& path) {
    const auto read = read_policy_file(path);
    EXPECT_TRUE(read.policies.empty());
    EXPECT_EQ(read.errors.size(), 1U);
    return read.errors.empty() ? "" : read.errors[0].to_string();
  }

  std::filesystem::path folder_ = std::filesystem::path(testing::TempDir()) / ("hostile-" + support::random_hex(8));
};

TEST_F(HostilePlaces, WhatIsNoFileIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(only_error(path("pipe")),
            path("pipe") + ": is a pipe, and no file: write the policies to a file, and give that");
  EXPECT_EQ(only_error("/"), "/: is a folder, and no file: write the policies to a file, and give that");
  EXPECT_THAT(only_error("/dev/zero"), HasSubstr("/dev/zero: is a device, and no file"));
}

TEST_F(HostilePlaces, WhatCannotBeReadSaysWhy) {
  EXPECT_EQ(only_error("/nowhere/p.yaml"), "/nowhere/p.yaml: cannot be read: No such file or directory");
  std::filesystem::create_symlink("nowhere", path("dangling"));
  EXPECT_THAT(only_error(path("dangling")), HasSubstr("cannot be read: No such file or directory"));
  EXPECT_EQ(only_error("/proc/self/mem"), "/proc/self/mem: cannot be read: Input/output error");
}

TEST_F(HostilePlaces, AFileThatIsTooLargeIsNotReadToItsEnd) {
  { std::ofstream(path("large")) << "a: 1\n"; }
  std::filesystem::resize_file(path("large"), std::uintmax_t{1} << 40U);  // a hole
  const auto read = read_policy_file(path("large"));
  ASSERT_EQ(read.errors.size(), 1U);
  EXPECT_EQ(read.errors[0].to_string(),
            path("large") + ": the file is larger than 128 KiB: split it into several files");
  EXPECT_LE(read.text.size(), kMaxYamlBytes);
}

}  // namespace
}  // namespace stillpoint::policy
