// What `explain` says comes from the schema; here the schema is held to what the reader does.

#include "policy/language.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

#include "documents.hpp"
#include "fakes/published_schema.hpp"
#include "policy/explain.hpp"
#include "policy/policy_schema.hpp"
#include "policy/reader.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using json = nlohmann::ordered_json;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string errors_text(const std::string& yaml) {
  std::string said;
  for (const auto& error : read_policies(yaml, "f").errors) {
    said += error.to_string() + "\n";
  }
  return said;
}

class LanguageTest : public testing::Test {
 protected:
  const FieldDoc& field(std::string_view path) const {
    const auto found = find_field(language_, path);
    EXPECT_TRUE(found) << found.error().to_string();
    return found ? **found : language_;
  }
  std::string complaint(std::string_view path) const {
    const auto found = find_field(language_, path);
    return found ? "" : found.error().to_string();
  }
  void for_each(const FieldDoc& doc, const std::function<void(const FieldDoc&)>& see) const {
    for (const auto& child : doc.fields) {
      see(child);
      for_each(child, see);
    }
  }

  FieldDoc language_ = read_language();
  fakes::PublishedSchema schema_{"backuppolicy.schema.json"};
};

/// The place of a field in a document; of those in a list in the first of its items that has it, else in the first.
/// Whether the words from `from` on lead to something.
bool leads_on(const json& place, const std::vector<std::string>& words, size_t from) {
  const json* at = &place;
  for (size_t i = from; i < words.size(); ++i) {
    if (!at->is_object() || !at->contains(words[i])) {
      return false;
    }
    at = &(*at)[words[i]];
  }
  return true;
}

json* place_of_field(json& document, const std::string& path) {
  json* place = &document;
  const auto words = support::split(path, '.');
  for (size_t i = 0; i < words.size(); ++i) {
    if (place->is_array()) {
      json* item = &place->at(0);
      for (auto& candidate : *place) {
        item = leads_on(candidate, words, i) && !leads_on(*item, words, i) ? &candidate : item;
      }
      place = item;
    }
    place = &(*place)[words[i]];
  }
  return place;
}

TEST_F(LanguageTest, ExplainsAFieldAsPeopleReadIt) {
  EXPECT_EQ(explain(field("spec.retention.weekly"), Depth::Fields),
            "KIND:     BackupPolicy\n"
            "VERSION:  stillpoint.dev/v1alpha1\n"
            "\n"
            "FIELD:    spec.retention.weekly <whole number>\n"
            "\n"
            "DESCRIPTION:\n"
            "    Of so many of the latest weeks that have a good point, its newest one; 0: no\n"
            "    such rule. They begin on weekStart.\n"
            "\n"
            "VALUES:   0 to 10000\n"
            "REQUIRED: no\n"
            "DEFAULT:  0\n"
            "EXAMPLE:\n"
            "    weekly: 8\n");
}

TEST_F(LanguageTest, ExplainsAnObjectByALineForEachField) {
  const auto text = explain(field("spec.cluster"), Depth::Fields);
  EXPECT_THAT(text, AllOf(HasSubstr("\nFIELDS:\n  name <name> -required-            The same in every policy"),
                          HasSubstr("\n  writer <object>                   Which member takes the writes\n"),
                          Not(HasSubstr("    names"))));
  EXPECT_THAT(explain(field("spec.cluster"), Depth::AllBelow),
              HasSubstr("\n    names <list of text>            Names, one of which the writer has\n"));
  EXPECT_THAT(explain(language_, Depth::AllBelow), HasSubstr("\n      hold <object>  "));
}

TEST_F(LanguageTest, SaysWhatAValueMayBe) {
  EXPECT_EQ(field("spec.datasets.hold.driver").values,
            "one of mariadb, mysql, postgresql, mongodb, filesystem, script, none");
  EXPECT_EQ(field("metadata.name").values, "1 to 63 characters of a-z, 0-9 and -, the first not -");
  EXPECT_EQ(field("spec.schedule.cron").type, "text or list of text");
  EXPECT_EQ(field("spec.retention.within").type, "time or 0");
  EXPECT_EQ(field("spec.servers").values, "at least one of its fields");
  EXPECT_EQ(field("spec.servers.ids").type, "list of ids");
  EXPECT_THAT(field("spec.servers.ids").values, testing::StartsWith("a list of 1 to 1000 different ones, each an id"));
  EXPECT_EQ(field("spec.suspend").type, "true or false");
  EXPECT_EQ(field("spec.schedule.blackouts").alternatives, (std::vector<std::string>{"from, to", "cron, duration"}));
  EXPECT_TRUE(field("spec.schedule.cron").required);
  EXPECT_FALSE(field("spec.schedule.blackouts.cron").required) << "there is another way to say it";
}

