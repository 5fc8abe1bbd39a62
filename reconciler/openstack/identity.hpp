#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "openstack/clouds_yaml.hpp"
#include "openstack/redaction.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"
#include "support/secret.hpp"

namespace stillpoint::openstack {

/// One address of a service in Keystone's catalog.
struct Endpoint {
  std::string type;  ///< e.g. `volumev3`
  std::string interface;
  std::string region;
  std::string url;  ///< without a slash at its end
};

/// Whose a token is, and by what it was got.
struct Holder {
  std::string user_id;
  std::optional<support::WallTime> password_expires_at;  ///< nothing if Keystone names no end
  std::string application_credential_id;                 ///< empty: it was none
  std::string application_credential_name;
  std::size_t access_rules = 0;  ///< of that credential; 0: it may do whatever its roles may
};

/// What one successful authentication gave. Never changes once it is made.
struct Session {
  support::Secret token;
  support::SteadyTime expires;       ///< by our clock, from the token's own times, so that clocks may differ
  support::WallTime issued_at;       ///< by Keystone's clock
  std::chrono::seconds lifetime{0};  ///< of the whole token
  std::string project_id;
  Holder holder;
  std::vector<Endpoint> catalog;
};

using SessionPtr = std::shared_ptr<const Session>;

/// The endpoint of the first of `types` that the catalog offers in the region and at the interface that are configured.
/// InvalidInput if there is none (the text says what there is) or if several regions could be meant.
support::Result<std::string> find_endpoint(const Session& session, const std::vector<std::string>& types,
                                           const CloudConfig& config);

/// The client with which this cloud is spoken to.
std::unique_ptr<http::Client> make_client(const CloudConfig& config, support::Clock& clock, http::Observer observer);

/// Keeps a token that works. Safe to call from several threads: one of them renews and the others wait for it.
class Identity {
 public:
  /// `client` and `clock` must outlive it.
  Identity(CloudConfig config, http::Client& client, support::Clock& clock);

  /// A session whose token is good for a while yet.
  support::Result<SessionPtr> session(support::Deadline deadline);

  /// A session whose token lives at least `lifetime` from now. Unavailable if even a new one does not.
  support::Result<SessionPtr> session_for(std::chrono::seconds lifetime, support::Deadline deadline);

  /// Another session than `refused`, whose token a service did not accept.
  support::Result<SessionPtr> replace(const SessionPtr& refused, support::Deadline deadline);

  /// A session that was made now; it is not kept.
  support::Result<SessionPtr> authenticate(support::Deadline deadline) const;

  const CloudConfig& config() const { return config_; }

  /// Of the configured secrets and of the tokens that are or were just in use.
  Redaction redaction() const;

 private:
  template <class GoodEnough>
  support::Result<SessionPtr> current_or_new(GoodEnough good_enough, support::Deadline deadline);
  support::Error refused(const support::Error& answer) const;
  /// For the context of errors: with which credentials, in which cloud.
  std::string doing() const;

  const CloudConfig config_;
  http::Client& client_;
  support::Clock& clock_;

  mutable std::mutex mutex_;
  std::condition_variable_any renewed_;
  bool renewing_ = false;
  SessionPtr current_;
  SessionPtr previous_;
};

}  // namespace stillpoint::openstack
