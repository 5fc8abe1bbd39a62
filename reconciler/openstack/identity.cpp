#include "openstack/identity.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "openstack/api_error.hpp"
#include "openstack/auth_request.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;
using support::printable;
using support::Result;

/// A token is renewed when it lives no longer than this, or than a fifth of its life if it is short-lived.
constexpr std::chrono::seconds kMargin{60};

bool lives(const Session& session, std::chrono::nanoseconds at_least, const support::Clock& clock) {
  return session.expires - clock.steady_now() >= at_least;
}

std::string quoted(const std::set<std::string>& words) {
  std::vector<std::string> list;
  for (const std::string& word : words) {
    list.push_back("`" + printable(word) + "`");
  }
  return list.empty() ? "none" : support::join(list, ", ");
}

Error no_endpoint(const std::vector<const Endpoint*>& of_type, const std::vector<std::string>& types,
                  const CloudConfig& config) {
  std::string text = "Keystone's catalog has no " + config.interface + " endpoint of the type `" + types.front() + "`";
  if (!config.region_name.empty()) {
    text += " in the region `" + printable(config.region_name) + "`";
  }
  std::set<std::string> offered;
  for (const Endpoint* endpoint : of_type) {
    offered.insert(endpoint->interface + " in " + endpoint->region);
  }
  return {ErrorKind::InvalidInput,
          text + " (it offers: " + quoted(offered) + "); see `region_name` and `interface` in " + config.source};
}

}  // namespace

std::unique_ptr<http::Client> make_client(const CloudConfig& config, support::Clock& clock, http::Observer observer) {
  http::Options options;
  options.ca_file = config.cacert;
  return http::make_client(std::move(options), clock, std::move(observer));
}

Result<std::string> find_endpoint(const Session& session, const std::vector<std::string>& types,
                                  const CloudConfig& config) {
  std::vector<const Endpoint*> of_type;
  for (const std::string& type : types) {
    for (const Endpoint& endpoint : session.catalog) {
      if (endpoint.type == type) {
        of_type.push_back(&endpoint);
      }
    }
    if (!of_type.empty()) {
      break;
    }
  }
  std::set<std::string> regions;
  std::string url;
  for (const Endpoint* endpoint : of_type) {
    const bool in_region = config.region_name.empty() || endpoint->region == config.region_name;
    if (in_region && endpoint->interface == config.interface) {
      regions.insert(endpoint->region);
      url = endpoint->url;
    }
  }
  if (url.empty()) {
    return fail(no_endpoint(of_type, types, config));
  }
  if (regions.size() > 1) {
    return fail(ErrorKind::InvalidInput, "the cloud has several regions (" + quoted(regions) + "): name one with " +
                                             "`region_name` in " + config.source);
  }
  return url;
}

Identity::Identity(CloudConfig config, http::Client& client, support::Clock& clock)
    : config_(std::move(config)), client_(client), clock_(clock) {}

Result<SessionPtr> Identity::session(support::Deadline deadline) {
  return current_or_new(
      [this](const SessionPtr& session) { return lives(*session, std::min(kMargin, session->lifetime / 5), clock_); },
      deadline);
}

Result<SessionPtr> Identity::session_for(std::chrono::seconds lifetime, support::Deadline deadline) {
  auto session = current_or_new([&](const SessionPtr& known) { return lives(*known, lifetime, clock_); }, deadline);
  if (session && !lives(**session, lifetime, clock_)) {
    return fail(ErrorKind::Unavailable, "a token that lives " + support::format_duration(lifetime) +
                                            " is needed, but those of " + config_.auth_url + " live " +
                                            support::format_duration((*session)->lifetime) + " in all");
  }
  return session;
}

Result<SessionPtr> Identity::replace(const SessionPtr& refused, support::Deadline deadline) {
  return current_or_new([&](const SessionPtr& known) { return known != refused; }, deadline);
}

template <class GoodEnough>
Result<SessionPtr> Identity::current_or_new(GoodEnough good_enough, support::Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto limit = std::chrono::steady_clock::now() + deadline.remaining(clock_);
  if (!renewed_.wait_until(lock, deadline.stop(), limit, [this] { return !renewing_; })) {
    if (deadline.stop().stop_requested()) {
      return fail(ErrorKind::Interrupted, "the program is being stopped");
    }
    return fail(ErrorKind::Timeout, "another call was still renewing the token when the deadline passed");
  }
  if (current_ && good_enough(current_)) {
    return current_;
  }
  renewing_ = true;
  lock.unlock();
  auto made = authenticate(deadline);
  lock.lock();
  renewing_ = false;
  if (made) {
    previous_ = std::exchange(current_, *made);
  }
  renewed_.notify_all();
  return made;
}

Result<SessionPtr> Identity::authenticate(support::Deadline deadline) const {
  http::Request request;
  request.method = http::Method::Post;
  request.url = config_.auth_url + "/auth/tokens";
  request.body = auth_body(config_);
  request.service = "identity";
  const support::SteadyTime asked_at = clock_.steady_now();
  auto response = client_.send(request, deadline);
  if (!response) {
    return pass_on(std::move(response), doing());
  }
  if (response->code != 200 && response->code != 201) {
    return fail(refused(error_of(request, *response, redaction(), clock_.wall_now())));
  }
  auto session = read_session(*response, asked_at);
  if (!session) {
    return pass_on(std::move(session), doing());
  }
  return std::make_shared<const Session>(std::move(*session));
}

Redaction Identity::redaction() const {
  Redaction redaction;
  redaction.add(config_.password);
  redaction.add(config_.application_credential_secret);
  redaction.add(config_.token);
  const std::lock_guard lock(mutex_);
  for (const SessionPtr& session : {current_, previous_}) {
    if (session) {
      redaction.add(session->token);
    }
  }
  return redaction;
}

std::string Identity::doing() const {
  return "authenticating with " + config_.source +
         (config_.name.empty() ? "" : ", cloud `" + printable(config_.name) + "`");
}

Error Identity::refused(const Error& answer) const {
  if (answer.kind() != ErrorKind::Unauthorized && answer.kind() != ErrorKind::NotFound) {
    return Error(answer).with_context(doing());
  }
  std::string hint;
  if (answer.kind() == ErrorKind::NotFound) {
    hint = "; is `auth_url` right?";
  } else if (config_.type == AuthType::Password) {
    hint =
        "; the user name, the password or a domain is wrong, or the user has no role in the project (Keystone does "
        "not say which)";
  } else if (config_.type == AuthType::ApplicationCredential) {
    hint = "; the application credential's id or secret is wrong, or it has expired or been deleted";
  } else {
    hint = "; the token has expired or is wrong";
  }
  std::string said = answer.message();
  if (said.ends_with('.')) {
    said.pop_back();
  }
  return Error(answer.kind(), said + hint).with_context(doing());
}

}  // namespace stillpoint::openstack