TEST_F(LanguageTest, SaysWhatHappensWithoutAField) {
  EXPECT_EQ(field("spec.schedule.timeZone").default_value, "UTC");
  EXPECT_EQ(field("spec.cloud").default_words, "the OS_* variables of the environment say which cloud");
  EXPECT_THAT(field("spec.cloud").meaning, Not(HasSubstr("Default"))) << "it is said apart";
  EXPECT_EQ(field("spec.datasets.retention.weekly").default_value, "");
  EXPECT_EQ(field("spec.datasets.retention.weekly").default_words, "that of spec.retention.weekly");
}

TEST_F(LanguageTest, APathMayHaveTheIndicesThatErrorsShow) {
  EXPECT_EQ(field("spec.datasets[3].hold.maxHold").path, "spec.datasets.hold.maxHold");
  EXPECT_EQ(field("").path, "");
}

TEST_F(LanguageTest, AMisspeltFieldIsAnErrorWithASuggestion) {
  EXPECT_EQ(complaint("spec.retention.weekley"),
            "spec.retention has no field \"weekley\": did you mean spec.retention.weekly?");
  EXPECT_EQ(complaint("weekly"),
            "a policy has no field \"weekly\": did you mean spec.retention.weekly or spec.datasets.retention.weekly?");
  EXPECT_EQ(complaint("sepc.retention"), "a policy has no field \"sepc\": did you mean spec?");
  EXPECT_EQ(complaint("spec.suspend.now"), "spec.suspend has no field \"now\": it is a value");
  EXPECT_THAT(complaint("spec.xyzzyxyzzy"), HasSubstr(": the fields there are cloud, servers, "));
  EXPECT_THAT(complaint("spec..x"), HasSubstr("has no field \"\""));
  EXPECT_THAT(complaint("\x1b[31m"), Not(HasSubstr("\x1b")));
  EXPECT_LT(complaint(std::string(100000, '.')).size(), 400U);
}

TEST_F(LanguageTest, EveryFieldIsExplained) {
  for_each(language_, [&](const FieldDoc& doc) {
    EXPECT_THAT(doc.meaning, AllOf(EndsWith("."), Not(HasSubstr("Default")))) << doc.path;
    EXPECT_TRUE(doc.path == "spec" || !doc.examples.empty()) << doc.path << " has no example";
    EXPECT_THAT(doc.type, Not(testing::IsEmpty())) << doc.path;
    EXPECT_FALSE(doc.required && !(doc.default_value + doc.default_words).empty()) << doc.path;
  });
}

TEST_F(LanguageTest, EveryPatternIsToldInWords) {
  const std::function<void(const json&)> look = [&](const json& part) {
    if (part.is_object() && part.contains("pattern")) {
      EXPECT_TRUE(part.contains("title") && part.contains("description")) << part.dump();
    }
    if (part.is_structured()) {
      for (const auto& member : part) {
        look(member);
      }
    }
  };
  look(json::parse(kPolicySchema));
}

TEST_F(LanguageTest, EveryExampleFitsTheSchemaAndIsRead) {
  int examples = 0;
  for_each(language_, [&](const FieldDoc& doc) {
    for (const auto& example : doc.examples) {
      ++examples;
      auto document = json_of(every_field());
      *place_of_field(document, doc.path) = json_of(example).at(doc.name);
      if (doc.path == "spec.datasets.hold") {  // some hold by less than this dataset requires
        place_of_field(document, "spec.datasets")->at(0).erase("require");
        place_of_field(document, "spec.datasets")->at(0).erase("onFailure");
      }
      EXPECT_EQ(schema_.objections(document.dump()), "") << doc.path << "\n" << example;
      EXPECT_EQ(errors_text(document.dump()), "") << doc.path << "\n" << example;
    }
  });
  EXPECT_GT(examples, 60);
}

