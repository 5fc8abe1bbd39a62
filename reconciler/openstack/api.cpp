#include "openstack/api.hpp"

#include <algorithm>
#include <charconv>

#include "openstack/api_error.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;
using support::Result;

bool is_success(int code) {
  return code >= 200 && code < 300;
}

std::optional<Microversion> parse_version(const std::string& text) {
  const size_t dot = text.find('.');
  if (dot == std::string::npos) {
    return std::nullopt;
  }
  Microversion version;
  const char* middle = text.data() + dot;
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), middle, version.major);
  const auto minor = std::from_chars(middle + 1, end, version.minor);
  if (major.ec != std::errc() || major.ptr != middle || minor.ec != std::errc() || minor.ptr != end) {
    return std::nullopt;
  }
  return version;
}

/// `v3`, `v2.1`: a letter, then digits and points.
bool is_version_segment(const std::string& segment) {
  return segment.size() > 1 && segment.front() == 'v' &&
         segment.find_first_not_of("0123456789.", 1) == std::string::npos;
}

/// A call that changes something and may be repeated: once no answer came, nobody knows whether it was carried out.
Error without_answer(const Call& call, Error error) {
  const bool is_unknown = error.kind() == ErrorKind::Timeout || error.kind() == ErrorKind::Unavailable ||
                          error.kind() == ErrorKind::Protocol || error.kind() == ErrorKind::Interrupted;
  if (call.method == http::Method::Get || call.repeat == http::Repeat::Never || !is_unknown) {
    return error;
  }
  return {ErrorKind::UnknownOutcome, error.to_string()};
}

}  // namespace

std::string Microversion::to_string() const {
  return std::to_string(major) + "." + std::to_string(minor);
}

std::string version_url_of(const std::string& endpoint) {
  const size_t host = endpoint.find("://") == std::string::npos ? 0 : endpoint.find("://") + 3;
  for (size_t slash = endpoint.find('/', host); slash != std::string::npos; slash = endpoint.find('/', slash + 1)) {
    const size_t end = std::min(endpoint.find('/', slash + 1), endpoint.size());
    if (is_version_segment(endpoint.substr(slash + 1, end - slash - 1))) {
      return endpoint.substr(0, end) + "/";
    }
  }
  return endpoint + "/";
}

Result<std::optional<Microversion>> negotiate(const std::string& document, Microversion newest) {
  auto parsed = parse_json(document);
  if (!parsed) {
    return pass_on(std::move(parsed));
  }
  JsonFields fields(*parsed, "version document");
  if (fields.member("version").is_null() && fields.member("versions").is_null()) {
    return fail(ErrorKind::Protocol, "the answer names no version: it does not come from the service itself");
  }
  std::vector<Json> offers;
  if (fields.member("version").is_object()) {
    offers.push_back(fields.member("version"));
  }
  for (const Json& offer : fields.array_or_empty("versions")) {
    offers.push_back(offer);
  }
  for (const Json& offer : offers) {
    JsonFields offered(offer, "version");
    const auto highest = parse_version(offered.text_or_empty("version"));
    const auto lowest = parse_version(offered.text_or_empty("min_version"));
    if (!highest || !lowest || highest->major != newest.major) {
      continue;
    }
    if (*lowest > newest) {
      return fail(ErrorKind::Protocol, "the service's oldest microversion is " + lowest->to_string() +
                                           ", and the newest that is known here is " + newest.to_string());
    }
    return std::min(*highest, newest);
  }
  if (const auto status = fields.status(); !status) {
    return fail(status.error());
  }
  return std::optional<Microversion>();
}

Api::Api(ServiceName service, Identity& identity, http::Client& client, support::Clock& clock)
    : service_(std::move(service)), identity_(identity), client_(client), clock_(clock) {}

