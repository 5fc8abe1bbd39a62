#pragma once

#include <set>
#include <string>

#include "support/error.hpp"
#include "support/secret.hpp"

namespace stillpoint::openstack {

/// Takes secrets out of what a cloud says: a proxy or a service that fails may repeat the request that it could not
/// handle, token and password included (P11).
class Redaction {
 public:
  /// Also in the forms in which it stands in URLs and in JSON. Nothing shorter than four characters is taken out: text
  /// without each `e` would tell nobody anything, and whoever has such a password has no secret.
  void add(const support::Secret& secret);

  std::string text(std::string said) const;
  /// Message, remedy and context.
  support::Error error(const support::Error& error) const;

 private:
  struct LongestFirst {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    }
  };
  std::set<std::string, LongestFirst> hidden_;
};

}  // namespace stillpoint::openstack
