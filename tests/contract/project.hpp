#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "cloud/types.hpp"
#include "http/client.hpp"
#include "openstack/clouds_yaml.hpp"
#include "support/clock.hpp"

namespace stillpoint::contract {

/// A project of a cloud, spoken to in raw HTTP: what the suite has to arrange and the `Cloud` port does not offer.
/// Each call either does what it says or throws std::runtime_error, which fails the test that is set up.
class Project {
 public:
  Project(openstack::CloudConfig config, support::Clock& clock);

  const std::string& id() const { return project_id_; }

  /// `type` if the cloud has such a volume type, else nothing: the cloud's default.
  std::string type_or_default(const std::string& type);

  // These return when the object is ready or gone.
  cloud::VolumeId create_volume(const std::string& name, const std::string& type);
  cloud::VolumeId restore(const cloud::SnapshotId& snapshot, const std::string& name);
  void delete_volume(const cloud::VolumeId& id);
  cloud::ServerId create_server(const std::string& name);
  void delete_server(const cloud::ServerId& id);
  void attach(const cloud::ServerId& server, const cloud::VolumeId& volume);
  void detach(const cloud::ServerId& server, const cloud::VolumeId& volume);

  /// For an administrator: sets a quota of another project, and gives back what it was.
  long set_quota(const std::string& project_id, const std::string& resource, long limit);

 private:
  struct Answer {
    int code = 0;
    nlohmann::json body;
  };

  void log_in();
  std::string endpoint(const std::string& type) const;
  Answer send(http::Method method, const std::string& url, const nlohmann::json& body = nullptr);
  /// The same, refusing any other code than these two.
  nlohmann::json demand(http::Method method, const std::string& url, int code, const nlohmann::json& body = nullptr);
  void await(const std::string& what, const std::function<bool()>& is_so);
  std::string volume_status(const std::string& id);
  cloud::VolumeId await_volume(const nlohmann::json& wanted);

  openstack::CloudConfig config_;
  support::Clock& clock_;
  std::unique_ptr<http::Client> client_;
  nlohmann::json catalog_;
  std::string token_;
  std::string project_id_;
};

}  // namespace stillpoint::contract
