#pragma once

#include <string>

#include "executor/pass.hpp"
#include "support/log.hpp"

/// What a pass says of itself while it goes on: a line an action on standard output, and the log.
namespace stillpoint::app {

/// One cloud's part of the report. Notes and errors hold names that came from a cloud or a server: they are made
/// printable.
class PassReport {
 public:
  /// `cloud` is the entry of clouds.yaml, `prefix` comes before what lines on standard output are about.
  PassReport(support::Log& log, std::string cloud, std::string prefix)
      : log_(log), cloud_(std::move(cloud)), prefix_(std::move(prefix)) {}

  void begun(size_t policies);
  void given_up(const support::Error& error);
  void ended(const executor::ActionResult& result);
  /// What the pass did not do, and how often it did what.
  void ended(const executor::PassResult& pass);

 private:
  void print(const executor::ActionResult& result) const;
  void left(const planner::Action& action);

  support::Log& log_;
  std::string cloud_;
  std::string prefix_;
};

}  // namespace stillpoint::app
