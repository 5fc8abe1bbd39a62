// A rehearsal as people, programs and eyes read it.

#include "rehearsal/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fakes/objects.hpp"
#include "fakes/published_schema.hpp"
#include "rehearsal/picture.hpp"

namespace stillpoint::rehearsal {
namespace {

using fakes::at;
using nlohmann::json;
using std::chrono::hours;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RehearsalRenderTest : public ::testing::Test {
 protected:
  RehearsalRenderTest() {
    policy_.retention.keep_last = 2;
    policy::Blackout blackout;
    blackout.from = at("2026-11-24T14:00:00Z");
    blackout.to = at("2026-11-24T15:30:00Z");
    blackout.reason = "<migration> & more";
    policy_.schedule.blackouts = {blackout};
    policy_.servers.names = {"back<end>&\x1b[31m"};
    observed_.servers = {fakes::server("back<end>&\x1b[31m")};
    observed_.volumes = {fakes::volume("vol-mysql", "mysql_data"), fakes::volume("vol-2", "second"),
                         fakes::volume("vol-3", "third")};
    observed_.quota = {{"snapshots", {5, 2, 0}}, {"gigabytes", {1000, 0, 0}}, {"snapshots_rbd", {5, 0, 0}}};
    observed_.snapshots = {fakes::snapshot({.id = "old", .slot = at("2026-11-20T12:00:00Z"), .dataset = "gone"}),
                           fakes::snapshot({.id = "s1", .slot = at("2026-11-24T11:00:00Z"), .pin = "auditor"})};
  }

  /// Something of everything: what is kept, pruned, missed, blacked out, never held, suspended and orphaned.
  Rehearsal everything() const {
    auto other = policy_;
    other.name = "never";
    other.datasets[0].volumes.name_contains = "second";
    other.cluster.name = "galera";
    other.cluster.writer.addresses = {"192.0.2.12"};
    auto idle = policy_;
    idle.name = "idle";
    idle.datasets[0].volumes.name_contains = "third";
    idle.suspend = true;
    auto lost = policy_;
    lost.name = "lost";
    lost.servers.names = {"nobody"};
    auto tight = observed_;
    tight.quota["snapshots"].limit = 4;
    auto rehearsal =
        rehearse({policy_, other, idle, lost}, tight, {}, {at("2026-11-24T12:40:00Z"), at("2026-11-24T21:40:00Z")})
            .value();
    rehearsal.assumptions = {"a \x1b[31m sentence"};
    rehearsal.series.front().guarded_since = at("2026-11-24T13:00:00Z");
    rehearsal.series.front().guard_message = "too many";
    return rehearsal;
  }
  Rehearsal plain() const {
    return rehearse({policy_}, observed_, {}, {at("2026-11-24T12:40:00Z"), at("2026-11-24T21:40:00Z")}).value();
  }

  policy::Policy policy_ = fakes::policy();
  planner::Observed observed_;
  fakes::PublishedSchema schema_{"rehearsal.schema.json"};
};

TEST_F(RehearsalRenderTest, TheJsonFitsTheSchema) {
  const auto document = json::parse(render_rehearsal_json({{"prod", everything()}, {"", plain()}}));
  EXPECT_EQ(schema_.objections(document.dump()), "") << document.dump(2);
  EXPECT_EQ(document["clouds"], json::parse(R"(["prod", ""])"));
  EXPECT_EQ(document["from"], "2026-11-24T12:40:00Z");
  EXPECT_EQ(document["to"], "2026-11-24T21:40:00Z");
}

TEST_F(RehearsalRenderTest, TheSchemaRefusesWhatARehearsalNeverIs) {
  const auto good = json::parse(render_rehearsal_json({{"prod", everything()}}));
  for (const char* field :
       {"cloud", "policy", "server", "serverName", "dataset", "suspended", "slots", "unserved", "atEnd", "atWorst"}) {
    auto bad = good;
    bad["datasets"][0].erase(field);
    EXPECT_NE(schema_.objections(bad.dump()), "") << field;
  }
  for (const char* patch :
       {R"({"kind": "Plan"})", R"({"from": "soon"})", R"({"quotas": null})", R"({"datasets": [{}]})",
        R"({"quotas": [{"resource": "snapshots"}]})", R"({"problems": [1]})", R"({"assumptions": ["text"]})"}) {
    auto bad = good;
    bad.merge_patch(json::parse(patch));
    EXPECT_NE(schema_.objections(bad.dump()), "") << patch;
  }
}

TEST_F(RehearsalRenderTest, TheJsonHasEveryPointOfTheEndAndOfTheWorstMoment) {
  const auto document = json::parse(render_rehearsal_json({{"prod", plain()}}));
  const auto& dataset = document["datasets"][0];
  EXPECT_EQ(dataset["atEnd"]["points"], dataset["atEnd"]["kept"].size());
  EXPECT_EQ(dataset["atWorst"]["points"], dataset["atWorst"]["slots"].size());
  size_t missed = 0;
  for (const auto& run : dataset["unserved"]) {
    missed += run["fate"] == "missed" ? run["count"].get<size_t>() : 0;
  }
  EXPECT_EQ(dataset["slots"]["missed"], missed);
}

TEST_F(RehearsalRenderTest, TheTextSaysWhatIsMissedBlackedOutAndKept) {
  EXPECT_THAT(render_rehearsal_text(plain()),
              AllOf(HasSubstr("      9 slots: 7 made, 0 missed, 2 blacked out\n"
                              "        . blacked out 2, 2026-11-24T14:00:00Z to 2026-11-24T15:00:00Z  <migration> & "
                              "more\n"
                              "      longest gap 3h, 2026-11-24T13:00:00Z to 2026-11-24T16:00:00Z\n"),
                    HasSubstr("      at the end 3 points, 30 GiB\n"
                              "        keepLast    2  2026-11-24T20:00:00Z, 2026-11-24T21:00:00Z\n"
                              "        Pinned      1  2026-11-24T11:00:00Z\n"
                              "      at worst 4 points, 40 GiB, at 2026-11-24T17:00:00Z\n")))
      << render_rehearsal_text(plain());
}

TEST_F(RehearsalRenderTest, ForeignTextIsPrintable) {
  const auto rehearsal = everything();
  EXPECT_THAT(render_rehearsal_text(rehearsal), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_rehearsal_json({{"prod", rehearsal}}), Not(HasSubstr("\\u001b")));
  EXPECT_THAT(render_rehearsal_svg({{"pr<o>d", rehearsal}, {"other", rehearsal}}),
              AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("back<end>")), Not(HasSubstr("pr<o>d")),
                    HasSubstr("back&lt;end&gt;&amp;?[31m"), HasSubstr("pr&lt;o&gt;d")));
}

