// A policy as a tree: written again, changed, and compared.

#include "policy/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"
#include "policy/reader.hpp"
#include "policy/spec_hash.hpp"
#include "policy/yaml_writer.hpp"

namespace stillpoint::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Node tree(const std::string& text) {
  return documents_of(text, "f").at(0);
}

/// `PATH: BEFORE -> AFTER` of each change.
std::vector<std::string> changes(const std::string& before, const std::string& after) {
  std::vector<std::string> lines;
  for (const auto& change : changes_between(tree(before), tree(after))) {
    lines.push_back(change.path + ": " + change.before + " -> " + change.after);
  }
  return lines;
}

TEST(Document, IsWrittenAsItReads) {
  const std::string text = every_field();
  const auto written = write_yaml(tree(text));
  EXPECT_THAT(changes(text, written), IsEmpty()) << written;
  EXPECT_EQ(write_yaml(tree(written)), written);
  EXPECT_THAT(read_policies(written, "f").errors, IsEmpty()) << written;
}

TEST(Document, WhatReadsAsSomethingElseIsQuoted) {
  const std::string text =
      "metadata: {\"role: x\": \"a # b\", \"12\": \"12\", 'true': \"no\", \"~\": \"null\"}\n"
      "list: [\"- x\", \"1.5\", '', \"a\\tb\", \"2026-11-24T00:00:00Z\", \"[x]\", \"\xC3\xA9\", \"@daily\", \"*/5 * * "
      "* *\"]\n"
      "nothing: null\nreal: 1.5\nyes: true\nempty: {}\n";
  const auto written = write_yaml(tree(text));
  EXPECT_EQ(spec_hash(tree(written)), spec_hash(tree(text))) << written;
}

TEST(Document, ChangesAreToldFieldByField) {
  const std::string before = "a: 1\nspec:\n  retention: {keepLast: 7, floor: 2}\n  names: [a, b]\n";
  EXPECT_THAT(changes(before, before), IsEmpty());
  EXPECT_THAT(
      changes(before, "# other layout\nspec: {names: [a, \"b\"], retention: {floor: 0x2, keepLast: 7}}\na: 1\n"),
      IsEmpty());
  EXPECT_THAT(changes(before, "a: 1\nspec:\n  retention: {keepLast: 3, daily: 4}\n  names: [b, a]\n"),
              ElementsAre("spec.retention.keepLast: 7 -> 3", "spec.retention.daily:  -> 4",
                          "spec.retention.floor: 2 -> ", "spec.names: [a, b] -> [b, a]"));
  EXPECT_THAT(changes(before, "a: \"1\"\nspec: none\n"),
              ElementsAre("a: 1 -> \"1\"", "spec: {retention: {keepLast: 7, floor: 2}, names: [a, b]} -> none"));
}

TEST(Document, ItemsWithNamesAreToldByThem) {
  EXPECT_THAT(changes("d: [{name: x, v: 1}, {name: y, v: 2}]\n", "d: [{name: z}, {name: y, v: 3}]\n"),
              ElementsAre("d[z]:  -> {name: z}", "d[y].v: 2 -> 3", "d[x]: {name: x, v: 1} -> "));
}

TEST(Document, FieldsAreSetAndTakenOut) {
  Node document = tree("metadata: {name: a}\n");
  set_node(document, {"metadata", "annotations", "x"}, text_node("1"));
  set_node(document, {"spec", "startAt"}, text_node("2026-11-24T00:00:00Z"));
  EXPECT_EQ(write_yaml(document),
            "metadata: {name: a, annotations: {x: \"1\"}}\nspec: {startAt: 2026-11-24T00:00:00Z}\n");
  EXPECT_EQ(find_node(document, {"metadata", "annotations", "x"})->text, "1");
  EXPECT_EQ(find_node(document, {"metadata", "none", "x"}), nullptr);
  erase_node(document, {"metadata", "annotations"});
  erase_node(document, {"nothing", "here"});
  EXPECT_EQ(write_yaml(document), "metadata: {name: a}\nspec: {startAt: 2026-11-24T00:00:00Z}\n");
}

}  // namespace
}  // namespace stillpoint::policy
