// `validate` as a user runs it: several files, folders and documents, and every error of them in one run.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "fakes/published_schema.hpp"
#include "runner.hpp"

namespace stillpoint::app {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ValidateTest : public FilesTest {
 protected:
  /// The document, which fits its schema.
  json validate_json(std::vector<std::string> paths) {
    std::vector<std::string> arguments{"validate", "-o", "json"};
    for (auto& path : paths) {
      arguments.insert(arguments.end(), {"-f", std::move(path)});
    }
    code_ = run_files(arguments);
    EXPECT_EQ(err_, "");
    EXPECT_EQ(schema_.objections(out_), "") << out_;
    return json::parse(out_);
  }

  fakes::PublishedSchema schema_{"validation.schema.json"};
  int code_ = -1;
};

TEST_F(ValidateTest, JsonHasAllPoliciesOfAllDocumentsFilesAndFolders) {
  const auto file = write("two.yaml", small("a") + "---\n" + small("b", "  suspend: true\n"));
  write("folder/c.yaml", small("c"));
  write("folder/d.yml", small("d"));
  write("folder/notes.txt", "not a policy");
  write("folder/.hidden.yaml", "not: [a policy");
  const auto document = validate_json({file, path("folder")});
  EXPECT_EQ(code_, 0);
  EXPECT_EQ(document["valid"], true);
  EXPECT_EQ(document["errors"], json::array());
  ASSERT_EQ(document["policies"].size(), 4U);
  EXPECT_EQ(document["policies"][0]["name"], "a");
  EXPECT_EQ(document["policies"][0]["file"], file);
  EXPECT_EQ(document["policies"][0]["line"], 3);
  EXPECT_EQ(document["policies"][0]["datasets"], json::parse(R"(["data"])"));
  EXPECT_THAT(document["policies"][0]["nextSlot"].get<std::string>(), testing::EndsWith("T00:00:00Z"));
  EXPECT_EQ(document["policies"][0]["suspended"], false);
  EXPECT_EQ(document["policies"][1]["suspended"], true);
  EXPECT_EQ(document["policies"][1]["line"], 12);
  EXPECT_EQ(document["policies"][3]["name"], "d");
}

TEST_F(ValidateTest, JsonHasAllErrorsOfAllFilesBesideThePoliciesThatAreGood) {
  write("a.yaml", small("a", "  suspend: yes\n  clowd: x\n"));
  write("b.yaml", small("b"));
  write("c.yaml", small("c", "  retention: {keepLast: 0}\n") + "---\n" + small("d"));
  std::string late = small("e");
  late.replace(late.find("@daily"), 6, "0 0 30 2 *");
  write("e.yaml", late);
  const auto document = validate_json({folder_.string(), path("none.yaml")});
  EXPECT_EQ(code_, 2);
  EXPECT_EQ(document["valid"], false);
  ASSERT_EQ(document["policies"].size(), 2U);
  EXPECT_EQ(document["policies"][0]["name"], "b");
  EXPECT_EQ(document["policies"][1]["name"], "d");
  ASSERT_EQ(document["errors"].size(), 5U) << out_;
  const auto& first = document["errors"][0];
  EXPECT_EQ(first["file"], path("a.yaml"));
  EXPECT_EQ(first["line"], 9);
  EXPECT_EQ(first["column"], 12);
  EXPECT_EQ(first["path"], "spec.suspend");
  EXPECT_EQ(first["message"], "expected true or false, found \"yes\"");
  EXPECT_EQ(first["remedy"], "write true");
  EXPECT_EQ(first["source"], "  suspend: yes");
  EXPECT_EQ(first["caret"], 11);
  EXPECT_EQ(first["text"], path("a.yaml") + ":9:12: spec.suspend: expected true or false, found \"yes\": write true");
  EXPECT_EQ(document["errors"][1]["remedy"], "did you mean cloud?");
  EXPECT_EQ(document["errors"][2]["path"], "spec.retention.keepLast");
  EXPECT_EQ(document["errors"][3]["file"], path("none.yaml"));
  EXPECT_FALSE(document["errors"][3].contains("line"));
  EXPECT_EQ(document["errors"][4]["path"], "spec.schedule.cron");
  EXPECT_EQ(document["errors"][4]["file"], path("e.yaml"));
}

TEST_F(ValidateTest, JsonIsADocumentWhateverAFileHolds) {
  write("x.yaml", "a: \xff\x1b[31m\n");
  write(std::string("n\x1b[31m\xff.yaml"), small("n") + "...\n{\n");
  const auto document = validate_json({folder_.string()});
  EXPECT_EQ(code_, 2);
  EXPECT_EQ(document["errors"].size(), 2U);
  EXPECT_THAT(out_, Not(HasSubstr("\x1b")));
}

TEST_F(ValidateTest, JsonTellsATombstone) {
  std::string text = small("gone");
  text.replace(text.find("name: gone"), 10, "name: gone, deletionTimestamp: 2026-11-24T09:00:00Z");
  const auto document = validate_json({write("gone.yaml", text)});
  EXPECT_EQ(document["policies"][0]["deleted"], true);
  EXPECT_EQ(document["policies"][0]["nextSlot"], nullptr);
  EXPECT_EQ(run_files({"validate", "-f", path("gone.yaml")}), 0);
  EXPECT_THAT(out_, HasSubstr("1 dataset, deleted at 2026-11-24T09:00:00Z: its points stay\n"));
}

TEST_F(ValidateTest, ErrorsOfOneFileStandTogetherInItsOrder) {
  std::string late = small("a", "  clowd: x\n");
  late.replace(late.find("@daily"), 6, "0 0 30 2 *");
  const auto file = write("b.yaml", late + "---\n" + small("c", "  suspend: 1\n"));
  std::string zone = small("d");
  zone.replace(zone.find("{cron"), 5, "{timeZone: Mars, cron");
  write("d.yaml", small("d0", "  x: 1\n") + "---\n" + zone);
  EXPECT_EQ(run_files({"validate", "-f", path("d.yaml"), "-f", file}), 2);
  std::vector<std::string> places;
  std::istringstream lines(err_);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(folder_.string())) {
      places.push_back(line.substr(folder_.string().size() + 1, line.find(": ") - folder_.string().size() - 1));
    }
  }
  EXPECT_EQ(places,
            (std::vector<std::string>{"d.yaml:9:3", "d.yaml:16:24", "b.yaml:6:25", "b.yaml:9:3", "b.yaml:19:12"}))
      << err_;
  EXPECT_THAT(err_, HasSubstr("5 errors; nothing was done\n"));
}

