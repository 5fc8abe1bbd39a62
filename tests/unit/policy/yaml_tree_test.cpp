#include "policy/yaml_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace stillpoint::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> errors_in(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto& error : read_yaml(text, "f").errors) {
    lines.push_back(error.to_string());
  }
  return lines;
}

Node scalar(const std::string& text) {
  const auto yaml = read_yaml("v: " + text + "\n", "f");
  EXPECT_TRUE(yaml.errors.empty()) << text;
  EXPECT_EQ(yaml.documents.size(), 1U) << text;
  return yaml.documents.at(0).root.members.at(0).value;
}

TEST(YamlTree, TypesPlainScalarsByTheCoreSchema) {
  using Kind = Node::Kind;
  const std::vector<std::pair<std::string, Kind>> cases = {
      {"", Kind::Null},        {"~", Kind::Null},        {"null", Kind::Null},     {"Null", Kind::Null},
      {"nUll", Kind::String},  {"true", Kind::Bool},     {"FALSE", Kind::Bool},    {"yes", Kind::String},
      {"no", Kind::String},    {"on", Kind::String},     {"y", Kind::String},      {"17", Kind::Integer},
      {"-3", Kind::Integer},   {"+3", Kind::Integer},    {"017", Kind::Integer},   {"0o17", Kind::Integer},
      {"0x1F", Kind::Integer}, {"0o8", Kind::String},    {"0b11", Kind::String},   {"1_000", Kind::String},
      {"1.5", Kind::Float},    {".5", Kind::Float},      {"5.", Kind::Float},      {"1e3", Kind::Float},
      {".inf", Kind::Float},   {"-.INF", Kind::Float},   {".nan", Kind::Float},    {"1e", Kind::String},
      {".", Kind::String},     {"1.2.3", Kind::String},  {"20s", Kind::String},    {"2026-11-24", Kind::String},
      {"'17'", Kind::String},  {"\"no\"", Kind::String}, {"'true'", Kind::String}, {"\"\"", Kind::String},
      {"5 1 *", Kind::String}, {"1:30", Kind::String},   {"+", Kind::String},      {"-.5", Kind::Float},
      {"''", Kind::String}};
  for (const auto& [text, kind] : cases) {
    EXPECT_EQ(scalar(text).kind, kind) << text;
  }
}

TEST(YamlTree, ReadsNumbers) {
  EXPECT_EQ(scalar("017").integer, 17) << "YAML 1.2 knows no octal by a leading zero";
  EXPECT_EQ(scalar("0o17").integer, 15);
  EXPECT_EQ(scalar("0xff").integer, 255);
  EXPECT_EQ(scalar("-42").integer, -42);
  EXPECT_DOUBLE_EQ(scalar("1.5e2").real, 150);
  EXPECT_TRUE(std::isnan(scalar(".nan").real));
  EXPECT_TRUE(std::isinf(scalar("-.inf").real));
  EXPECT_EQ(scalar("99999999999999999999").kind, Node::Kind::Float) << "does not wrap";
}

TEST(YamlTree, KeepsWhereEachNodeBegins) {
  const auto yaml = read_yaml("a:\n  - x\n  - {b: 2}\n", "f");
  const auto& list = yaml.documents.at(0).root.members.at(0).value;
  EXPECT_EQ(list.items.at(1).members.at(0).value.at.line, 3);
  EXPECT_EQ(list.items.at(1).members.at(0).value.at.column, 9);
  EXPECT_EQ(list.items.at(1).members.at(0).key_at.column, 6);
}

TEST(YamlTree, CountsColumnsInCharacters) {
  const auto yaml = read_yaml("{\"\xc3\xbc\xe2\x82\xac\": 1, b: 2}\n", "f");
  EXPECT_EQ(yaml.documents.at(0).root.members.at(0).value.at.column, 8);
  EXPECT_EQ(yaml.documents.at(0).root.members.at(1).key_at.column, 11);
}

TEST(YamlTree, MarksAMissingValueAtItsKey) {
  const auto yaml = read_yaml("a: 1\nb:\n\n\nc: 2\n", "f");
  EXPECT_EQ(yaml.documents.at(0).root.members.at(1).value.at.line, 2);
}

