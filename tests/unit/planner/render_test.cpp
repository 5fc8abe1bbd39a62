// What programs read of a plan, against the published schema.

#include "planner/render.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes/objects.hpp"
#include "fakes/published_schema.hpp"

namespace stillpoint::planner {
namespace {

using fakes::at;
using nlohmann::json;

const auto kRenderedSlot = at("2026-11-24T12:00:00Z");

class RenderTest : public ::testing::Test {
 protected:
  /// Empty if the document fits the schema.
  std::string schema_says(const json& document) { return schema_.objections(document.dump()); }

  static Action action(decltype(Action::what) what) {
    return {"edx", fakes::kServer, "backend\x1b[31m", "mysql", "SlotDue", "about a volume '\x1b[31m'", std::move(what)};
  }

  /// An action of each verb, and one that is about all policies.
  static Plan everything() {
    const auto snapshots = std::vector{fakes::snapshot({.id = "s1", .slot = kRenderedSlot})};
    const auto points = inventory::assemble(snapshots, "default");
    const auto attempt = points.series.begin()->second.at(0).attempts.at(0);
    CreatePoint create;
    create.slot = kRenderedSlot;
    create.point = "p1";
    create.max_hold = std::chrono::seconds(20);
    create.terms = "0011";
    create.volumes = {fakes::volume("v1", "mysql_data")};
    Plan plan;
    plan.actions = {action(create),
                    action(Relabel{attempt}),
                    action(Prune{attempt}),
                    action(Sweep{attempt}),
                    action(Wait{kRenderedSlot}),
                    action(Blocked{support::ErrorKind::QuotaExceeded}),
                    action(Complete{attempt}),
                    action(Skip{kRenderedSlot, 3})};
    Action all = action(Blocked{});
    all.policy = all.dataset = all.server_name = "";
    all.server = {};
    plan.actions.push_back(all);
    plan.orphans = {{{"edx", fakes::kServer, "old"}, "gone\x1b[31m", "DatasetGone", 3, 30, kRenderedSlot},
                    {{"other", fakes::kServer, "mysql"}, "web-1", "PolicyUnknown", 2, 20, std::nullopt},
                    {{"other", fakes::kServer, "www"}, "web-1", "PolicyUnknown", 1, 10, kRenderedSlot}};
    plan.strangers = {
        {cloud::SnapshotId("f1"), "mysql\x1b[31m", {"edx", fakes::kServer, "mysql"}, "Foreign", "no mark"},
        {cloud::SnapshotId("f2"), "other", {"edx", fakes::kServer, "mysql"}, "Foreign", "no mark"},
        {cloud::SnapshotId("f3"), "odd", {}, "Unreadable", "stillpoint.slot is missing"}};
    return plan;
  }

  static json document_of(const std::vector<CloudPlan>& plans) {
    return json::parse(render_json(plans, Wishes(), kRenderedSlot));
  }