Result<http::Response> Api::send(const Call& call, support::Deadline deadline) {
  auto negotiated = version(deadline);
  if (!negotiated) {
    return pass_on(std::move(negotiated));
  }
  auto session = identity_.session(deadline);
  if (!session) {
    return pass_on(std::move(session));
  }
  auto endpoint = find_endpoint(**session, service_.types, identity_.config());
  if (!endpoint) {
    return pass_on(std::move(endpoint));
  }
  http::Request request;
  request.method = call.method;
  request.url = *endpoint + call.path;
  request.body = call.body;
  request.repeat = call.repeat;
  if (*negotiated) {
    request.headers["OpenStack-API-Version"] = service_.header + " " + (*negotiated)->to_string();
    if (service_.header == "compute") {
      // Nova before 2.27 knows its own header only.
      request.headers["X-OpenStack-Nova-API-Version"] = (*negotiated)->to_string();
    }
  }
  auto response = send_with_token(request, *session, deadline);
  if (!response) {
    return fail(without_answer(call, std::move(response.error())));
  }
  if (response->code == 406) {
    forget_version();
  }
  if (!is_success(response->code)) {
    return fail(error_of(request, *response, identity_.redaction(), clock_.wall_now()));
  }
  return response;
}

Result<http::Response> Api::send_with_token(http::Request request, const SessionPtr& session,
                                            support::Deadline deadline) {
  auto response = send_once(request, session, deadline);
  if (!response || response->code != 401) {
    return response;
  }
  // Refused before anything was done, so even a call that must not be repeated may be sent again.
  auto renewed = identity_.replace(session, deadline);
  if (!renewed) {
    return pass_on(std::move(renewed), "renewing a token that the " + service_.name + " service refused");
  }
  return send_once(request, *renewed, deadline);
}

Result<http::Response> Api::send_once(http::Request& request, const SessionPtr& session, support::Deadline deadline) {
  request.headers["X-Auth-Token"] = session->token.reveal();
  request.service = service_.name;
  return client_.send(request, deadline);
}

Result<Json> Api::send_json(const Call& call, support::Deadline deadline) {
  auto response = send(call, deadline);
  if (!response) {
    return pass_on(std::move(response));
  }
  auto body = parse_json(response->body);
  if (!body) {
    return pass_on(std::move(body), std::string(http::to_string(call.method)) + " " + call.path);
  }
  return body;
}

Result<Json> Api::get(const std::string& path, support::Deadline deadline) {
  return send_json({.path = path}, deadline);
}

Result<Json> Api::get(const std::string& path, const std::string& key,
                      const std::function<support::Status(const Json& element)>& take, support::Deadline deadline) {
  auto response = send({.path = path}, deadline);
  if (!response) {
    return pass_on(std::move(response));
  }
  auto body = parse_json(response->body, key, take);
  if (!body) {
    return pass_on(std::move(body), "GET " + path);
  }
  return body;
}

Result<std::optional<Microversion>> Api::version(support::Deadline deadline) {
  {
    const std::lock_guard lock(mutex_);
    if (has_negotiated_) {
      return version_;
    }
  }
  auto document = fetch_version_document(deadline);
  if (!document) {
    return pass_on(std::move(document), "asking the " + service_.name + " service for its versions");
  }
  auto negotiated = negotiate(document->body, service_.newest);
  if (!negotiated) {
    return pass_on(std::move(negotiated), "asking the " + service_.name + " service for its versions");
  }
  const std::lock_guard lock(mutex_);
  has_negotiated_ = true;
  version_ = *negotiated;
  return version_;
}

/// The service has been put back to an older one meanwhile; the next call asks what it offers now.
void Api::forget_version() {
  const std::lock_guard lock(mutex_);
  has_negotiated_ = false;
}

Result<http::Response> Api::fetch_version_document(support::Deadline deadline) {
  auto session = identity_.session(deadline);
  if (!session) {
    return pass_on(std::move(session));
  }
  auto url = version_url(deadline);
  if (!url) {
    return pass_on(std::move(url));
  }
  http::Request request;
  request.url = *url;
  auto response = send_with_token(request, *session, deadline);
  // 300 is how some versions answer where several are to choose from; the document is the same.
  if (response && !is_success(response->code) && response->code != 300) {
    return fail(error_of(request, *response, identity_.redaction(), clock_.wall_now()));
  }
  return response;
}

Result<std::string> Api::version_url(support::Deadline deadline) {
  auto session = identity_.session(deadline);
  if (!session) {
    return pass_on(std::move(session));
  }
  auto endpoint = find_endpoint(**session, service_.types, identity_.config());
  if (!endpoint) {
    return endpoint;
  }
  return version_url_of(*endpoint);
}

Result<std::string> Api::project_id(support::Deadline deadline) {
  auto session = identity_.session(deadline);
  if (!session) {
    return pass_on(std::move(session));
  }
  return (*session)->project_id;
}

}  // namespace stillpoint::openstack
