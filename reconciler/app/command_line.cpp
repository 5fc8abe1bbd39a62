#include "app/command_line.hpp"

#include <algorithm>
#include <iostream>
#include <span>

#include "app/command_line_errors.hpp"
#include "app/command_line_parts.hpp"
#include "app/command_words.hpp"
#include "app/commands.hpp"
#include "app/environment.hpp"
#include "app/help_commands.hpp"

namespace stillpoint::app {
namespace {

const std::map<std::string, ColourMode> kColours{
    {"auto", ColourMode::Auto}, {"always", ColourMode::Always}, {"never", ColourMode::Never}};
const std::map<std::string, Output> kPlanOutputs{{"table", Output::Table}, {"json", Output::Json}};
const std::map<std::string, Output> kTextOutputs{{"text", Output::Table}, {"json", Output::Json}};
const std::map<std::string, Output> kExplainOutputs{
    {"text", Output::Table}, {"json", Output::Json}, {"markdown", Output::Markdown}};

const std::map<std::string, Output> kRuleOutputs{{"json", Output::Json}, {"yaml", Output::Yaml}};

/// The names of the commands below `app`.
std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* sub : app.get_subcommands(std::function<bool(const CLI::App*)>())) {
    names.push_back(sub->get_name());
  }
  return names;
}