TEST_F(LanguageTest, ExamplesAreTheSchemasValuesAsYaml) {
  for_each(language_, [&](const FieldDoc& doc) {
    const auto values = json::parse(doc.schema).value("examples", json::array());
    ASSERT_EQ(values.size(), doc.examples.size()) << doc.path;
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(json_of(doc.examples[i]).at(doc.name), values[i]) << doc.path;
    }
  });
}

/// What the reader fills in where a document says nothing, for each default that the schema states.
std::map<std::string, json> defaults_of_reader() {
  const auto read = read_policies(R"(apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata: {name: small}
spec:
  servers: {names: [web-1]}
  ssh: {}
  schedule: {cron: "5 1 * * *"}
  datasets: [{name: data, volumes: {nameContains: data}, hold: {driver: mariadb, method: stopService}}]
  cluster: {name: galera}
)",
                                  "f");
  EXPECT_EQ(read.policies.size(), 1U);
  const auto& policy = read.policies.at(0);
  const auto& dataset = policy.datasets.at(0);
  const auto& rules = policy.retention;
  const auto time = [](std::chrono::milliseconds duration) { return support::format_duration(duration); };
  return {
      {"spec.ssh.user", policy.ssh.user},
      {"spec.ssh.port", policy.ssh.port},
      {"spec.ssh.knownHostsFile", policy.ssh.known_hosts_file},
      {"spec.ssh.address.version", policy.ssh.ip_version},
      {"spec.ssh.helper", policy.ssh.helper == HelperPlacement::Sent ? "sent" : "installed"},
      {"spec.schedule.timeZone", policy.schedule.time_zone},
      {"spec.datasets.onFailure", dataset.on_failure == OnFailure::Fail ? "fail" : "downgrade"},
      {"spec.datasets.hold.sharedWindow", dataset.hold.shared_window},
      {"spec.datasets.hold.maxHold", time(dataset.hold.max_hold)},
      {"spec.datasets.hold.service", dataset.hold.service},
      {"spec.datasets.hold.stopTimeout", time(dataset.hold.stop_timeout)},
      {"spec.datasets.hold.startTimeout", time(dataset.hold.start_timeout)},
      {"spec.datasets.hold.maxLag", time(dataset.hold.max_lag)},
      {"spec.cluster.minHealthyMembers", policy.cluster.min_healthy_members},
      {"spec.cluster.allowWriter", policy.cluster.allow_writer},
      {"spec.retention.keepLast", rules.keep_last},
      {"spec.retention.within", rules.within.count()},
      {"spec.retention.hourly", rules.hourly},
      {"spec.retention.daily", rules.daily},
      {"spec.retention.weekly", rules.weekly},
      {"spec.retention.monthly", rules.monthly},
      {"spec.retention.yearly", rules.yearly},
      {"spec.retention.weekStart", rules.week_start == WeekStart::Monday ? "monday" : "another"},
      {"spec.retention.floor", rules.floor},
      {"spec.deletionPolicy", policy.deletion_policy == DeletionPolicy::Retain ? "Retain" : "Delete"},
      {"spec.suspend", policy.suspend},
  };
}

/// A time is equal to another spelling of it.
json canonical(const json& value) {
  const auto time = value.is_string() ? support::parse_duration(value.get<std::string>()) : std::nullopt;
  return time ? json(support::format_duration(*time)) : value;
}

TEST_F(LanguageTest, EveryDefaultOfTheSchemaIsWhatTheReaderFillsIn) {
  auto filled_in = defaults_of_reader();
  for_each(language_, [&](const FieldDoc& doc) {
    const auto part = json::parse(doc.schema);
    if (!part.contains("default")) {
      return;
    }
    ASSERT_TRUE(filled_in.contains(doc.path)) << "no test of the default of " << doc.path;
    EXPECT_EQ(canonical(part["default"]), canonical(filled_in[doc.path])) << doc.path;
    filled_in.erase(doc.path);
  });
  EXPECT_TRUE(filled_in.empty()) << "the schema states no default of " << filled_in.begin()->first;
}