  fakes::PublishedSchema schema_{"plan.schema.json"};
};

TEST_F(RenderTest, EveryVerbFitsTheSchema) {
  const auto document = document_of({{"prod", everything()}, {"", Plan()}});
  EXPECT_EQ(schema_says(document), "") << document.dump(2);
  EXPECT_EQ(document["clouds"], json::parse(R"(["prod", ""])"));
  EXPECT_EQ(document["actions"].size(), 9U);
  EXPECT_EQ(document["counts"]["blocked"], 2);
  EXPECT_EQ(document["orphans"].size(), 3U);
  EXPECT_EQ(document["strangers"].size(), 3U);
}

TEST_F(RenderTest, OrphansAreListedAndThoseOfOtherPoliciesCounted) {
  EXPECT_EQ(render_text({{}, everything().orphans, {}}, Colour::Off),
            "Nothing to do: what exists is what the policies ask for.\n"
            "\nOrphaned, and pruned by no rule:\n"
            "  policy edx, server gone?[31m (5f0e1d2c-0000-4000-8000-000000000001), dataset old: 3 points, 30 GiB, "
            "newest 2026-11-24T12:00:00Z  DatasetGone\n"
            "  policy other is not among those given: 2 series, 3 points\n");
}

TEST_F(RenderTest, StrangersAreCountedForEachDataset) {
  EXPECT_EQ(render_text({{}, {}, everything().strangers}, Colour::Off),
            "Nothing to do: what exists is what the policies ask for.\n"
            "\nNot this installation's, and left alone:\n"
            "  of volumes that nothing selects: 1 snapshot, such as f3 'odd'  Unreadable: stillpoint.slot is missing\n"
            "  policy edx, server 5f0e1d2c-0000-4000-8000-000000000001, dataset mysql: 2 snapshots, such as f1 "
            "'mysql?[31m'  Foreign: no mark\n");
}

TEST_F(RenderTest, TheTextCountsVerbsAndCosts) {
  const auto text = render_text(everything(), Colour::Off);
  EXPECT_NE(
      text.find("Plan: 1 to create, 1 to complete, 1 to relabel, 1 to prune, 1 to sweep, 1 skipped, 1 waiting, 2 "
                "blocked.\nCost: 1 snapshot and 10 GiB more of the quotas, 2 snapshots and 20 GiB freed, holds of "
                "20s together at most.\n"),
      std::string::npos)
      << text;
}

TEST_F(RenderTest, AnEmptyPlanFitsTheSchema) {
  EXPECT_EQ(schema_says(document_of({})), "");
}

TEST_F(RenderTest, SeveralCloudsAreOneDocumentThatCountsThemTogether) {
  const auto document = document_of({{"lab", everything()}, {"prod", everything()}});
  EXPECT_EQ(document["counts"]["create"], 2);
  EXPECT_EQ(document["actions"].front()["cloud"], "lab");
  EXPECT_EQ(document["actions"].back()["cloud"], "prod");
}

TEST_F(RenderTest, TheSchemaRefusesWhatARenderedPlanNeverIs) {
  const auto good = document_of({{"prod", everything()}});
  for (const char* field : {"cloud", "verb", "policy", "server", "serverName", "dataset", "reason", "message"}) {
    auto bad = good;
    bad["actions"][0].erase(field);
    EXPECT_NE(schema_says(bad), "") << field;
  }
  const std::vector<std::pair<int, const char*>> own{
      {0, "cost"},  {0, "terms"}, {0, "slot"}, {0, "volumes"}, {1, "attempt"}, {2, "snapshots"},  {3, "point"},
      {4, "until"}, {5, "kind"},  {3, "cost"}, {6, "attempt"}, {7, "slot"},    {7, "missedSlots"}};
  for (const auto& [index, field] : own) {
    auto bad = good;
    bad["actions"][index].erase(field);
    EXPECT_NE(schema_says(bad), "") << field;
  }
  for (const char* patch : {R"({"kind": "Plans"})", R"({"clouds": null})", R"({"counts": {"wait": null}})",
                            R"({"actions": {}})", R"({"orphans": null})", R"({"orphans": [{"why": "Gone"}]})",
                            R"({"strangers": null})", R"({"strangers": [{"why": "Odd"}]})", R"({"madeAt": null})",
                            R"({"installation": null})", R"({"allowMassDelete": "no"})"}) {
    auto bad = good;
    bad.merge_patch(json::parse(patch));
    EXPECT_NE(schema_says(bad), "") << patch;
  }
}

TEST_F(RenderTest, ForeignTextIsPrintable) {
  const auto plan = everything();
  EXPECT_EQ(render_text(plan, Colour::Off).find('\x1b'), std::string::npos);
  EXPECT_EQ(document_of({{"prod", plan}}).dump().find("\\u001b"), std::string::npos);
}

}  // namespace
}  // namespace stillpoint::planner
