#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/client.hpp"

namespace stillpoint::fakes {

/// What a `ScriptedHttp` saw; outlives it.
class HttpLog {
 public:
  void add(const http::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
  }
  std::vector<http::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// Those whose URL holds the text.
  std::vector<http::Request> to(const std::string& part) const {
    std::vector<http::Request> found;
    for (const http::Request& request : requests()) {
      if (request.url.find(part) != std::string::npos) {
        found.push_back(request);
      }
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<http::Request> requests_;
};

/// An HTTP client whose answers come from a function, which is called on the caller's thread.
class ScriptedHttp final : public http::Client {
 public:
  using Respond = std::function<support::Result<http::Response>(const http::Request&)>;

  ScriptedHttp(Respond respond, std::shared_ptr<HttpLog> log) : respond_(std::move(respond)), log_(std::move(log)) {}

  support::Result<http::Response> send(const http::Request& request, support::Deadline) override {
    log_->add(request);
    return respond_(request);
  }
  void warm(const std::string& url, int connections, support::Deadline) override {
    http::Request request;
    request.url = url;
    request.service = "warm " + std::to_string(connections);
    log_->add(request);
  }

 private:
  const Respond respond_;
  const std::shared_ptr<HttpLog> log_;
};

inline http::Response json_answer(int code, std::string body, std::map<std::string, std::string> headers = {}) {
  http::Response response;
  response.code = code;
  response.headers = std::move(headers);
  response.body = std::move(body);
  return response;
}

}  // namespace stillpoint::fakes
