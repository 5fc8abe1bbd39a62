#include <signal.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include "cloudsim.hpp"

namespace {

using stillpoint::cloudsim::CloudSim;
using stillpoint::cloudsim::Options;

/// SIGTERM and SIGINT, blocked in every thread that is started after it, for one thread to wait for.
sigset_t block_end_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

std::string first_line(const std::string& file) {
  std::ifstream input(file);
  std::string line;
  if (!std::getline(input, line)) throw std::runtime_error("cannot read a password from " + file);
  return line;
}

int run(const Options& options, const std::string& clouds_yaml) {
  const sigset_t signals = block_end_signals();
  CloudSim sim(options);
  if (!clouds_yaml.empty()) sim.write_clouds_yaml(clouds_yaml);
  std::cout << "listening " << sim.url() << std::endl;
  int received = 0;
  sigwait(&signals, &received);
  sim.stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  std::string clouds_yaml;
  std::string password_file;
  long cut_delay_ms = options.cut_delay.count();
  long delete_delay_ms = options.delete_delay.count();
  long token_lifetime_s = options.token_lifetime.count();

  CLI::App app("An embedded OpenStack: the parts of Keystone, Cinder and Nova that Stillpoint uses, for tests");
  app.add_option("--listen", options.listen, "ADDRESS:PORT; port 0 takes a free one")->capture_default_str();
  app.add_option("--data", options.data, "folder for volumes and snapshots as sparse files; without it none are kept");
  app.add_option("--clouds-yaml", clouds_yaml, "write a clouds.yaml with the clouds sim and sim-admin (mode 0600)");
  app.add_option("--password-file", password_file, "file with the password; without it one is generated");
  app.add_option("--cut-delay-ms", cut_delay_ms, "from POST to the cut; negative: never by itself")
      ->capture_default_str();
  app.add_option("--delete-delay-ms", delete_delay_ms, "from DELETE to gone")->capture_default_str();
  app.add_option("--token-lifetime-s", token_lifetime_s)->capture_default_str();
  app.add_option("--quota-snapshots", options.quota_snapshots)->capture_default_str();
  app.add_option("--quota-gigabytes", options.quota_gigabytes)->capture_default_str();
  app.add_option("--quota-volumes", options.quota_volumes)->capture_default_str();
  app.add_option("--page-limit", options.page_limit, "most rows of one page (osapi_max_limit)")->capture_default_str();
  app.add_flag("--clones-keep-snapshots", options.clones_keep_snapshots,
               "a snapshot with clones comes back to available when it is deleted");
  CLI11_PARSE(app, argc, argv);

  options.cut_delay = std::chrono::milliseconds(cut_delay_ms);
  options.delete_delay = std::chrono::milliseconds(delete_delay_ms);
  options.token_lifetime = std::chrono::seconds(token_lifetime_s);
  try {
    if (!password_file.empty()) options.password = first_line(password_file);
    return run(options, clouds_yaml);
  } catch (const std::exception& error) {
    std::cerr << "stillpoint-cloudsim: " << error.what() << "\n";
    return 1;
  }
}
