#include "server.hpp"

#include <arpa/inet.h>
#include <civetweb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <thread>

#include "answers.hpp"
#include "effects.hpp"
#include "reset.hpp"
#include "router.hpp"
#include "state.hpp"

namespace stillpoint::cloudsim {

namespace {

constexpr size_t kMaxBodyBytes = 16UL * 1024 * 1024;
// civetweb is told that the request was dealt with; what was written is what counts.
constexpr int kDealtWith = 200;
constexpr std::chrono::milliseconds kKnockPause{10};
/// The length of an answer that never ends.
constexpr size_t kNeverSent = 1'000'000;

std::string http_date(int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::string read_body(mg_connection* connection) {
  std::string body;
  std::array<char, 16384> chunk{};
  while (body.size() < kMaxBodyBytes) {
    const int got = mg_read(connection, chunk.data(), chunk.size());
    if (got <= 0) break;
    body.append(chunk.data(), static_cast<size_t>(got));
  }
  return body;
}

Request read_request(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  Request request;
  request.method = info->request_method;
  request.path = info->local_uri;
  if (info->query_string) request.query = parse_query(info->query_string);
  for (int i = 0; i < info->num_headers; ++i) {
    std::string name = info->http_headers[i].name;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers[name] = info->http_headers[i].value;
  }
  request.body = read_body(connection);
  return request;
}

/// Connects to a port of this machine and hangs up.
void knock(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  ::close(fd);
}

bool is_bodiless(int code) {
  return code == 204 || code == 304;
}

std::string head_of(mg_connection* connection, const Response& response, bool keep) {
  std::string head =
      "HTTP/1.1 " + std::to_string(response.code) + " " + mg_get_response_code_text(connection, response.code) + "\r\n";
  for (const auto& [name, value] : response.headers) head += name + ": " + value + "\r\n";
  if (!is_bodiless(response.code)) head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  return head + (keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

void add_common_headers(State& state, Response& response) {
  const std::string request_id = "req-" + new_uuid();
  const std::lock_guard lock(state.mutex);
  response.headers.emplace("Date", http_date(state.now()));
  response.headers.emplace("x-openstack-request-id", request_id);
  const auto type = response.headers.find("Content-Type");
  const bool is_json = type != response.headers.end() && type->second == "application/json";
  if (is_json && response.headers.contains("OpenStack-API-Version")) {
    response.headers.emplace("x-compute-request-id", request_id);
  }
}

}  // namespace

HttpServer::HttpServer(State& state, const std::string& listen) : state_(state) {
  mg_init_library(0);
  mg_callbacks callbacks{};
  callbacks.begin_request = &HttpServer::on_request;
  callbacks.log_message = [](const mg_connection*, const char*) { return 1; };  // nothing on our output
  // One thread serves one connection for as long as it is kept.
  std::array<const char*, 13> options{"listening_ports",
                                      listen.c_str(),
                                      "num_threads",
                                      "64",
                                      "enable_keep_alive",
                                      "yes",
                                      "keep_alive_timeout_ms",
                                      "5000",
                                      "request_timeout_ms",
                                      "30000",
                                      "tcp_nodelay",
                                      "1",
                                      nullptr};
  context_ = mg_start(&callbacks, this, options.data());
  if (!context_) throw std::runtime_error("cannot listen on " + listen);
  mg_server_port port{};
  mg_get_server_ports(context_, 1, &port);
  port_ = static_cast<uint16_t>(port.port);
  url_ = "http://" + listen.substr(0, listen.rfind(':')) + ":" + std::to_string(port_);
}

HttpServer::~HttpServer() {
  stop();
}

void HttpServer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopping_changed_.notify_all();
  }
  if (!context_) return;
  {
    // civetweb looks for the end only every two seconds, unless somebody connects.
    const std::jthread caller([port = port_](const std::stop_token& ended) {
      while (!ended.stop_requested()) {
        knock(port);
        std::this_thread::sleep_for(kKnockPause);
      }
    });
    mg_stop(context_);
  }
  context_ = nullptr;
  mg_exit_library();
}

void HttpServer::wait(std::chrono::milliseconds duration) {
  if (duration <= std::chrono::milliseconds::zero()) return;
  std::unique_lock lock(mutex_);
  stopping_changed_.wait_for(lock, duration, [this] { return stopping_; });
}

bool HttpServer::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

int HttpServer::on_request(mg_connection* connection) {
  const mg_request_info* info = mg_get_request_info(connection);
  return static_cast<HttpServer*>(info->user_data)->handle(connection);
}

/// What the service says of it, and what the fault makes of that.
Response HttpServer::answer_with(const Request& request, const Fault& fault) {
  Response response;
  if (!fault.instead || fault.carry_out == Fault::CarryOut::Yes) {
    apply_effect(state_, fault.effect, request, nullptr);
    response = serve(state_, request_to_serve(request, fault.falsify));
    apply_effect(state_, fault.effect, request, &response);
  }
  if (fault.instead) response = *fault.instead;
  falsify(response, request, fault.falsify, url_);
  const std::lock_guard lock(state_.mutex);
  const int64_t date = state_.now() + fault.date_offset.count();
  response.headers.emplace("Date", http_date(date));
  if (fault.retry_after_date) response.headers["Retry-After"] = http_date(date + fault.retry_after_date->count());
  return response;
}

/// Nothing: the connection is to be closed without an answer.
std::optional<Response> HttpServer::answer(const Request& request, const std::string& raw_query,
                                           std::optional<Fault>& fault) {
  using Drop = Fault::Drop;
  if (is_control(request)) return serve(state_, request);
  {
    const std::lock_guard lock(state_.mutex);
    ++state_.served[{request.method, request.path}];
    fault = state_.faults.take(request, request.path + (raw_query.empty() ? "" : "?" + raw_query));
  }
  if (!fault) return serve(state_, request);
  if (fault->drop == Drop::Later) {
    state_.worker.run_after(fault->delay, [&state = state_, request] { serve(state, request); });
    return std::nullopt;
  }
  wait(fault->delay);
  if (fault->drop == Drop::Before || fault->drop == Drop::Reset) return std::nullopt;
  Response response = answer_with(request, *fault);
  wait(fault->answer_delay);
  if (fault->drop == Drop::After || fault->drop == Drop::ResetAfter) return std::nullopt;
  return response;
}

void HttpServer::hang_up(mg_connection* connection, const std::optional<Fault>& fault) const {
  mg_disable_connection_keep_alive(connection);
  if (fault && (fault->drop == Fault::Drop::Reset || fault->drop == Fault::Drop::ResetAfter)) {
    reset_connection(static_cast<uint16_t>(mg_get_request_info(connection)->remote_port), port_);
  }
}

/// Until the client has had enough of it, or the server ends.
void HttpServer::drip(mg_connection* connection, const Response& response, std::chrono::milliseconds pause) {
  mg_disable_connection_keep_alive(connection);
  Response endless = response;
  endless.body.assign(kNeverSent, ' ');
  const std::string head = head_of(connection, endless, false);
  bool is_there = mg_write(connection, head.data(), head.size()) > 0;
  while (is_there && !is_stopping()) {
    wait(pause);
    is_there = mg_write(connection, " ", 1) > 0;
  }
}

int HttpServer::handle(mg_connection* connection) {
  const Request request = read_request(connection);
  const char* raw_query = mg_get_request_info(connection)->query_string;
  std::optional<Fault> fault;
  auto response = answer(request, raw_query ? raw_query : "", fault);
  if (!response) {
    hang_up(connection, fault);
    return kDealtWith;
  }
  add_common_headers(state_, *response);
  if (fault && fault->drip) {
    drip(connection, *response, *fault->drip);
    return kDealtWith;
  }
  const bool cut = fault && fault->cut_body;
  const bool keep = !cut && request.header("connection") != "close";
  if (!keep) mg_disable_connection_keep_alive(connection);
  std::string text = head_of(connection, *response, keep);
  text += cut ? response->body.substr(0, *fault->cut_body) : response->body;
  mg_write(connection, text.data(), text.size());
  return kDealtWith;
}

}  // namespace stillpoint::cloudsim
