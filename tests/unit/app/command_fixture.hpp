#pragma once

// Whole commands, as a user runs them, against embedded clouds. Nothing is held: no policy has an ssh block.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cloudsim/cloudsim.hpp"
#include "contract/project.hpp"
#include "unit/app/runner.hpp"

namespace stillpoint::app {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// One cloud, and in its project a server with a volume.
struct Site {
  explicit Site(cloudsim::Options options = {}) : sim(options) {
    config.name = "site";
    config.source = "the test";
    config.auth_url = sim.url() + "/identity/v3";
    config.username = config.project_name = "sim";
    config.user_domain_name = config.project_domain_name = "Default";
    config.password = support::Secret(sim.password());
    project = std::make_unique<contract::Project>(config, clock);
  }
  void furnish(const std::string& server, const std::string& volume) {
    last_volume = project->create_volume(volume, "");
    last_server = project->create_server(server);
    project->attach(last_server, last_volume);
  }
  std::string entry(const std::string& name, const std::string& more = "") const {
    return "  " + name + ":\n    auth: {auth_url: \"" + config.auth_url + "\", username: sim, password: \"" +
           sim.password() +
           "\", project_name: sim, user_domain_name: Default, project_domain_name: Default}\n"
           "    region_name: RegionOne\n" +
           more;
  }
  void fault(const json& rule) { sim.control("POST", "/sim/faults", rule.dump()); }
  int writes() { return json::parse(sim.control("GET", "/sim/requests")).at("writes").get<int>(); }
  void forget_requests() { sim.control("DELETE", "/sim/requests"); }

  support::SystemClock clock;
  cloudsim::CloudSim sim;
  openstack::CloudConfig config;
  std::unique_ptr<contract::Project> project;
  cloud::VolumeId last_volume;
  cloud::ServerId last_server;
};

inline const json kRefuseLogins{{"method", "POST"}, {"path_regex", "/auth/tokens$"}, {"status", 401}, {"count", -1}};

class CommandsTest : public FilesTest {
 protected:
  CommandsTest() {
    std::filesystem::create_directories(folder_ / "policies");
    setenv("OS_CLIENT_CONFIG_FILE", path("clouds.yaml").c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }

  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  void write_clouds(const std::string& entries) const { write("clouds.yaml", "clouds:\n" + entries); }
  void write_policy(const std::string& name, const std::string& cloud, const std::string& volumes = "mysql",
                    const std::string& servers = "backend*") const {
    write("policies/" + name + ".yaml",
          "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: " + name +
              "}\nspec:\n  cloud: " + cloud + "\n  servers: {namePattern: \"" + servers + "\"}\n" +
              "  schedule: {cron: \"5 1 1 1 *\"}\n  datasets:\n    - {name: db, volumes: {nameContains: " + volumes +
              "}}\n  retention: {keepLast: 3, floor: 1}\n");
  }

  /// Runs `stillpoint ARGUMENTS -f policies`; the exit code.
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-f", path("policies")});
    return run_files(std::move(arguments));
  }
};

class TwoCloudsTest : public CommandsTest {
 protected:
  TwoCloudsTest() {
    prod_.furnish("backend-1", "mysql_data");
    lab_.furnish("backend-2", "mysql_data");
    write_clouds(prod_.entry("prod") + lab_.entry("lab"));
    write_policy("main", "prod");
    write_policy("trial", "lab");
    prod_.forget_requests();
    lab_.forget_requests();
  }
  Site prod_;
  Site lab_;
};

}  // namespace stillpoint::app
