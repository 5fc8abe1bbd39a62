#include "app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <span>

#include "app/command_words.hpp"
#include "app/commands.hpp"
#include "app/options.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using Command = std::function<ExitCode(const Options&)>;

const std::map<std::string, ColourMode> kColours{
    {"auto", ColourMode::Auto}, {"always", ColourMode::Always}, {"never", ColourMode::Never}};
const std::map<std::string, Output> kPlanOutputs{{"table", Output::Table}, {"json", Output::Json}};
const std::map<std::string, Output> kTextOutputs{{"text", Output::Table}, {"json", Output::Json}};
const std::map<std::string, Output> kExplainOutputs{
    {"text", Output::Table}, {"json", Output::Json}, {"markdown", Output::Markdown}};
const std::map<std::string, Output> kListOutputs{
    {"table", Output::Table}, {"wide", Output::Wide}, {"json", Output::Json}, {"name", Output::Name}};
const std::map<std::string, telemetry::LogFormat> kLogFormats{{"text", telemetry::LogFormat::Text},
                                                              {"json", telemetry::LogFormat::Json}};

std::string words_of(const auto& table) {
  std::string words;
  for (const auto& [word, value] : table) {
    words += (words.empty() ? "" : "|") + word;
  }
  return words;
}

template <class Value>
void add_choice(CLI::App& app, const std::string& flags, Value& into, const std::map<std::string, Value>& table,
                const std::string& help) {
  // The table must outlive the parsing, which those above do.
  const auto known = [&table](const std::string& word) {
    return table.contains(word) ? std::string()
                                : "expected one of " + words_of(table) + ", found '" + support::printable(word) + "'";
  };
  app.add_option_function<std::string>(
         flags, [&into, &table](const std::string& word) { into = table.at(word); }, help)
      ->check(CLI::Validator(known, ""))
      ->option_text(words_of(table));
}

CLI::Option* add_files(CLI::App& app, Options& options) {
  return app
      .add_option("-f,--filename", options.files,
                  "Policy file, or folder of *.yaml and *.yml files; may be given again")
      ->type_name("PATH");
}

/// The names of the commands below `app`.
std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    names.push_back(sub->get_name());
  }
  return names;
}

/// CLI11 says of a misspelt command only that one is wanted.
std::optional<std::string> object_to_commands(const CLI::App& app, std::span<char* const> words) {
  if (auto objection = object_to_command(commands_of(app), words)) {
    return objection;
  }
  for (const auto* sub : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    const auto below = commands_of(*sub);
    if (!words.empty() && sub->get_name() == words[0] && !below.empty()) {
      return object_to_command(below, words.subspan(1));
    }
  }
  return std::nullopt;
}

void add_installation(CLI::App& app, Options& options) {
  app.add_option("--installation", options.installation,
                 "Whose snapshots these are; installations that share a project leave each other's alone")
      ->envname("STILLPOINT_INSTALLATION")
      ->check(CLI::Validator(
          [](const std::string& text) {
            const bool plain = !text.empty() && text.size() <= 63 &&
                               text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
            return plain ? std::string() : "an installation is 1 to 63 of a-z, 0-9 and -";
          },
          "NAME"));
  app.add_option("--os-cloud", options.os_cloud, "Entry of clouds.yaml for policies that name none")
      ->option_text("NAME");
}

void add_logging(CLI::App& app, Options& options) {
  app.add_flag_function(
      "-v,--verbose",
      [&options](std::int64_t times) {
        options.log_level = times > 1 ? support::LogLevel::Debug : support::LogLevel::Info;
      },
      "Log what is done, to standard error; given twice, each request to the cloud too");
  add_choice(app, "--log-format", options.log_format, kLogFormats, "How log lines look");
}

void add_mass_delete(CLI::App& app, Options& options) {
  app.add_flag("--allow-mass-delete", options.allow_mass_delete,
               "Prune even if more than two points and more than a quarter of a series go at once")
      ->disable_flag_override();
}

/// What a pass may be asked for beside the policies; the same for the commands that plan one.
void add_wishes(CLI::App& app, Options& options) {
  app.add_flag("--now", options.now, "Make a point of every dataset now, outside the schedule, under the same rules")
      ->disable_flag_override();
  add_mass_delete(app, options);
}

void add_rehearsal(CLI::App& app, Options& options) {
  app.add_option("--from", options.rehearse_from, "Where it begins, in UTC; now if not given")->option_text("INSTANT");
  app.add_option("--for", options.rehearse_for, "How long it lasts, such as 36h, 90d (default) or 52w")
      ->option_text("LENGTH");
  app.add_option("--svg", options.svg_file, "Draw the timeline into this file, too")->option_text("FILE");
  auto* offline = app.add_flag("--offline", options.offline,
                               "Look at no cloud: assume the servers and volumes that the policies select");
  const auto add_assumption = [&](const std::string& flag, auto& into, const std::string& help) {
    app.add_option(flag, into, help)->check(CLI::Range(1, 1'000'000))->option_text("N")->needs(offline);
  };
  add_assumption("--volume-gib", options.volume_gib, "With --offline: how large each volume is (default 10)");
  add_assumption("--quota-snapshots", options.quota_snapshots, "With --offline: how many snapshots there may be");
  add_assumption("--quota-gigabytes", options.quota_gigabytes, "With --offline: how many GiB snapshots may take");
}

