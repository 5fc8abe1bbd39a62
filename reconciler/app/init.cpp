#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <system_error>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/say_error.hpp"
#include "suggest/document.hpp"

namespace stillpoint::app {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;

constexpr std::chrono::minutes kLookPatience{2};

/// A file that must not be there yet.
support::Status write_new_file(const std::string& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  if (fd < 0) {
    const int reason = errno;
    return reason == EEXIST
               ? fail(Error(ErrorKind::InvalidInput, file + " is there already, and is left as it is")
                          .with_remedy("name another file with --out, or remove it"))
               : fail(ErrorKind::InvalidInput, file + " cannot be made: " + std::generic_category().message(reason));
  }
  const bool good = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!good) {
    ::unlink(file.c_str());
    return fail(ErrorKind::InvalidInput, file + " cannot be written");
  }
  return {};
}

void say_next_steps(const suggest::Groups& groups, const std::string& file) {
  std::cout << "Wrote " << file << ": " << groups.groups.size() << (groups.groups.size() == 1 ? " policy" : " policies")
            << ". Next:\n";
  for (const auto& group : groups.groups) {
    if (group.looks_like_cluster()) {
      std::cout << "  fill in the writer of policy " << group.name << ", where it says " << suggest::kFillIn << "\n";
    }
  }
  std::cout << "  stillpoint validate -f " << file << "\n  stillpoint enroll -f " << file
            << " --create-user\n  stillpoint doctor -f " << file << "\n  stillpoint apply -f " << file << "\n";
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
  const auto text = suggest::document_of(groups, {task.name, *quota});
  if (options.out_file == "-") {
    std::cout << text;
    return ExitCode::Ok;
  }
  if (auto written = write_new_file(options.out_file, text); !written) {
    return support::pass_on(std::move(written));
  }
  say_next_steps(groups, options.out_file);
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
