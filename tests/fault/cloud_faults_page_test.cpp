// docs/cloud-faults.md names tests that there are, and every kind of fault that the embedded cloud has.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "cloudsim/fault_plan.hpp"

namespace stillpoint {
namespace {

std::filesystem::path project_folder() {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
}

std::string slurp(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string page() {
  return slurp(project_folder() / "docs" / "cloud-faults.md");
}

/// `Suite.Name` of every test in the sources.
std::set<std::string> tests_that_there_are() {
  static const std::regex declaration(R"(\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\))");
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(project_folder() / "tests")) {
    if (!entry.path().filename().string().ends_with("_test.cpp")) {
      continue;
    }
    const std::string source = slurp(entry.path());
    for (std::sregex_iterator match(source.begin(), source.end(), declaration), end; match != end; ++match) {
      found.insert((*match)[1].str() + "." + (*match)[2].str());
    }
  }
  return found;
}

TEST(CloudFaultsPage, NamesTestsThatThereAre) {
  static const std::regex name(R"(`([A-Z]\w+\.[A-Z]\w+)`)");
  const auto known = tests_that_there_are();
  const std::string text = page();
  size_t named = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), name), end; match != end; ++match, ++named) {
    EXPECT_TRUE(known.contains((*match)[1])) << "there is no test " << (*match)[1];
  }
  EXPECT_GT(named, 40U) << "the tables were not read";
}

TEST(CloudFaultsPage, EveryRowNamesATest) {
  std::istringstream lines(page());
  for (std::string line; std::getline(lines, line);) {
    const bool is_row =
        std::count(line.begin(), line.end(), '|') == 5 && !line.starts_with("| ---") && !line.starts_with("| fault |");
    EXPECT_TRUE(!is_row || std::regex_search(line, std::regex(R"(`[A-Z]\w+\.[A-Z]\w+`[^|]*\|$)"))) << line;
  }
}

TEST(CloudFaultsPage, NamesEveryKindOfFault) {
  const std::string text = page();
  for (const auto& kind : cloudsim::fault_kinds()) {
    EXPECT_NE(text.find("`" + kind.name + "`"), std::string::npos) << kind.name;
  }
}

}  // namespace
}  // namespace stillpoint
