#include "cloudsim.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

#include "router.hpp"
#include "secrets.hpp"
#include "server.hpp"
#include "state.hpp"

namespace stillpoint::cloudsim {

namespace {

constexpr int kPasswordBytes = 16;

Options with_password(Options options) {
  if (options.password.empty()) options.password = make_secret("", kPasswordBytes);
  return options;
}

std::string cloud_entry(const std::string& cloud, const std::string& account, const std::string& url,
                        const std::string& password) {
  return "  " + cloud +
         ":\n"
         "    region_name: RegionOne\n"
         "    identity_api_version: 3\n"
         "    auth:\n"
         "      auth_url: " +
         url +
         "/identity/v3\n"
         "      username: " +
         account +
         "\n"
         "      password: \"" +
         password +
         "\"\n"
         "      project_name: " +
         account +
         "\n"
         "      user_domain_name: Default\n"
         "      project_domain_name: Default\n";
}

void write_private_file(const std::filesystem::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot write " + path.string());
  const bool ok = ::fchmod(fd, 0600) == 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!ok) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

struct CloudSim::Impl {
  explicit Impl(const Options& given) : options(with_password(given)), state(options), server(state, options.listen) {
    const std::lock_guard lock(state.mutex);
    state.base_url = server.url();
  }

  Options options;
  State state;
  HttpServer server;
};

CloudSim::CloudSim(const Options& options) : impl_(std::make_unique<Impl>(options)) {}

CloudSim::~CloudSim() {
  stop();
}

const std::string& CloudSim::url() const {
  return impl_->server.url();
}

const std::string& CloudSim::password() const {
  return impl_->options.password;
}

std::string CloudSim::clouds_yaml() const {
  return "clouds:\n" + cloud_entry("sim", "sim", url(), password()) +
         cloud_entry("sim-admin", "admin", url(), password());
}

void CloudSim::write_clouds_yaml(const std::filesystem::path& file) const {
  write_private_file(file, clouds_yaml());
}

std::string CloudSim::control(const std::string& method, const std::string& path, const std::string& body) {
  Request request;
  request.method = method;
  request.path = path;
  request.body = body;
  const Response response = serve(impl_->state, request);
  if (response.code != 200) throw std::runtime_error(method + " " + path + ": " + response.body);
  return response.body;
}

void CloudSim::begin_faults(const FaultPlan& plan) {
  const std::lock_guard lock(impl_->state.mutex);
  try {
    impl_->state.faults.begin(plan);
  } catch (const Refused& refused) {
    throw std::runtime_error(refused.response.body);
  }
}

void CloudSim::end_faults() {
  const std::lock_guard lock(impl_->state.mutex);
  impl_->state.faults.clear();
}

std::map<std::string, long> CloudSim::injected() {
  const std::lock_guard lock(impl_->state.mutex);
  return impl_->state.faults.injected();
}

void CloudSim::stop() {
  impl_->server.stop();
  impl_->state.worker.stop();
}

}  // namespace stillpoint::cloudsim
