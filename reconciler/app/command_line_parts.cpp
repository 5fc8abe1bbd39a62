#include "app/command_line_parts.hpp"

#include <filesystem>

namespace stillpoint::app {
namespace {

const std::map<std::string, telemetry::LogFormat> kLogFormats{{"text", telemetry::LogFormat::Text},
                                                              {"json", telemetry::LogFormat::Json}};

ExitCode run_on_store(const Command& run, Options options) {
  if (options.files.empty()) {
    options.files = {options.store};
    options.from_store = true;
  }
  return run(options);
}

}  // namespace

CLI::Option* add_files(CLI::App& app, Options& options) {
  return app
      .add_option("-f,--filename", options.files,
                  "Policy file, or folder of *.yaml and *.yml files; may be given again")
      ->type_name("PATH");
}

CLI::Option* add_store(CLI::App& app, Options& options) {
  return app.add_option("--store", options.store, "The folder that policies are kept in")
      ->option_text("FOLDER (Env:STILLPOINT_STORE, default " + options.store + ")");
}

void add_policies(CLI::App& app, Options& options) {
  add_files(app, options)
      ->description(
          "Policy file, or folder of *.yaml and *.yml files; may be given again. The store, if none is given");
  add_store(app, options);
}

Command or_store(Command run) {
  return [run = std::move(run)](const Options& options) { return run_on_store(run, options); };
}

Command or_store_if_there(Command run) {
  return [run = std::move(run)](const Options& options) {
    std::error_code ignored;
    const bool is_there = options.os_cloud.empty() && std::filesystem::is_directory(options.store, ignored) &&
                          !std::filesystem::is_empty(options.store, ignored);
    return is_there ? run_on_store(run, options) : run(options);
  };
}

std::string objection_to_installation(const std::string& name) {
  const bool plain = !name.empty() && name.size() <= 63 &&
                     name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
  return plain ? std::string() : "an installation is 1 to 63 of a-z, 0-9 and -";
}

void add_installation(CLI::App& app, Options& options) {
  app.add_option("--installation", options.installation,
                 "Whose snapshots these are; installations that share a project leave each other's alone")
      ->check(CLI::Validator(objection_to_installation, ""))
      ->option_text("NAME (Env:STILLPOINT_INSTALLATION, default " + options.installation + ")");
  app.add_option("--os-cloud", options.os_cloud, "Entry of clouds.yaml for policies that name none")
      ->option_text("NAME");
}

void add_logging(CLI::App& app, Options& options) {
  app.add_flag_function(
      "-v,--verbose",
      [&options](std::int64_t times) {
        options.log_level = times > 1 ? support::LogLevel::Debug : support::LogLevel::Info;
      },
      "Log what is done, to standard error, as `run` does anyway; given twice, each request to the cloud too");
  add_choice(app, "--log-format", options.log_format, kLogFormats, "How log lines look");
}

void add_mass_delete(CLI::App& app, Options& options) {
  app.add_flag("--allow-mass-delete", options.allow_mass_delete,
               "Prune even if more than two points and more than a quarter of a series go at once")
      ->disable_flag_override();
}

}  // namespace stillpoint::app
