#include "openstack/redaction.hpp"

#include <utility>

#include "http/client.hpp"
#include "openstack/json_read.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;

constexpr std::size_t kShortest = 4;
constexpr const char* kInstead = "[secret]";

std::string in_json(const std::string& text) {
  const std::string quoted = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

void Redaction::add(const support::Secret& secret) {
  if (secret.reveal().size() >= kShortest) {
    hidden_.insert({secret.reveal(), http::encode(secret.reveal()), in_json(secret.reveal())});
  }
}

std::string Redaction::text(std::string said) const {
  for (const std::string& hidden : hidden_) {
    for (std::size_t at = said.find(hidden); at != std::string::npos; at = said.find(hidden, at)) {
      said.replace(at, hidden.size(), kInstead);
      at += std::string(kInstead).size();
    }
  }
  return said;
}

Error Redaction::error(const Error& error) const {
  Error clean(error.kind(), text(error.message()));
  for (const std::string& doing : error.context()) {
    clean = std::move(clean).with_context(text(doing));
  }
  if (!error.remedy().empty()) {
    clean = std::move(clean).with_remedy(text(error.remedy()));
  }
  if (error.mark()) {
    clean = std::move(clean).at(*error.mark());
  }
  return error.retry_after() ? std::move(clean).with_retry_after(*error.retry_after()) : clean;
}

}  // namespace stillpoint::openstack
