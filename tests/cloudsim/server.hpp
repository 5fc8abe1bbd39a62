#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "exchange.hpp"
#include "faults.hpp"

struct mg_connection;
struct mg_context;

namespace stillpoint::cloudsim {

struct State;

/// Speaks HTTP with the clients, and does to their connections what the faults ask for.
class HttpServer {
 public:
  /// Listens when it returns. Throws std::runtime_error if that is not possible.
  HttpServer(State& state, const std::string& listen);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  const std::string& url() const { return url_; }
  void stop();

 private:
  static int on_request(mg_connection* connection);
  /// Gives the code for civetweb: with 401 it closes the connection in any case.
  int handle(mg_connection* connection);
  std::optional<Response> answer(const Request& request, const std::string& raw_query, std::optional<Fault>& fault);
  Response answer_with(const Request& request, const Fault& fault);
  void hang_up(mg_connection* connection, const std::optional<Fault>& fault) const;
  void drip(mg_connection* connection, const Response& response, std::chrono::milliseconds pause);
  void wait(std::chrono::milliseconds duration);
  bool is_stopping();

  State& state_;
  std::mutex mutex_;
  std::condition_variable stopping_changed_;
  bool stopping_ = false;
  mg_context* context_ = nullptr;
  uint16_t port_ = 0;
  std::string url_;
};

}  // namespace stillpoint::cloudsim
