#include <algorithm>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/say_error.hpp"
#include "store/durable_file.hpp"
#include "suggest/document.hpp"

namespace stillpoint::app {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;

constexpr std::chrono::minutes kLookPatience{2};

bool is_folder(const std::string& out) {
  std::error_code error;
  return std::filesystem::is_directory(out, error);
}

/// The files to be written, by their names: one, or one for each policy if `out` is a folder.
std::map<std::string, std::string> files_of(const suggest::Groups& groups, const suggest::Surroundings& surroundings,
                                            const std::string& out) {
  if (!is_folder(out)) {
    return {{out, suggest::document_of(groups, surroundings)}};
  }
  std::map<std::string, std::string> files;
  for (auto& [name, text] : suggest::documents_of(groups, surroundings)) {
    files[(std::filesystem::path(out) / (name + ".yaml")).string()] = std::move(text);
  }
  return files;
}

/// All, or none where one of them is there already.
support::Status write_all(const std::map<std::string, std::string>& files) {
  for (const auto& [file, text] : files) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
      return fail(Error(ErrorKind::InvalidInput, file + " is there already, and is left as it is")
                      .with_remedy("name another file with --out, or remove it"));
    }
  }
  for (const auto& [file, text] : files) {
    if (auto written = store::create_file(file, text); !written) {
      return written;
    }
  }
  return {};
}

void say_next_steps(const suggest::Groups& groups, const std::map<std::string, std::string>& files,
                    const std::string& out) {
  for (const auto& [file, text] : files) {
    std::cout << "Wrote " << file << "\n";
  }
  std::cout << groups.groups.size() << (groups.groups.size() == 1 ? " policy" : " policies") << ". Next:\n";
  for (const auto& group : groups.groups) {
    if (group.looks_like_cluster()) {
      std::cout << "  fill in the writer of policy " << group.name << ", where it says " << suggest::kFillIn << "\n";
    }
  }
  std::cout << "  stillpoint validate -f " << out << "\n  stillpoint enroll -f " << out
            << " --create-user\n  stillpoint doctor -f " << out << "\n";
  if (is_folder(out)) {
    std::cout << "  stillpoint reconcile --now -f " << out << "\n";
  } else {
    std::cout << "  stillpoint apply -f " << out << "\n";
  }
}

/// The servers that were asked for and are not there.
support::Status have_all(const std::vector<std::string>& wanted, const std::vector<cloud::Server>& servers) {
  for (const auto& name : wanted) {
    const bool is_there =
        std::any_of(servers.begin(), servers.end(), [&](const auto& one) { return one.name == name; });
    if (!is_there) {
      return fail(Error(ErrorKind::InvalidInput, "the cloud has no server '" + name + "'")
                      .with_remedy("`openstack server list` shows those that there are"));
    }
  }
  return {};
}

support::Result<ExitCode> write_policies(const CloudTask& task, const Options& options, support::Deadline deadline) {
  const auto servers = task.cloud.list_servers(deadline);
  const auto volumes = servers ? task.cloud.list_volumes(deadline) : fail(servers.error());
  const auto quota = volumes ? task.cloud.quota(deadline) : fail(volumes.error());
  if (!quota) {
    return fail(quota.error());
  }
  if (auto all = have_all(options.servers, *servers); !all) {
    return support::pass_on(std::move(all));
  }
  const auto groups = suggest::group_servers(*servers, *volumes, options.servers);
  if (groups.groups.empty()) {
    std::string reasons;
    for (const auto& left_out : groups.left_out) {
      reasons += "; " + left_out.server + ": " + left_out.reason;
    }
    return fail(Error(ErrorKind::InvalidInput, "there is no server to write a policy for" + reasons)
                    .with_remedy("name servers with --server, or write the policy by hand (`stillpoint explain`)"));
  }
  const suggest::Surroundings surroundings{task.name, *quota};
  if (options.out_file == "-") {
    std::cout << suggest::document_of(groups, surroundings);
    return ExitCode::Ok;
  }
  const auto files = files_of(groups, surroundings, options.out_file);
  if (auto written = write_all(files); !written) {
    return support::pass_on(std::move(written));
  }
  say_next_steps(groups, files, options.out_file);
  return ExitCode::Ok;
}

}  // namespace

ExitCode init(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  return for_each_cloud(options, clock, metrics, *log,
                        [&](const CloudTask& task) -> support::Result<ExitCode> {
                          auto written = write_policies(task, options, support::Deadline::after(clock, kLookPatience));
                          if (!written && written.error().kind() == ErrorKind::InvalidInput) {
                            return say_error(written.error(), ExitCode::InvalidInput);
                          }
                          return written;
                        })
      .code;
}

}  // namespace stillpoint::app
