#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "fakes/scripted_http.hpp"
#include "fakes/skipping_clock.hpp"
#include "openstack/json_read.hpp"
#include "openstack/openstack_cloud.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {

inline const std::string kCinder = "http://cloud:8776/v3/p1";
inline const std::string kNova = "http://cloud:8774/v2.1";

/// As Cinder answers to the request for one.
inline const std::string kSnapshot =
    R"({"id": "s1", "name": null, "volume_id": "v1", "status": "creating", "size": 1, "metadata": {"a": "b"},
        "created_at": "2026-11-24T06:18:49.219984", "updated_at": null, "group_snapshot_id": null})";

inline http::Response ok(const std::string& body) {
  return fakes::json_answer(200, body);
}

/// A cloud whose Keystone and version documents answer as the real ones do, and the rest as a test says.
class ScriptedCloud {
 public:
  using Respond = fakes::ScriptedHttp::Respond;

  explicit ScriptedCloud(Respond respond) : respond_(std::move(respond)) {
    config.name = "c";
    config.source = "clouds.yaml";
    config.auth_url = "http://cloud:5000/v3";
    config.username = "u";
    config.password = support::Secret("pass-word-1");
    config.project_name = "p";
  }

  support::Result<std::unique_ptr<cloud::Cloud>> connect(int page_size) { return connect({.page_size = page_size}); }
  support::Result<std::unique_ptr<cloud::Cloud>> connect(const ListingLimits& limits = {}) {
    auto client =
        std::make_unique<fakes::ScriptedHttp>([this](const http::Request& request) { return answer(request); }, log);
    return connect_over(std::move(client), config, clock, limits);
  }

  support::Deadline soon() { return support::Deadline::after(clock, std::chrono::seconds(30)); }

  CloudConfig config;
  fakes::SkippingClock clock;
  std::shared_ptr<fakes::HttpLog> log = std::make_shared<fakes::HttpLog>();
  std::string cinder_newest = "3.70";
  std::string nova_newest = "2.93";
  std::string date;  ///< the `Date` of Cinder's version document; none if empty
  std::chrono::seconds next_version_takes{0};
  std::chrono::seconds token_lifetime{3600};
  std::chrono::seconds keystone_ahead{0};
  std::atomic<int> tokens = 0;

 private:
  support::Result<http::Response> answer(const http::Request& request) {
    if (request.url == config.auth_url + "/auth/tokens") {
      return token();
    }
    if (request.url == "http://cloud:8776/v3/") {
      http::Response response =
          ok(R"({"versions": [{"id": "v3.0", "min_version": "3.0", "version": ")" + cinder_newest + "\"}]}");
      clock.advance(std::exchange(next_version_takes, std::chrono::seconds(0)));
      if (!date.empty()) {
        response.headers["date"] = date;
      }
      return response;
    }
    if (request.url == "http://cloud:8774/v2.1/") {
      return ok(R"({"version": {"id": "v2.1", "min_version": "2.1", "version": ")" + nova_newest + "\"}}");
    }
    return respond_(request);
  }

  http::Response token() {
    const support::WallTime now = clock.wall_now() + keystone_ahead;
    const auto endpoints = [](const std::string& url) {
      return Json::array({{{"interface", "public"}, {"region_id", "R1"}, {"url", url}},
                          {{"interface", "internal"}, {"region_id", "R1"}, {"url", "http://inside/v3"}}});
    };
    const Json body{{"token",
                     {{"issued_at", support::format_utc(now)},
                      {"expires_at", support::format_utc(now + token_lifetime)},
                      {"project", {{"id", "p1"}}},
                      {"catalog", Json::array({{{"type", "volumev3"}, {"endpoints", endpoints(kCinder)}},
                                               {{"type", "compute"}, {"endpoints", endpoints(kNova + "/")}}})}}}};
    return fakes::json_answer(201, body.dump(), {{"x-subject-token", "token-" + std::to_string(++tokens)}});
  }

  const Respond respond_;
};

}  // namespace stillpoint::openstack
