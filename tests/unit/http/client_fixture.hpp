#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fakes/skipping_clock.hpp"
#include "fakes/tiny_server.hpp"
#include "http/client.hpp"

namespace stillpoint::http {

/// A client whose waits take no time, for servers of a few lines.
class ClientTest : public testing::Test {
 protected:
  support::Deadline in(std::chrono::milliseconds time) { return support::Deadline::after(clock_, time); }
  support::Result<Response> get(const std::string& url) { return send({Method::Get, url, {}, "", Repeat::Safe, ""}); }
  support::Result<Response> post(const std::string& url, Repeat repeat) {
    return send({Method::Post, url, {}, R"({"a":1})", repeat, ""});
  }
  support::Result<Response> send(const Request& request) {
    return client_->send(request, in(std::chrono::seconds(20)));
  }

  static Options capped(size_t bytes) {
    Options options;
    options.max_response_bytes = bytes;
    return options;
  }

  /// Answers in turn; the last answer is given ever after.
  static fakes::TinyServer::Serve in_turn(std::vector<std::string> answers, std::atomic<int>& count) {
    return fakes::TinyServer::responding([answers = std::move(answers), &count](const fakes::SeenRequest&) {
      const auto turn = static_cast<size_t>(count++);
      return answers[std::min(turn, answers.size() - 1)];
    });
  }

  fakes::SkippingClock clock_;
  std::unique_ptr<Client> client_ = make_client({}, clock_);
};

}  // namespace stillpoint::http
