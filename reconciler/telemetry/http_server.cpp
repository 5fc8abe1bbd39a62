#include "telemetry/http_server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "telemetry/http_workers.hpp"

namespace stillpoint::telemetry {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr size_t kWorkers = 2;
/// A client that takes an answer more slowly than this makes room for others if they need it.
constexpr milliseconds kPatience{2'000};
/// After an answer, its reader gets so much time to take it and to close. Closing first could take it away.
constexpr milliseconds kLinger{1'000};
/// After the machine ran out of descriptors.
constexpr milliseconds kPause{100};

/// The read or write would have to wait, or was interrupted: poll says when it can go on.
bool is_to_wait() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(Options options, HttpHandlers handlers, const support::Clock& clock, support::Log& log, OwnedFd listener,
       OwnedFd wake_up)
      : address_(std::move(options.address)),
        limits_(options.limits),
        clock_(clock),
        site_(std::move(handlers), std::move(options.access)),
        listener_(std::move(listener)),
        wake_(std::move(wake_up)),
        workers_(kWorkers, log, [this] { wake(); }),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  ~Impl() {
    thread_.request_stop();
    wake();
    thread_.join();
    if (address_.is_unix()) {
      unlink(address_.path.c_str());
    }
  }

  const HttpAddress& address() const { return address_; }

 private:
  struct Connection {
    enum class State { ReadingHead, BeingAnswered, Sending, Lingering };

    OwnedFd socket;
    State state = State::ReadingHead;
    Steady::time_point since;     ///< of the state
    Steady::time_point deadline;  ///< then it is dropped
    std::string received;
    std::string to_send;
    size_t sent = 0;
    Parts parts = Parts::HeadAndBody;
    bool counts = false;  ///< against the answers that are made or sent at once

    void enter(State next, milliseconds time) {
      state = next;
      since = Steady::now();
      deadline = since + time;
    }
  };
  using State = Connection::State;
  using Connections = std::map<uint64_t, Connection>;  ///< by number, which is by age

  void wake() {
    const uint64_t one = 1;
    [[maybe_unused]] const auto written = write(wake_.get(), &one, sizeof(one));  // fails only if it is awake anyway
  }

  void run(const std::stop_token& stop) {
    std::vector<pollfd> polled;
    std::vector<uint64_t> numbers;
    while (!stop.stop_requested()) {
      polled.assign({{wake_.get(), POLLIN, 0}, {is_paused() ? -1 : listener_.get(), POLLIN, 0}});
      numbers.clear();
      for (const auto& [number, connection] : connections_) {
        polled.push_back({connection.socket.get(), events_of(connection), 0});
        numbers.push_back(number);
      }
      poll(polled.data(), polled.size(), time_to_wait());
      if ((polled[0].revents & POLLIN) != 0) {
        take_answers();
      }
      for (size_t i = 0; i < numbers.size(); ++i) {
        const auto found = connections_.find(numbers[i]);
        if (polled[i + 2].revents != 0 && found != connections_.end() && !go_on(found->first, found->second)) {
          drop(found);
        }
      }
      for (auto connection = connections_.begin(); connection != connections_.end();) {
        connection = connection->second.deadline <= Steady::now() ? drop(connection) : std::next(connection);
      }
      if ((polled[1].revents & POLLIN) != 0) {
        accept_all();
      }
    }
  }

  /// Its answer, if it still waits to be made, is not made: so no more wait than there are connections that count.
  Connections::iterator drop(Connections::iterator connection) {
    if (connection->second.state == State::BeingAnswered) {
      workers_.forget(connection->first);
    }
    return connections_.erase(connection);
  }

  static short events_of(const Connection& connection) {
    switch (connection.state) {
      case State::ReadingHead:
      case State::Lingering:
        return POLLIN;
      case State::Sending:
        return POLLOUT;
      case State::BeingAnswered:
        return 0;  // that it was closed is told anyway
    }
    return 0;
  }

  bool is_paused() const { return Steady::now() < paused_until_; }

  /// Milliseconds for poll: until the next deadline; -1 if there is none.
  int time_to_wait() const {
    std::optional<Steady::time_point> next;
    if (is_paused()) {
      next = paused_until_;
    }
    for (const auto& [number, connection] : connections_) {
      next = next ? std::min(*next, connection.deadline) : connection.deadline;
    }
    if (!next) {
      return -1;
    }
    const auto left = std::chrono::ceil<milliseconds>(*next - Steady::now());
    return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
  }

  void accept_all() {
    // So many at once that those who are served are not forgotten over those who come.
    for (size_t taken = 0; taken < limits_.connections; ++taken) {
      OwnedFd socket(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.get() < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
          if (!make_room()) {
            paused_until_ = Steady::now() + kPause;
          }
        }
        return;
      }
      if (connections_.size() >= limits_.connections && !make_room()) {
        continue;  // dropped: everybody who is here is being served
      }
      auto& connection = connections_[++last_number_];
      connection.socket = std::move(socket);
      connection.enter(State::ReadingHead, limits_.head_time);
      // Most requests are there already. Whoever comes next must not drop one that only was not read yet.
      if (!read_head(last_number_, connection)) {
        connections_.erase(last_number_);
      }
    }
  }

  /// Drops the connection that has the least claim to be served: the oldest that has not asked yet, else one that only
  /// lingers, else the oldest that takes its answer slowly. False if there is none.
  bool make_room() {
    for (const auto wanted : {State::ReadingHead, State::Lingering, State::Sending}) {
      const auto found = std::find_if(connections_.begin(), connections_.end(), [&](const auto& entry) {
        return entry.second.state == wanted && (wanted != State::Sending || is_slow(entry.second));
      });
      if (found != connections_.end()) {
        connections_.erase(found);
        return true;
      }
    }
    return false;
  }

  static bool is_slow(const Connection& connection) {
    return connection.state == State::Sending && Steady::now() - connection.since > kPatience;
  }

  /// One more answer may be made, if need be because a slow reader of another one is dropped.
  bool may_answer_one_more() {
    const auto counted =
        std::count_if(connections_.begin(), connections_.end(), [](const auto& entry) { return entry.second.counts; });
    if (static_cast<size_t>(counted) < limits_.answers) {
      return true;
    }
    const auto slow = std::find_if(connections_.begin(), connections_.end(),
                                   [](const auto& entry) { return entry.second.counts && is_slow(entry.second); });
    if (slow == connections_.end()) {
      return false;
    }
    connections_.erase(slow);
    return true;
  }

  void take_answers() {
    uint64_t count = 0;
    [[maybe_unused]] const auto got = read(wake_.get(), &count, sizeof(count));
    for (auto& [number, answer] : workers_.take_done()) {
      const auto found = connections_.find(number);
      if (found != connections_.end() && !send_answer(found->second, answer)) {
        connections_.erase(found);
      }
    }
  }

  /// False if the connection has come to its end.
  bool go_on(uint64_t number, Connection& connection) {
    switch (connection.state) {
      case State::ReadingHead:
        return read_head(number, connection);
      case State::BeingAnswered:
        return false;  // closed by the other side
      case State::Sending:
        return send_more(connection);
      case State::Lingering:
        return linger(connection);
    }
    return false;
  }

  bool read_head(uint64_t number, Connection& connection) {
    std::array<char, 4096> buffer;
    const auto got = recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) {
      return is_to_wait();
    }
    if (got == 0) {
      return false;
    }
    connection.received.append(buffer.data(), static_cast<size_t>(got));
    const auto end = find_head_end(connection.received);
    if (end == std::string::npos && connection.received.size() <= kMaxRequestHead) {
      return true;
    }
    const auto request = parse_request(std::string_view(connection.received).substr(0, end));
    connection.received = {};
    if (const auto* refusal = std::get_if<HttpRefusal>(&request)) {
      return send_answer(connection, answer_to(*refusal));
    }
    return answer(number, connection, std::get<HttpRequest>(request));
  }