/// CLI11 says of a misspelt command only that one is wanted.
std::optional<std::string> object_to_commands(const CLI::App& app, std::span<const std::string> words) {
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

/// What follows the program's name, `help COMMAND` as `COMMAND --help`.
std::vector<std::string> words_of_line(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  return words;
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
  add_policies(app, options);
  add_installation(app, options);
  add_logging(app, options);
  // It has nobody beside it to look at what it prints in the end: the log is all that it says.
  app.preparse_callback([&options](size_t /*words*/) { options.log_level = support::LogLevel::Info; });
  app.add_option("--listen", options.listen,
                 "Where metrics, health and status are served: 127.0.0.1:9464 (default), unix:PATH, or none")
      ->option_text("ADDRESS");
  app.add_option("--http-credentials", options.http_credentials,
                 "A file with user:password, asked of everybody for everything but health")
      ->option_text("FILE");
  app.add_flag("--insecure-http", options.insecure_http,
               "Let that password cross the network, where --listen is not on this machine alone")
      ->disable_flag_override();
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

void add_init(CLI::App& app, Options& options) {
  app.add_option("--os-cloud", options.os_cloud, "Entry of clouds.yaml; the OS_* environment if not given")
      ->option_text("NAME");
  app.add_option("--server", options.servers, "Only this server, whatever its volumes are called; may be given again")
      ->allow_extra_args(false)
      ->option_text("NAME");
  app.add_option("--out", options.out_file,
                 "What is written (default stillpoint.yaml); of a folder a file for each policy; - is standard output")
      ->option_text("FILE");
  add_logging(app, options);
}

void add_enroll(CLI::App& app, Options& options) {
  app.add_option("hosts", options.names, "Servers, by address, or by a name that the resolver of this machine knows")
      ->option_text("HOST ...");
  add_files(app, options)
      ->description("All servers of these policies, with the settings that stand there")
      ->allow_extra_args(false);
  app.add_option("--os-cloud", options.os_cloud, "Entry of clouds.yaml for policies that name none")
      ->option_text("NAME");
  app.add_option("--user", options.login, "The login that is to hold (default stillpoint); with -f the policy says it")
      ->option_text("LOGIN")
      ->excludes("--filename");
  app.add_option("--key", options.key_file, "Its private key, made if it is not there (default ~/.ssh/id_ed25519)")
      ->option_text("FILE");
  app.add_option("--known-hosts", options.known_hosts, "Where host keys are pinned (default ~/.ssh/known_hosts)")
      ->option_text("FILE")
      ->excludes("--filename");
  app.add_option("-p,--port", options.ssh_port, "Of SSH (default 22)")
      ->check(CLI::Range(1, 65'535))
      ->option_text("PORT")
      ->excludes("--filename");
  app.add_option("--fingerprint", options.fingerprints,
                 "A host key that is right, as SHA256:...; may be given again. Without one you are asked")
      ->allow_extra_args(false)
      ->option_text("FINGERPRINT");
  app.add_option("--admin-user", options.admin_user,
                 "Who sets things up: root (default), or one who may use sudo without a password")
      ->option_text("LOGIN");
  app.add_option("--admin-key", options.admin_key, "That login's private key; the SSH agent if not given")
      ->option_text("FILE");
  app.add_flag("--create-user", options.create_user, "Make the login if it is not there")->disable_flag_override();
  app.add_flag("--host-keys-only", options.host_keys_only, "Pin the host keys, and do nothing else")
      ->disable_flag_override();
  app.add_flag("--dry-run", options.dry_run, "Show what would be done, and write nothing")->disable_flag_override();
  add_logging(app, options);
}

void add_access_rules(CLI::App& app, Options& options) {
  add_policies(app, options);
  app.add_option("--os-cloud", options.os_cloud, "Entry of clouds.yaml for policies that name none")
      ->option_text("NAME");
  app.add_flag("--read-only", options.read_only,
               "Only what validate, diff, get, describe, rehearse and doctor need: nothing is made or deleted")
      ->disable_flag_override();
  add_choice(app, "-o,--output", options.output, kRuleOutputs, "As which kind of document");
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
  const AddCommand add = [&](CLI::App& parent, const std::string& name, const std::string& help, Command run) {
    CLI::App* command_app = parent.add_subcommand(name, help);
    command_app->callback([&command, run = std::move(run)] { command = run; });
    return command_app;
  };

  CLI::App* sub = add(app, "validate", "Check policies; nothing else is looked at", or_store(validate));
  add_policies(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kTextOutputs, "How policies and errors are shown");

  add_explain(*add(app, "explain", "Say what a field of a policy means, its type, default and an example", explain),
              options);

  sub =
      add(app, "diff",
          "Show what reconcile would do; changes nothing. Exit code 1 if there is something, 4 if a target is blocked",
          or_store(diff));
  add_policies(*sub, options);
  add_installation(*sub, options);
  add_wishes(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kPlanOutputs, "How the plan is shown");
  sub->add_option("--out", options.plan_file, "Also write the plan here, for reconcile --plan")->option_text("FILE");
  add_choice(*sub, "--color", options.colour, kColours, "Whether lines are coloured");
  add_logging(*sub, options);

  sub = add(app, "reconcile", "One pass: make what is due, prune what is not kept, sweep what is left over",
            or_store(reconcile));
  add_policies(*sub, options);
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

  add_run(*add(app, "run", "The daemon: keep every cloud as the policies want it, and serve metrics and status",
               or_store(run)),
          options);

  sub = add(app, "rehearse",
            "Run schedule, retention and quota forward in virtual time, and show what would become of them; changes "
            "nothing. Exit code 1 if a slot would be missed or something could never be held",
            or_store(rehearse));
  add_policies(*sub, options);
  add_installation(*sub, options);
  add_rehearsal(*sub, options);
  add_mass_delete(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kPlanOutputs, "How the rehearsal is shown");
  add_logging(*sub, options);

  sub = add(app, "doctor",
            "Check the cloud, quotas, matches, SSH, sudo and databases; holds and snapshots nothing, but puts the "
            "helper under "
            "/run/stillpoint/bin on servers",
            or_store(doctor));
  add_policies(*sub, options);
  add_choice(*sub, "-o,--output", options.output, kTextOutputs, "How the report is shown");
  add_installation(*sub, options);
  add_logging(*sub, options);

  add_access_rules(*add(app, "access-rules",
                        "Print the access rules for an application credential that may do what policies need and no "
                        "more, for `openstack application credential create --access-rules`",
                        or_store_if_there(access_rules)),
                   options);

  add_init(
      *add(app, "init",
           "Look at the cloud and write a first policy, with remarks, for the servers whose volumes tell what is on "
           "them; changes nothing in the cloud, and never writes over a file",
           init),
      options);

  add_enroll(*add(app, "enroll",
                  "Make servers ready to be held: makes or takes an SSH key, pins host keys, installs the helper and a "
                  "login that may run nothing else, and tries it. What is there already stays",
                  enroll),
             options);

  add(app, "helper", "Print the program that holds databases on servers, to audit it or to install it there",
      print_helper);

  add_store_commands(app, options, add);

  add_completion(*add(app, "completion", "Print the script that makes a shell complete what can be written here",
                      [&app](const Options& given) { return print_completion(describe(app), given); }),
                 options);
  add_manual(*add(app, "manual", "Print a page of the manual, for man -l -; the program's if none is named",
                  [&app](const Options& given) { return print_manual(describe(app), given); }),
             options);

  auto words = words_of_line(argc, argv);
  if (const auto objection = object_to_commands(app, words)) {
    std::cerr << "stillpoint: " << *objection << "\n";
    return ExitCode::InvalidInput;
  }
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  take_environment(options);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error);  // help, or the version
      return ExitCode::Ok;
    }
    std::cerr << "stillpoint: " << objection_to(app, error) << "\n";
    return ExitCode::InvalidInput;
  }
  if (const auto objection = objection_to_installation(options.installation); !objection.empty()) {
    std::cerr << "stillpoint: STILLPOINT_INSTALLATION: " << objection << "\n";
    return ExitCode::InvalidInput;
  }
  return command(options);
}

}  // namespace stillpoint::app