TEST(YamlTree, RefusesWhatPoliciesDoNotNeed) {
  EXPECT_THAT(errors_in("a: &x 1\nb: *x\n"),
              ElementsAre("f:1:4: anchors (&name) are not supported: remove the anchor",
                          "f:2:4: aliases (*name) are not supported: write the value out"));
  EXPECT_THAT(errors_in("a: {<<: {b: 1}}\n"), ElementsAre(HasSubstr("f:1:5: merge keys (<<)")));
  EXPECT_THAT(errors_in("a: !!int 1\n"), ElementsAre(HasSubstr("f:1:4: tags (tag:yaml.org,2002:int)")));
  EXPECT_THAT(errors_in("a: !x [1]\n"), ElementsAre(HasSubstr("f:1:4: tags (!x)")));
  EXPECT_THAT(errors_in("a: 1\nb: 2\na: 3\n"),
              ElementsAre(HasSubstr("f:3:1: the field \"a\" stands here a second time")));
  EXPECT_THAT(errors_in("a: 1\n\"a\": 3\n"), ElementsAre(HasSubstr("f:2:1: the field \"a\"")));
  EXPECT_THAT(errors_in("? [a]\n: 1\n"), ElementsAre(HasSubstr("a field's name must be a word, not a list")));
  EXPECT_THAT(errors_in("~: 1\n"), ElementsAre(HasSubstr("must be a word, not nothing")));
  EXPECT_THAT(errors_in("&a [*a]\n"), testing::SizeIs(2)) << "a structure that holds itself";
}

TEST(YamlTree, AQuotedMergeKeyIsAnOrdinaryKey) {
  EXPECT_TRUE(errors_in("\"<<\": 1\n").empty());
}

TEST(YamlTree, ReportsSyntaxWithItsPlace) {
  EXPECT_THAT(errors_in("a: 1\nb: [1, 2\n"), ElementsAre(HasSubstr(": not valid YAML: ")));
  EXPECT_THAT(errors_in("a: b: c\n"), ElementsAre(HasSubstr("f:1:5: not valid YAML: ")));
  EXPECT_THAT(errors_in("a:\n\tb: 1\n"), testing::SizeIs(1));
  EXPECT_THAT(errors_in("a: *nowhere\n"), testing::SizeIs(1));
}

TEST(YamlTree, KeepsTheDocumentsBeforeASyntaxError) {
  const auto yaml = read_yaml("a: 1\n---\nb: [\n", "f");
  EXPECT_EQ(yaml.documents.size(), 1U);
  EXPECT_EQ(yaml.errors.size(), 1U);
}

TEST(YamlTree, RefusesBytesThatAreNotText) {
  EXPECT_THAT(errors_in("a: 1\nb: \xff\n"), ElementsAre(HasSubstr("f:2:4: not UTF-8 text")));
  EXPECT_THAT(errors_in(std::string_view("a: 1\0", 5)), ElementsAre(HasSubstr("f:1:5: a NUL byte")));
  for (const std::string_view bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\x80"}) {
    EXPECT_THAT(errors_in(bad), ElementsAre(HasSubstr("not UTF-8"))) << "overlong, surrogate, too high or cut off";
  }
  EXPECT_TRUE(errors_in("a: \xf0\x9f\x98\x80\n").empty());
}

TEST(YamlTree, BoundsDepth) {
  EXPECT_TRUE(errors_in(std::string(32, '[') + std::string(32, ']')).empty());
  EXPECT_THAT(errors_in(std::string(33, '[') + std::string(33, ']')),
              ElementsAre("f:1:33: nested more than 32 levels deep: policies need fewer"));
  EXPECT_THAT(errors_in(std::string(100000, '[')), testing::SizeIs(1));
  EXPECT_THAT(errors_in(std::string(100000, '{')), testing::SizeIs(1));
}

TEST(YamlTree, BoundsSizeAndCount) {
  EXPECT_THAT(errors_in(std::string(kMaxYamlBytes + 1, ' ')),
              ElementsAre(HasSubstr("f: the file is larger than 128 KiB: split it")));
  std::string many = "[";
  for (int i = 0; i < kMaxYamlNodes; ++i) {
    many += "1,";
  }
  EXPECT_THAT(errors_in(many + "]"), ElementsAre(HasSubstr("more than 50000 values")));
}

TEST(YamlTree, ManyKeysAreReadInGoodTime) {
  std::string many;
  for (int i = 0; many.size() < kMaxYamlBytes - 20; ++i) {
    many += "k" + std::to_string(i) + ": 1\n";
  }
  EXPECT_TRUE(errors_in(many).empty());
}

TEST(YamlTree, DescribesValuesSafely) {
  EXPECT_EQ(describe(scalar("12")), "the number 12");
  EXPECT_EQ(describe(scalar("\"a\\x1b[31m\"")), "\"a?[31m\"");
  EXPECT_EQ(describe(scalar("[]")), "a list");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

}  // namespace
}  // namespace stillpoint::policy