TEST_F(ValidateTest, AFileThatIsGivenTwiceIsReadOnce) {
  const auto file = write("folder/a.yaml", small("a"));
  EXPECT_EQ(validate_json({path("folder"), file, path("folder/../folder/a.yaml")})["policies"].size(), 1U);
  EXPECT_EQ(code_, 0);
}

TEST_F(ValidateTest, APolicyFileOfAFolderDoesNotVanishSilently) {
  write("a.yaml", small("a"));
  std::filesystem::create_symlink("nowhere", path("b.yaml"));
  std::filesystem::create_directory(path("c.yaml"));
  EXPECT_EQ(run_files({"validate", "-f", folder_.string()}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("b.yaml: cannot be read: No such file or directory\n1 error;")));
}

TEST_F(ValidateTest, NamesOfFilesCannotSteerATerminal) {
  write("a\x1b[31m.yaml", small("a"));
  EXPECT_EQ(run_files({"validate", "-f", folder_.string()}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("a?[31m.yaml: policy a is valid"), Not(HasSubstr("\x1b"))));
  write("a\x1b[31m.yaml", "a: 1\n");
  EXPECT_EQ(run_files({"validate", "-f", folder_.string()}), 2);
  EXPECT_THAT(err_, Not(HasSubstr("\x1b")));
}

/// What stands between the lines ```LANGUAGE and ``` from `at` on, which is moved behind it; empty if there is none.
std::string next_block(const std::string& page, const std::string& language, size_t& at) {
  const std::string fence = "```" + language + "\n";
  const auto begin = page.find(fence, at);
  if (begin == std::string::npos) {
    return "";
  }
  const auto end = page.find("```\n", begin + fence.size());
  at = end;
  return page.substr(begin + fence.size(), end - begin - fence.size());
}

TEST_F(ValidateTest, TheWorstMessagesOfTenBadPoliciesAreAsTheReadmeShowsThem) {
  std::ostringstream page;
  page << std::ifstream(std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path() /
                        "schemas" / "README.md")
              .rdbuf();
  int shown = 0;
  size_t at = page.str().find("## The worst messages");
  ASSERT_NE(at, std::string::npos);
  for (auto policy = next_block(page.str(), "yaml", at); !policy.empty(); policy = next_block(page.str(), "yaml", at)) {
    const auto expected = next_block(page.str(), "text", at);
    write("policy.yaml", policy);
    EXPECT_EQ(run_files({"validate", "-f", path("policy.yaml")}), 2);
    std::string said = err_;
    for (auto place = said.find(folder_.string()); place != std::string::npos; place = said.find(folder_.string())) {
      said.erase(place, folder_.string().size() + 1);
    }
    ++shown;
    EXPECT_EQ(said, expected) << "schemas/README.md, number " << shown;
  }
  EXPECT_EQ(shown, 10);
}

class ExplainTest : public FilesTest {};

TEST_F(ExplainTest, SaysWhatAFieldMeans) {
  EXPECT_EQ(run_files({"explain", "spec.retention.weekly"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("FIELD:    spec.retention.weekly <whole number>\n"), HasSubstr("DEFAULT:  0\n")));
  EXPECT_EQ(run_files({"explain"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("  spec <object> -required-"), Not(HasSubstr("retention <object>"))));
  EXPECT_EQ(run_files({"explain", "--recursive"}), 0);
  EXPECT_THAT(out_, HasSubstr("    retention <object>"));
}

TEST_F(ExplainTest, GivesThePartOfTheSchema) {
  EXPECT_EQ(run_files({"explain", "spec.suspend", "-o", "json"}), 0);
  EXPECT_EQ(json::parse(out_)["default"], false);
}

TEST_F(ExplainTest, AMisspeltFieldIsInvalidInput) {
  EXPECT_EQ(run_files({"explain", "spec.retentoin"}), 2);
  EXPECT_EQ(err_, "stillpoint: spec has no field \"retentoin\": did you mean spec.retention?\n");
  EXPECT_EQ(out_, "");
}

}  // namespace
}  // namespace stillpoint::app