/// Whether every element of the document ends where it should, and every `&` begins an entity.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  for (size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '&' && xml.find(';', i) - i > 5) {
      return false;
    }
    if (xml[i] != '<') {
      continue;
    }
    const auto end = xml.find('>', i);
    const std::string tag = xml.substr(i + 1, end - i - 1);
    if (end == std::string::npos || tag.find('<') != std::string::npos) {
      return false;
    }
    if (tag.front() == '/') {
      if (open.empty() || open.back() != tag.substr(1)) {
        return false;
      }
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(tag.substr(0, tag.find_first_of(" \n")));
    }
    i = end;
  }
  return open.empty();
}

TEST_F(RehearsalRenderTest, ThePictureIsWellFormedAndSaysInWordsWhatItShows) {
  const auto svg = render_rehearsal_svg({{"prod", everything()}});
  EXPECT_TRUE(is_well_formed(svg)) << svg;
  EXPECT_THAT(svg, AllOf(HasSubstr("role=\"img\" aria-labelledby=\"title desc\""),
                         HasSubstr("<title id=\"title\">Rehearsal: 24 Nov 2026 to 24 Nov 2026 (9h)</title>"),
                         HasSubstr("mysql of back&lt;end&gt;"), HasSubstr("prefers-color-scheme:dark")));
}

TEST_F(RehearsalRenderTest, TheLegendNamesWhatOccursAndNothingElse) {
  EXPECT_THAT(render_rehearsal_svg({{"prod", plain()}}),
              AllOf(HasSubstr(">keepLast</text>"), HasSubstr(">blackout</text>"), Not(HasSubstr(">weekly</text>")),
                    Not(HasSubstr(">missed</text>"))));
}

TEST_F(RehearsalRenderTest, WithoutARehearsalThereIsNoPicture) {
  EXPECT_EQ(render_rehearsal_svg({}), "");
}

TEST(TimeAxisTest, HasADozenTicksAtMostWhateverTheLength) {
  const auto from = at("2026-11-24T12:34:00Z");
  for (const int length : {1, 5, 30, 100, 24 * 10, 24 * 90, 24 * 365, 24 * 3650}) {
    const TimeAxis axis({from, from + hours(length)}, 100, 500);
    const auto ticks = axis.ticks();
    EXPECT_LE(ticks.size(), 12U) << length;
    EXPECT_GE(ticks.size(), length > 1 ? 2U : 1U) << length;
    for (const auto& tick : ticks) {
      EXPECT_GE(tick.x, 100);
      EXPECT_LE(tick.x, 600);
    }
  }
}

TEST(StripTest, WhatLiesSideBySideIsOne) {
  const auto from = at("2026-11-24T00:00:00Z");
  const TimeAxis axis({from, from + hours(100)}, 0, 100);
  Strip strip(axis);
  strip.add(from + hours(10), from + hours(10));
  strip.add(from + hours(12), from + hours(14));
  strip.add(from + hours(50), from + hours(50));
  EXPECT_EQ(strip.path(5, 3), "M10 5h5v3h-5zM50 5h2v3h-2z");
}

TEST(FormatSpan, HasTwoUnitsAtMost) {
  EXPECT_EQ(format_span(std::chrono::seconds(0)), "0s");
  EXPECT_EQ(format_span(std::chrono::minutes(65)), "1h 5m");
  EXPECT_EQ(format_span(hours(49)), "2d 1h");
  EXPECT_EQ(format_span(hours(48) + std::chrono::minutes(5)), "2d");
  EXPECT_EQ(format_span(std::chrono::milliseconds(40900)), "40s");
}

}  // namespace
}  // namespace stillpoint::rehearsal
