// Serves the status page over states that are made up: `page_server STATE` prints its port, then takes another STATE, a
// line each, from standard input, and ends with it.

#include <iostream>
#include <memory>
#include <mutex>
#include <string>

#include "page/states.hpp"
#include "status/json.hpp"
#include "telemetry/http_server.hpp"
#include "telemetry/metrics.hpp"

namespace {

using namespace stillpoint;

/// The state that is shown; safe to use from any thread.
class Board {
 public:
  void publish(status::Status status) {
    auto shared = std::make_shared<const status::Status>(std::move(status));
    const std::lock_guard lock(mutex_);
    status_.swap(shared);
  }
  std::shared_ptr<const status::Status> current() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const status::Status> status_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "page_server STATE, one of:";
    for (const auto& name : page::state_names()) {
      std::cerr << " " << name;
    }
    std::cerr << "\n";
    return 2;
  }
  support::SystemClock clock;
  Board board;
  board.publish(page::make_state(argv[1], clock.wall_now()));
  telemetry::Metrics metrics;
  telemetry::HttpHandlers handlers;
  handlers.why_unhealthy = [] { return std::string(); };
  handlers.why_unready = [] { return std::string(); };
  handlers.metrics = [&] { return metrics.text(); };
  handlers.policies = [&] { return status::policies_json(*board.current()); };
  handlers.points = [&](const telemetry::Query& query) {
    using telemetry::values_of;
    return status::points_json(*board.current(), {values_of(query, "cloud"), values_of(query, "policy"),
                                                  values_of(query, "server"), values_of(query, "dataset")});
  };
  auto server = telemetry::HttpServer::start({{"127.0.0.1", 0, ""}}, handlers, clock, support::null_log());
  if (!server) {
    std::cerr << server.error().to_string() << "\n";
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    board.publish(page::make_state(line, clock.wall_now()));
    std::cout << "shown " << line << std::endl;
  }
  return 0;
}
