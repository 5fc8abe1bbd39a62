#include "telemetry/http_site.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "support/ids.hpp"
#include "telemetry/page.hpp"

namespace stillpoint::telemetry {

using support::ErrorKind;
using support::fail;

namespace {

constexpr std::string_view kBasic = "Basic ";

std::string base64(std::string_view text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string encoded;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) {
      encoded += kDigits[(bits >> static_cast<unsigned>(count - 6)) & 63U];
    }
  }
  if (count > 0) {
    encoded += kDigits[(bits << static_cast<unsigned>(6 - count)) & 63U];
  }
  encoded.resize((encoded.size() + 3) / 4 * 4, '=');
  return encoded;
}

HttpAnswer of_type(std::string body, std::string type, HttpAnswer::Caching caching) {
  HttpAnswer answer;
  answer.type = std::move(type);
  answer.body = std::move(body);
  answer.caching = caching;
  return answer;
}

HttpAnswer state_answer(const std::string& trouble) {
  return trouble.empty() ? plain_text(200, "ok") : plain_text(503, trouble);
}

}  // namespace

support::Result<support::Secret> read_http_credentials(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  struct stat status {};
  if (!in || stat(file.c_str(), &status) != 0) {
    return fail(ErrorKind::InvalidInput, file + ": it cannot be read");
  }
  if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return fail(support::Error(ErrorKind::InvalidInput, file + ": others may read or write this file of a password")
                    .with_remedy("chmod 0640 it"));
  }
  std::getline(in, line);
  std::string more;
  if (std::getline(in, more) || line.find(':') == std::string::npos || line.front() == ':' || line.back() == ':') {
    return fail(ErrorKind::InvalidInput, file + ": it is not one line of the form user:password");
  }
  return support::Secret(line);
}

HttpSite::HttpSite(HttpHandlers handlers, HttpAccess access)
    : handlers_(std::move(handlers)), hosts_(std::move(access.hosts)) {
  if (!access.credentials.empty()) {
    authorization_hash_ = support::sha256_hex(base64(access.credentials.reveal()));
  }
}

bool HttpSite::is_let_in(const HttpRequest& request) const {
  if (authorization_hash_.empty()) {
    return true;
  }
  const auto& given = request.header("authorization");
  // Hashes are compared, so that the time it takes tells nothing of the password.
  return given.starts_with(kBasic) &&
         support::sha256_hex(std::string_view(given).substr(kBasic.size())) == authorization_hash_;
}

bool HttpSite::is_our_name(const HttpRequest& request) const {
  return hosts_.empty() || std::find(hosts_.begin(), hosts_.end(), host_of(request.header("host"))) != hosts_.end();
}

std::variant<HttpAnswer, HttpSite::Work> HttpSite::route(const HttpRequest& request) const {
  // Probes come without a password and by whatever name; they learn one word.
  if (request.path == "/healthz") {
    return state_answer(handlers_.why_unhealthy());
  }
  if (request.path == "/readyz") {
    return state_answer(handlers_.why_unready());
  }
  if (!is_our_name(request)) {
    return plain_text(421,
                      "this server is not asked for by that name, but by localhost or its address; a proxy in front "
                      "has to send that as Host");
  }
  if (!is_let_in(request)) {
    auto answer = plain_text(401, "a user name and a password are needed");
    answer.www_authenticate = "Basic realm=\"stillpoint\", charset=\"UTF-8\"";
    return answer;
  }
  if (request.path == "/metrics") {
    return Work([this] {
      return of_type(handlers_.metrics(), "text/plain; version=0.0.4; charset=utf-8", HttpAnswer::Caching::Never);
    });
  }
  if (request.path == "/api/v1/policies") {
    return Work([this, request] {
      return revalidated(of_type(handlers_.policies(), "application/json", HttpAnswer::Caching::Revalidate), request);
    });
  }
  if (request.path == "/api/v1/points") {
    return Work([this, request] {
      return revalidated(of_type(handlers_.points(request.query), "application/json", HttpAnswer::Caching::Revalidate),
                         request);
    });
  }
  for (const auto& file : page_files()) {
    if (file.path == request.path) {
      return revalidated(of_type(std::string(file.content), std::string(file.type), HttpAnswer::Caching::Revalidate),
                         request);
    }
  }
  return plain_text(404, "there is no such page");
}

}  // namespace stillpoint::telemetry
