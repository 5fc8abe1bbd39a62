#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "openstack/identity.hpp"
#include "openstack/json_read.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// A microversion, e.g. 3.66.
struct Microversion {
  int major = 0;
  int minor = 0;
  friend auto operator<=>(const Microversion&, const Microversion&) = default;
  std::string to_string() const;
};

/// What a service is called, in the catalog and in its headers.
struct ServiceName {
  std::string name;                ///< for metrics and messages: `block-storage`
  std::vector<std::string> types;  ///< in the catalog, the best first
  std::string header;              ///< in `OpenStack-API-Version`: `volume`
  Microversion newest;             ///< the newest microversion that we know
};

/// What one request asks.
struct Call {
  http::Method method = http::Method::Get;
  std::string path = {};  ///< below the service's endpoint, with its query
  std::string body = {};
  http::Repeat repeat = http::Repeat::Safe;
};

/// One service of the cloud: adds the token and the microversion to each request, renews the token once when it is
/// refused, and turns other codes than 2xx into errors. Safe to call from several threads.
class Api {
 public:
  /// The references must outlive it.
  Api(ServiceName service, Identity& identity, http::Client& client, support::Clock& clock);

  /// The whole answer, whose code is 2xx.
  support::Result<http::Response> send(const Call& call, support::Deadline deadline);

  /// The JSON of a 2xx answer.
  support::Result<Json> send_json(const Call& call, support::Deadline deadline);
  support::Result<Json> get(const std::string& path, support::Deadline deadline);
  /// The same, with the elements of the array `key` handed to `take` one by one; see `parse_json`.
  support::Result<Json> get(const std::string& path, const std::string& key,
                            const std::function<support::Status(const Json& element)>& take,
                            support::Deadline deadline);

  /// The microversion that is used: the newest that both sides know; empty if the service has none. Asks once, and
  /// again when the service has refused it (406).
  support::Result<std::optional<Microversion>> version(support::Deadline deadline);

  /// The service's version document asked for anew, whatever it says.
  support::Result<http::Response> fetch_version_document(support::Deadline deadline);
  support::Result<std::string> version_url(support::Deadline deadline);

  support::Clock& clock() const { return clock_; }

  /// The project that the token is for.
  support::Result<std::string> project_id(support::Deadline deadline);

 private:
  support::Result<http::Response> send_with_token(http::Request request, const SessionPtr& session,
                                                  support::Deadline deadline);
  void forget_version();
  support::Result<http::Response> send_once(http::Request& request, const SessionPtr& session,
                                            support::Deadline deadline);

  const ServiceName service_;
  Identity& identity_;
  http::Client& client_;
  support::Clock& clock_;

  std::mutex mutex_;
  bool has_negotiated_ = false;
  std::optional<Microversion> version_;
};

/// The address of the version document: the endpoint up to its `v3` or `v2.1`, with a slash at the end.
std::string version_url_of(const std::string& endpoint);

/// The newest microversion of the document that is not newer than `newest`. Empty if the document offers none; Protocol
/// if it is no such document or offers only newer ones.
support::Result<std::optional<Microversion>> negotiate(const std::string& document, Microversion newest);

}  // namespace stillpoint::openstack