/// The fields that the reader names where it finds one that it does not know.
std::set<std::string> fields_of_reader(json document, const std::string& path) {
  json* place = path.empty() ? &document : place_of_field(document, path);
  place = place->is_array() ? &place->at(0) : place;
  (*place)["xyzzyxyzzyxyzzy"] = 1;
  const std::string said = errors_text(document.dump());
  const std::string phrase = "the fields here are ";
  const auto at = said.find(phrase);
  EXPECT_NE(at, std::string::npos) << path << "\n" << said;
  std::set<std::string> names;
  for (const auto& name :
       support::split(said.substr(at + phrase.size(), said.find('\n', at) - at - phrase.size()), ',')) {
    names.emplace(support::trim(name));
  }
  return names;
}

TEST_F(LanguageTest, TheReaderAndTheSchemaHaveTheSameFields) {
  const auto document = json_of(every_field());
  const auto check = [&](const FieldDoc& doc) {
    if (doc.fields.empty()) {
      return;
    }
    std::set<std::string> names;
    for (const auto& child : doc.fields) {
      names.insert(child.name);
    }
    EXPECT_EQ(names, fields_of_reader(document, doc.path)) << doc.path;
  };
  check(language_);
  for_each(language_, check);
}

/// Paths of all fields that the part of a document has.
void collect_paths(const json& part, const std::string& path, std::set<std::string>& paths) {
  paths.insert(path);
  if (!part.is_structured()) {
    return;
  }
  for (const auto& [name, member] : part.items()) {
    collect_paths(member, part.is_array() ? path : path.empty() ? name : path + "." + name, paths);
  }
}

TEST_F(LanguageTest, TheFullPolicyHasEveryField) {
  std::set<std::string> paths;
  collect_paths(json_of(every_field()), "", paths);
  const std::string of_policy = "spec.retention.";
  const std::string of_dataset = "spec.datasets.retention.";
  for_each(language_, [&](const FieldDoc& doc) {
    // Both are read by the same function.
    const bool shared = (doc.path.starts_with(of_policy) || doc.path.starts_with(of_dataset)) &&
                        (paths.contains(of_policy + doc.name) || paths.contains(of_dataset + doc.name));
    EXPECT_TRUE(shared || paths.contains(doc.path)) << "documents.hpp does not use " << doc.path;
  });
}

TEST_F(LanguageTest, LimitsInTheDescriptionsAreThoseOfTheReader) {
  int limits = 0;
  for_each(language_, [&](const FieldDoc& doc) {
    const auto from = doc.meaning.find("From ");
    if (from == std::string::npos) {
      return;
    }
    ++limits;
    const auto words = support::split(doc.meaning.substr(from), ' ');
    const auto shortest = support::parse_duration(words.at(1)).value();
    const auto longest = support::parse_duration(words.at(3).substr(0, words.at(3).find_first_of(".,"))).value();
    const auto refused = [&](std::chrono::milliseconds value) {
      auto document = json_of(every_field());
      *place_of_field(document, doc.path) = support::format_duration(value);
      return errors_text(document.dump()).find("expected a time from ") != std::string::npos;
    };
    EXPECT_FALSE(refused(shortest)) << doc.path;
    EXPECT_FALSE(refused(longest)) << doc.path;
    EXPECT_TRUE(refused(shortest - std::chrono::milliseconds(1))) << doc.path;
    EXPECT_TRUE(refused(longest + std::chrono::milliseconds(1))) << doc.path;
  });
  EXPECT_GE(limits, 8);
}

TEST_F(LanguageTest, APartOfTheSchemaIsCompleteInItself) {
  for_each(language_, [&](const FieldDoc& doc) { EXPECT_THAT(doc.schema, Not(HasSubstr("$ref"))) << doc.path; });
  EXPECT_EQ(json::parse(field("spec.retention").schema)["properties"]["weekly"]["maximum"], 10000);
  EXPECT_EQ(json::parse(field("metadata.name").schema)["pattern"], "^[a-z0-9][a-z0-9-]*$");
}

TEST_F(LanguageTest, TheReferencePageIsFresh) {
  EXPECT_EQ(slurp(source_folder() / "docs" / "policy-reference.md"), reference_page(language_))
      << "write it anew: build/release/stillpoint explain -o markdown > docs/policy-reference.md";
}

}  // namespace
}  // namespace stillpoint::policy