void add_run(CLI::App& app, Options& options) {
  add_files(app, options)->required();
  add_installation(app, options);
  add_logging(app, options);
  app.add_option("--listen", options.listen,
                 "Where metrics, health and status are served: 127.0.0.1:9464 (default), unix:PATH, or none")
      ->option_text("ADDRESS");
  app.add_option_function<int>(
         "--resync", [&options](int seconds) { options.resync = std::chrono::seconds(seconds); },
         "Seconds between two whole listings of a cloud in which nothing happens (default 300)")
      ->check(CLI::Range(10, 86'400))
      ->option_text("SECONDS");
  app.add_option("--workers", options.workers, "Servers that are worked on at once (default 16)")
      ->check(CLI::Range(1, 256))
      ->option_text("N");
  app.add_option("--holds-at-once", options.holds_at_once,
                 "Holds at once for each volume type and zone, to begin with (default 2); it adapts")
      ->check(CLI::Range(1, 16))
      ->option_text("N");
}

void add_explain(CLI::App& app, Options& options) {
  app.add_option("field", options.field, "Its path, such as spec.retention.weekly; without one the whole document")
      ->option_text("FIELD");
  app.add_flag("--recursive", options.recursive, "Show the fields of fields, too");
  add_choice(app, "-o,--output", options.output, kExplainOutputs,
             "As text, as its part of the JSON Schema, or all fields as a page of Markdown");
}

}  // namespace

ExitCode run_command_line(int argc, char** argv) {
  CLI::App app("Application-consistent snapshots of Cinder volumes, reconciled from declared policies.", "stillpoint");
  app.set_version_flag("--version", std::string("stillpoint ") + STILLPOINT_VERSION);
  app.require_subcommand(1);
  Options options;
  Command command;
  const auto add = [&](CLI::App& parent, const std::string& name, const std::string& help, Command run) {
    CLI::App* sub = parent.add_subcommand(name, help);
    sub->callback([&command, run = std::move(run)] { command = run; });
    return sub;
  };

  CLI::App* sub = add(app, "validate", "Check policies; nothing else is looked at", validate);
  add_files(*sub, options)->required();
  add_choice(*sub, "-o,--output", options.output, kTextOutputs, "How policies and errors are shown");

  add_explain(*add(app, "explain", "Say what a field of a policy means, its type, default and an example", explain),
              options);

  sub =
      add(app, "diff",
          "Show what reconcile would do; changes nothing. Exit code 1 if there is something, 4 if a target is blocked",
          diff);
  add_files(*sub, options)->required();
  add_installation(*sub, options);
  add_wishes(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kPlanOutputs, "How the plan is shown");
  sub->add_option("--out", options.plan_file, "Also write the plan here, for reconcile --plan")->option_text("FILE");
  add_choice(*sub, "--color", options.colour, kColours, "Whether lines are coloured");
  add_logging(*sub, options);

  sub = add(app, "reconcile", "One pass: make what is due, prune what is not kept, sweep what is left over", reconcile);
  add_files(*sub, options)->required();
  add_installation(*sub, options);
  add_wishes(*sub, options);
  add_logging(*sub, options);
  sub->add_option("--plan", options.plan_file,
                  "Carry out this plan of diff --out and nothing else; refused if the world has changed under it")
      ->option_text("FILE")
      ->excludes("--now")
      ->excludes("--allow-mass-delete");
  sub->add_option("--metrics-file", options.metrics_file,
                  "Write Prometheus metrics of the pass here, for node_exporter's textfile collector")
      ->option_text("FILE");

  add_run(*add(app, "run", "The daemon: keep every cloud as the policies want it, and serve metrics and status", run),
          options);

  sub = add(app, "rehearse",
            "Run schedule, retention and quota forward in virtual time, and show what would become of them; changes "
            "nothing. Exit code 1 if a slot would be missed or something could never be held",
            rehearse);
  add_files(*sub, options)->required();
  add_installation(*sub, options);
  add_rehearsal(*sub, options);
  add_mass_delete(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kPlanOutputs, "How the rehearsal is shown");
  add_logging(*sub, options);

  sub = add(app, "doctor",
            "Check the cloud, quotas, matches, SSH, sudo and databases; holds and snapshots nothing, but puts the "
            "helper under "
            "/run/stillpoint/bin on servers",
            doctor);
  add_files(*sub, options)->required();
  add_installation(*sub, options);
  add_logging(*sub, options);

  add(app, "helper", "Print the program that holds databases on servers, to audit it or to install it there",
      print_helper);

  CLI::App* get = app.add_subcommand("get", "List what exists");
  get->require_subcommand(1);
  sub = add(*get, "points", "List recovery points", get_points);
  add_files(*sub, options);
  add_installation(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kListOutputs, "How the list is shown");
  add_logging(*sub, options);

  if (const auto objection = object_to_commands(app, std::span(argv, static_cast<size_t>(argc)).subspan(1))) {
    std::cerr << "stillpoint: " << *objection << "\n";
    return ExitCode::InvalidInput;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::Ok : ExitCode::InvalidInput;
  }
  return command(options);
}

}  // namespace stillpoint::app
