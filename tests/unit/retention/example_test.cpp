// The worked example of docs/retention.md is true to the letter.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "histories.hpp"
#include "policy/reader.hpp"

namespace stillpoint::retention {
namespace {

std::string example_text() {
  std::ifstream stream(std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path() /
                       "docs" / "retention.md");
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// What stands between two lines.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  const auto end = text.find(to, begin + from.size());
  EXPECT_NE(end, std::string::npos) << from;
  return text.substr(begin + from.size(), end - begin - from.size());
}

std::vector<std::vector<std::string>> rows_of(const std::string& table) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| 20")) {
      std::vector<std::string> cells;
      for (const auto& cell : support::split(line, '|')) {
        cells.emplace_back(support::trim(cell));
      }
      rows.push_back(std::vector<std::string>(cells.begin() + 1, cells.end() - 1));
    }
  }
  return rows;
}

TEST(RetentionExample, EveryRowOfTheTableIsWhatIsDecided) {
  const std::string text = example_text();
  const auto read = policy::read_policies(between(text, "```yaml\n", "```"), "docs/retention.md");
  ASSERT_TRUE(read.errors.empty()) << read.errors.front().to_string();
  const auto& policy = read.policies.at(0);
  const auto rows = rows_of(between(text, "<!-- the example's points -->\n", "<!-- end -->"));
  ASSERT_GE(rows.size(), 15U);
  const auto now = fakes::at(between(text, "At `", "`"));

  std::vector<cloud::Snapshot> snapshots;
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 6U);
    const std::string number = std::to_string(snapshots.size());
    snapshots.push_back(fakes::snapshot({.id = "s" + number,
                                         .slot = fakes::at(row[0]),
                                         .attempt = "a" + number,
                                         .consistency = policy::parse_consistency(row[2]).value(),
                                         .pin = row[3] == "-" ? "" : "audit",
                                         .pin_until = row[3] == "-" ? "" : row[3]}));
  }
  const auto series = series_of_snapshots(snapshots);
  const auto agreed = terms_of(policy, policy.datasets.at(0)).value();
  const auto outcome = decide(series, agreed, now, MassDelete::Allow);
  ASSERT_EQ(outcome.decisions.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto& decision = outcome.decisions[i];
    const auto local = agreed.calendar.local(decision.attempt->slot);
    const auto clock = support::format_utc(support::WallTime(local.since_epoch));
    EXPECT_EQ(rows[i][1], clock.substr(0, 10) + " " + clock.substr(11, 5)) << rows[i][0];
    EXPECT_EQ(rows[i][4], decision.fate == Decision::Fate::Keep ? "keep" : "prune") << rows[i][0];
    EXPECT_EQ(rows[i][5], describe(decision, outcome, agreed, now)) << rows[i][0];
  }
}

}  // namespace
}  // namespace stillpoint::retention
