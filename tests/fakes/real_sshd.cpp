#include "fakes/real_sshd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace stillpoint::fakes {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "RealSshd: %s\n", why.c_str());
  std::abort();
}

/// Starts a program with both its outputs at `output`; -1 leaves them alone.
pid_t spawn(const std::vector<std::string>& arguments, int output) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (output >= 0) {
      ::dup2(output, STDOUT_FILENO);
      ::dup2(output, STDERR_FILENO);
    }
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  return pid;
}

int wait_for_end(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string user_name() {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? "root" : found->pw_name;
}

/// A port that was free a moment ago.
int free_port(const std::string& address) {
  sockaddr_in6 six{};
  sockaddr_in four{};
  six.sin6_family = AF_INET6;
  four.sin_family = AF_INET;
  const bool is_six = ::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) == 1;
  ::inet_pton(AF_INET, address.c_str(), &four.sin_addr);
  auto* name = is_six ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four);
  socklen_t size = is_six ? sizeof(six) : sizeof(four);
  const int fd = ::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound = fd >= 0 && ::bind(fd, name, size) == 0 && ::getsockname(fd, name, &size) == 0;
  ::close(fd);
  return !bound ? 0 : ntohs(is_six ? six.sin6_port : four.sin_port);
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

enum class Kill { SshdOnly, All };

void kill_tree(pid_t pid, Kill what) {
  const auto children = children_of(pid);
  if (what == Kill::All || first_line("/proc/" + std::to_string(pid) + "/comm") == "sshd") {
    ::kill(pid, SIGKILL);
  }
  for (const pid_t child : children) {
    kill_tree(child, what);
  }
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
  return wait_for_end(spawn(arguments, -1));
}

std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream list("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
  std::vector<pid_t> children;
  for (pid_t child = 0; list >> child;) {
    children.push_back(child);
  }
  return children;
}

bool RealSshd::available(RunFolder run) {
  if (!fs::exists("/usr/sbin/sshd") || !fs::exists("/usr/bin/ssh-keygen")) {
    return false;
  }
  return run == RunFolder::Shared ||
         run_program({"unshare", "--mount", "sh", "-c", "mount -t tmpfs none /run 2>/dev/null"}) == 0;
}

RealSshd::RealSshd(const Options& options) : address_(options.address) {
  std::string pattern = (fs::temp_directory_path() / "stillpoint-sshd-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    give_up("no temporary folder");
  }
  folder_ = pattern;
  make_key("host_key");
  make_key("user_key");
  fs::copy_file(path("user_key.pub"), path("authorized_keys"));
  // Somebody may take the port between our look and sshd's.
  for (int tries = 0; tries < 5; ++tries) {
    port_ = free_port(address_);
    start(options);
    if (wait_until_listening()) {
      std::ofstream(path("known_hosts")) << "[" << address_ << "]:" << port_ << " " << first_line(path("host_key.pub"))
                                         << "\n";
      return;
    }
    wait_for_end(pid_);
  }
  give_up("sshd does not listen: " + early_log_);
}

void RealSshd::start(const Options& options) {
  std::ofstream config(path("sshd_config"));
  config << "ListenAddress " << (address_.find(':') == std::string::npos ? address_ : "[" + address_ + "]") << ":"
         << port_ << "\nHostKey " << path("host_key") << "\nAuthorizedKeysFile " << path("authorized_keys")
         << "\nPidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n"
         << "KbdInteractiveAuthentication no\nMaxStartups 100\nPrintMotd no\nUseDNS no\n";
  // A bash that sshd starts reads ~/.bashrc, which is no business of a test.
  config << "SetEnv HOME=" << folder_.string() << "\n";
  for (const auto& line : options.config) {
    config << line << "\n";
  }
  config.close();
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
    give_up("no pipe");
  }
  const std::string sshd = "exec /usr/sbin/sshd -D -e -f " + path("sshd_config");
  if (options.run == RunFolder::Own) {
    std::string prepare =
        "set -e; cd " + folder_.string() +
        "; mount -t tmpfs -o mode=755 none /run; mkdir /run/sshd; mkdir -p /dev/disk; mount -t tmpfs none /dev/disk";
    for (const auto& command : options.prepare) {
      prepare += "\n" + command;
    }
    pid_ = spawn({"unshare", "--mount", "--propagation", "private", "sh", "-c", prepare + "\n" + sshd}, pipe[1]);
  } else {
    if (::getuid() == 0) {
      fs::create_directories("/run/sshd");
    }
    pid_ = spawn({"sh", "-c", sshd}, pipe[1]);
  }
  ::close(pipe[1]);
  log_fd_ = pipe[0];
}

bool RealSshd::wait_until_listening() {
  early_log_.clear();
  std::array<char, 1024> buffer{};
  while (early_log_.find("Server listening on") == std::string::npos) {
    const ssize_t count = ::read(log_fd_, buffer.data(), buffer.size());
    if (count <= 0) {
      ::close(log_fd_);
      return false;
    }
    early_log_.append(buffer.data(), static_cast<size_t>(count));
  }
  // sshd must never wait for somebody to read its log. The pipe ends with the last process that writes to it.
  log_drain_ = std::jthread([fd = log_fd_] {
    std::array<char, 4096> rest{};
    const bool show = std::getenv("STILLPOINT_SSHD_LOG") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    ssize_t count = 0;
    while ((count = ::read(fd, rest.data(), rest.size())) > 0) {
      if (show) {
        std::fwrite(rest.data(), 1, static_cast<size_t>(count), stderr);
      }
    }
    ::close(fd);
  });
  return true;
}

RealSshd::~RealSshd() {
  if (pid_ > 0) {
    for (const pid_t child : children_of(pid_)) {
      kill_tree(child, Kill::All);
    }
  }
  kill_listener();
  log_drain_.join();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

ssh::Target RealSshd::target() const {
  ssh::Target target;
  target.host = address_;
  target.port = port_;
  target.user = user_name();
  target.key_file = path("user_key");
  target.known_hosts_file = path("known_hosts");
  return target;
}

std::string RealSshd::make_key(const std::string& name, const std::string& passphrase) const {
  if (run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", path(name)}) != 0) {
    give_up("ssh-keygen failed");
  }
  return path(name);
}

void RealSshd::kill_sessions() const {
  if (pid_ > 0) {
    for (const pid_t child : children_of(pid_)) {
      kill_tree(child, Kill::SshdOnly);
    }
  }
}

void RealSshd::kill_listener() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait_for_end(pid_);
    pid_ = -1;
  }
}

}  // namespace stillpoint::fakes