  bool answer(uint64_t number, Connection& connection, const HttpRequest& request) {
    connection.parts = request.method == "HEAD" ? Parts::HeadOnly : Parts::HeadAndBody;
    auto routed = site_.route(request);
    if (const auto* at_once = std::get_if<HttpAnswer>(&routed)) {
      return send_answer(connection, *at_once);
    }
    if (!may_answer_one_more()) {
      auto busy = plain_text(503, "too many answers are being made at once");
      busy.retry_after = "1";
      return send_answer(connection, busy);
    }
    connection.counts = true;
    connection.enter(State::BeingAnswered, limits_.answer_time);
    workers_.begin(number, std::move(std::get<HttpSite::Work>(routed)));
    return true;
  }

  bool send_answer(Connection& connection, const HttpAnswer& answer) {
    connection.to_send = to_wire(answer, connection.parts, clock_.wall_now());
    connection.enter(State::Sending, limits_.answer_time);
    return send_more(connection);
  }

  static bool send_more(Connection& connection) {
    while (connection.sent < connection.to_send.size()) {
      const auto sent = send(connection.socket.get(), connection.to_send.data() + connection.sent,
                             connection.to_send.size() - connection.sent, MSG_NOSIGNAL);
      if (sent < 0) {
        return is_to_wait();
      }
      connection.sent += static_cast<size_t>(sent);
    }
    connection.to_send = {};
    connection.counts = false;
    connection.enter(State::Lingering, kLinger);
    return shutdown(connection.socket.get(), SHUT_WR) == 0;
  }

  /// What is still sent is thrown away, up to a time.
  static bool linger(Connection& connection) {
    std::array<char, 4096> buffer;
    const auto got = recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    return got > 0 || (got < 0 && is_to_wait());
  }

  HttpAddress address_;
  const HttpLimits limits_;
  const support::Clock& clock_;
  const HttpSite site_;
  const OwnedFd listener_;
  const OwnedFd wake_;
  Connections connections_;  ///< these three: of the thread
  uint64_t last_number_ = 0;
  Steady::time_point paused_until_;
  HttpWorkers workers_;
  std::jthread thread_;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

support::Result<std::unique_ptr<HttpServer>> HttpServer::start(Options options, HttpHandlers handlers,
                                                               const support::Clock& clock, support::Log& log) {
  auto listener = listen_on(options.address);
  if (!listener) {
    return support::pass_on(std::move(listener));
  }
  OwnedFd wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake.get() < 0) {
    return support::fail(support::ErrorKind::Unavailable,
                         "no descriptor for the server: " + std::generic_category().message(errno));
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::make_unique<Impl>(
      std::move(options), std::move(handlers), clock, log, std::move(*listener), std::move(wake))));
}

const HttpAddress& HttpServer::address() const {
  return impl_->address();
}

}  // namespace stillpoint::telemetry
