#include "app/command_line_parts.hpp"
#include "app/commands.hpp"

namespace stillpoint::app {
namespace {

const std::map<std::string, Output> kListOutputs{{"table", Output::Table},
                                                 {"wide", Output::Wide},
                                                 {"json", Output::Json},
                                                 {"yaml", Output::Yaml},
                                                 {"name", Output::Name}};
const std::map<std::string, Output> kDescribeOutputs{
    {"text", Output::Table}, {"json", Output::Json}, {"yaml", Output::Yaml}};

CLI::Option* add_names(CLI::App& app, Options& options, const std::string& what, const std::string& help) {
  return app.add_option("names", options.names, help)->option_text(what + " ...");
}

/// Where names follow, a file must not take them for more files.
CLI::Option* one_file_each(CLI::Option* files) {
  return files->allow_extra_args(false);
}

void add_yes(CLI::App& app, Options& options) {
  app.add_flag("-y,--yes", options.yes, "Ask nothing: all is meant")->disable_flag_override();
}

void add_dry_run(CLI::App& app, Options& options) {
  app.add_flag("--dry-run", options.dry_run, "Show what would be done, and write nothing")->disable_flag_override();
}

void add_daemon(CLI::App& app, Options& options) {
  app.add_option("--daemon", options.daemon,
                 "Where a running daemon is asked whether it has read what was written; nowhere if empty")
      ->option_text("URL (Env:STILLPOINT_DAEMON, default " + options.daemon + ")");
  app.add_option("--timeout", options.timeout, "How long the daemon gets for that")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return support::parse_duration(text)
                       ? std::string()
                       : "expected a length of time such as 10s, found '" + support::printable(text) + "'";
          },
          ""))
      ->option_text("LENGTH (default " + options.timeout + ")");
}

void add_list(CLI::App& app, Options& options, const std::map<std::string, Output>& outputs) {
  add_policies(app, options);
  one_file_each(app.get_option("--filename"));
  add_installation(app, options);
  add_choice(app, "-o,--output", options.output, outputs, "How it is shown");
  app.add_flag("-w,--watch", options.watch, "Show it again whenever it has changed")->disable_flag_override();
  add_logging(app, options);
}

void add_changes(CLI::App& app, Options& options, const AddCommand& add) {
  CLI::App* sub = add(app, "apply",
                      "Put policies into the store: show what changes and what the next pass would do, ask before "
                      "anything that prunes, and see to it that a running daemon has read it",
                      apply);
  add_files(*sub, options)->required();
  add_store(*sub, options);
  add_installation(*sub, options);
  add_yes(*sub, options);
  add_dry_run(*sub, options);
  add_mass_delete(*sub, options);
  add_daemon(*sub, options);
  add_logging(*sub, options);

  sub = add(app, "delete",
            "Delete policies. With deletionPolicy Retain their points are pinned and stay, with Delete they go",
            delete_policies);
  add_names(*sub, options, "NAME", "Policies in the store");
  one_file_each(add_files(*sub, options))
      ->description("Delete the policies that have the names of those in this file or folder; may be given again");
  add_store(*sub, options);
  add_installation(*sub, options);
  add_yes(*sub, options);
  add_dry_run(*sub, options);
  add_daemon(*sub, options);
  add_logging(*sub, options);
}

void add_views(CLI::App& app, Options& options, const AddCommand& add) {
  CLI::App* get = app.add_subcommand("get", "List what exists");
  get->require_subcommand(1);
  CLI::App* sub = add(*get, "policies", "List policies and their state", or_store(get_policies));
  add_names(*sub, options, "NAME", "Policies; all if none is given");
  add_list(*sub, options, kListOutputs);
  sub =
      add(*get, "servers", "List the servers that policies select, and how well they are kept", or_store(get_servers));
  add_names(*sub, options, "NAME", "Names or ids of servers; all if none is given");
  add_list(*sub, options, kListOutputs);
  sub = add(*get, "points", "List recovery points; without a store and -f all of the cloud",
            or_store_if_there(get_points));
  add_names(*sub, options, "POINT", "Points; all if none is given");
  add_list(*sub, options, kListOutputs);

  CLI::App* describe = app.add_subcommand("describe", "Say all that is known of something");
  describe->require_subcommand(1);
  sub = add(*describe, "policy", "Its slots, conditions, series and points", or_store(describe_policy));
  add_names(*sub, options, "NAME", "Policies")->required();
  add_list(*sub, options, kDescribeOutputs);
  sub = add(*describe, "point", "When and how it was made, why it stays or goes, and its snapshots",
            or_store(describe_point));
  add_names(*sub, options, "POINT", "Ids of points or attempts, as `get points` shows them")->required();
  add_list(*sub, options, kDescribeOutputs);
}

/// Where the points are looked for.
void add_pin_scope(CLI::App& app, Options& options) {
  add_names(app, options, "POINT", "Ids of points or attempts, as `get points` shows them")->required();
  add_policies(app, options);
  one_file_each(app.get_option("--filename"));
  add_installation(app, options);
  add_logging(app, options);
}

void add_pins(CLI::App& app, Options& options, const AddCommand& add) {
  CLI::App* sub = add(app, "pin", "Keep points, whatever retention says", or_store_if_there(pin));
  sub->add_option("--owner", options.owner, "Who wants it kept; your login if not given")->option_text("NAME");
  sub->add_option("--until", options.until,
                  "When the pin ends, as an instant or a length of time such as 30d; never if not given")
      ->option_text("INSTANT|LENGTH");
  sub->add_flag("--overwrite", options.overwrite, "Also if somebody else has pinned it")->disable_flag_override();
  add_pin_scope(*sub, options);

  sub = add(app, "unpin", "Leave points to retention again", or_store_if_there(unpin));
  add_pin_scope(*sub, options);
}

}  // namespace

void add_store_commands(CLI::App& app, Options& options, const AddCommand& add) {
  add_changes(app, options, add);
  add_views(app, options, add);
  add_pins(app, options, add);
}

}  // namespace stillpoint::app
