#include "openstack/credential.hpp"

#include "openstack/api_error.hpp"
#include "openstack/json_read.hpp"

namespace stillpoint::openstack {
namespace {

using support::fail;
using support::Result;

/// When the application credential of the session ends.
Result<std::optional<support::WallTime>> ask_for_end(const Session& session, const Identity& identity,
                                                     http::Client& client, const support::Clock& clock,
                                                     support::Deadline deadline) {
  http::Request request;
  request.url = identity.config().auth_url + "/users/" + http::encode(session.holder.user_id) +
                "/application_credentials/" + http::encode(session.holder.application_credential_id);
  request.headers["X-Auth-Token"] = session.token.reveal();
  request.service = "identity";
  auto response = client.send(request, deadline);
  if (!response) {
    return pass_on(std::move(response));
  }
  if (response->code != 200) {
    return fail(error_of(request, *response, identity.redaction(), clock.wall_now()));
  }
  const auto body = parse_json(response->body);
  if (!body) {
    return fail(body.error());
  }
  JsonFields answer(*body, "body");
  JsonFields credential(answer.object("application_credential"), "application_credential");
  auto end = credential.time_or_none("expires_at");
  for (const auto& status : {answer.status(), credential.status()}) {
    if (!status) {
      return fail(status.error());
    }
  }
  return end;
}

}  // namespace

Result<CredentialReport> inspect_credential(const CloudConfig& config, support::Clock& clock, http::Observer observer,
                                            support::Deadline deadline) {
  const auto client = make_client(config, clock, std::move(observer));
  Identity identity(config, *client, clock);
  const auto session = identity.session(deadline);
  if (!session) {
    return fail(identity.redaction().error(session.error()));
  }
  CredentialReport report{config.type, (*session)->holder, std::nullopt, ""};
  if (report.type == AuthType::Token) {
    report.expires_at = (*session)->issued_at + (*session)->lifetime;  // a token made of one ends with it
    return report;
  }
  if (report.holder.application_credential_id.empty()) {
    report.expires_at = report.holder.password_expires_at;
    return report;
  }
  auto end = ask_for_end(**session, identity, *client, clock, deadline);
  if (end) {
    report.expires_at = *end;
  } else {
    report.untold = identity.redaction().error(end.error()).to_string();
  }
  return report;
}

}  // namespace stillpoint::openstack
