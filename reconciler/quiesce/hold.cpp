#include "quiesce/hold.hpp"

#include <algorithm>

#include "quiesce/dialogue.hpp"
#include "quiesce/hold_session.hpp"
#include "support/text.hpp"

namespace stillpoint::quiesce {
namespace {

using std::chrono::milliseconds;
using support::ErrorKind;
using support::fail;

constexpr size_t kMaxPositions = 64;
/// What `HELD` may have taken to arrive and `RELEASE` may take to get there.
constexpr milliseconds kWayAllowance(500);
/// The helper gives up on a service 5 s after its `start_timeout`.
constexpr std::chrono::seconds kServiceAllowance(10);

/// What is known when `HELD` has arrived.
struct HeldFacts {
  std::string attempt;
  bool second_phase;
  std::map<std::string, std::string> position;
  support::Deadline deadline;
};

/// What the helper says of a service that it has stopped; nothing if it answers again.
std::optional<std::string> service_problem(Dialogue& dialogue, support::Deadline deadline) {
  auto service = dialogue.expect<reply::Service>("SERVICE", deadline);
  if (!service) {
    return "nobody heard whether the service on " + dialogue.server() +
           " answers again: " + service.error().to_string();
  }
  if (!service->problem.empty()) {
    return "the service on " + dialogue.server() + " does not answer: " + service->problem;
  }
  return std::nullopt;
}

class DialogueHold final : public Hold {
 public:
  DialogueHold(std::unique_ptr<Dialogue> dialogue, HeldFacts facts)
      : dialogue_(std::move(dialogue)), facts_(std::move(facts)) {}

  const std::map<std::string, std::string>& position() const override { return facts_.position; }
  support::Deadline deadline() const override { return facts_.deadline; }
  support::Result<ReleaseReport> release(support::Deadline deadline) override;
  support::Status abort(support::Deadline deadline) override;

 private:
  std::unique_ptr<Dialogue> dialogue_;  ///< empty once it was released or aborted
  HeldFacts facts_;
};

support::Result<ReleaseReport> DialogueHold::release(support::Deadline deadline) {
  const auto dialogue = std::move(dialogue_);
  if (!dialogue) {
    return fail(ErrorKind::Remote, "the hold was let go already");
  }
  // A helper whose hold broke has said so and gone: then nothing can be sent, but its reason is there to be read.
  const auto sent = dialogue->send("RELEASE " + facts_.attempt, deadline);
  auto released = dialogue->expect<reply::Released>("RELEASED", deadline);
  if (!released) {
    return sent ? support::pass_on(std::move(released), "releasing") : fail(sent.error());
  }
  ReleaseReport report;
  report.held = released->held;
  if (facts_.second_phase) {
    report.service_problem = service_problem(*dialogue, deadline);
  }
  if (!released->problem.empty()) {
    return fail(ErrorKind::Remote, "the hold on " + dialogue->server() + " did not last (" + released->problem +
                                       "): held for " + support::format_duration(released->held) +
                                       (report.service_problem ? "; " + *report.service_problem : ""));
  }
  return report;
}

support::Status DialogueHold::abort(support::Deadline deadline) {
  const auto dialogue = std::move(dialogue_);
  if (!dialogue) {
    return {};
  }
  auto reply = dialogue->send("ABORT " + facts_.attempt, deadline).and_then([&] { return dialogue->next(deadline); });
  if (!reply) {
    return support::pass_on(std::move(reply), "aborting");
  }
  // The server's own timer may have been first: it let go all the same.
  if (!std::holds_alternative<reply::Aborted>(*reply) && !std::holds_alternative<reply::Released>(*reply)) {
    return fail(dialogue->out_of_turn("ABORTED"));
  }
  if (facts_.second_phase) {
    if (const auto problem = service_problem(*dialogue, deadline)) {
      return fail(ErrorKind::Remote, *problem);
    }
  }
  return {};
}

class DialogueSession final : public Session {
 public:
  DialogueSession(std::unique_ptr<Dialogue> dialogue, const HoldRequest& request, const support::Clock& clock)
      : dialogue_(std::move(dialogue)),
        attempt_(request.attempt),
        second_phase_(has_second_phase(request)),
        max_hold_(request.hold.max_hold),
        start_timeout_(request.hold.start_timeout),
        clock_(clock) {}

  support::Status make_ready(support::Deadline deadline) override;
  support::Result<std::unique_ptr<Hold>> hold(support::Deadline deadline) override;

 private:
  support::Error with_word_of_service(Dialogue& dialogue, support::Error refused) const;
  static support::Status arm(Dialogue& dialogue, const std::string& word, support::Deadline deadline);
  support::Result<HeldFacts> wait_until_held(Dialogue& dialogue, support::Deadline deadline);
  support::Result<HeldFacts> facts(const Dialogue& dialogue, const reply::Held& held,
                                   std::map<std::string, std::string> position) const;

  std::unique_ptr<Dialogue> dialogue_;  ///< empty once it was used
  bool ready_ = false;
  std::string attempt_;
  bool second_phase_;
  milliseconds max_hold_;
  milliseconds start_timeout_;
  const support::Clock& clock_;
};

support::Status DialogueSession::arm(Dialogue& dialogue, const std::string& word, support::Deadline deadline) {
  return dialogue.send(word, deadline).and_then([&]() -> support::Status {
    auto armed = dialogue.expect<reply::Armed>("ARMED", deadline);
    return armed ? support::Status() : support::pass_on(std::move(armed));
  });
}

support::Status DialogueSession::make_ready(support::Deadline deadline) {
  if (!dialogue_) {
    return fail(ErrorKind::Remote, "a session holds once");
  }
  auto ready =
      arm(*dialogue_, "PREPARE", deadline).and_then([&] { return dialogue_->expect<reply::Ready>("READY", deadline); });
  if (!ready) {
    const auto dialogue = std::move(dialogue_);
    return fail(with_word_of_service(*dialogue, std::move(ready.error())).with_context("getting ready to hold"));
  }
  ready_ = true;
  return {};
}

support::Result<std::unique_ptr<Hold>> DialogueSession::hold(support::Deadline deadline) {
  auto dialogue = std::move(dialogue_);
  if (!dialogue) {
    return fail(ErrorKind::Remote, "a session holds once");
  }
  auto begun = ready_ ? dialogue->send("HOLD", deadline) : arm(*dialogue, "HOLD", deadline);
  // One that was ready and has given up since has said why and gone: then nothing can be sent, but that can be read.
  auto facts =
      begun || ready_ ? wait_until_held(*dialogue, deadline) : support::Result<HeldFacts>(support::fail(begun.error()));
  if (!facts) {
    // The helper's input ends here, with the dialogue: it lets go without being asked.
    return fail(with_word_of_service(*dialogue, std::move(facts.error())).with_context("holding"));
  }
  return std::make_unique<DialogueHold>(std::move(dialogue), std::move(*facts));
}

/// A refusal that comes after the service was stopped is followed by the word whether it answers again.
support::Error DialogueSession::with_word_of_service(Dialogue& dialogue, support::Error refused) const {
  if (!second_phase_ || refused.kind() != ErrorKind::Remote) {
    return refused;
  }
  auto reply = dialogue.next(support::Deadline::after(clock_, start_timeout_ + kServiceAllowance));
  const auto* service = reply ? std::get_if<reply::Service>(&*reply) : nullptr;
  if (service == nullptr || service->problem.empty()) {
    return refused;  // it was not stopped, or is back
  }
  return {refused.kind(), refused.message() + "; and the service does not answer: " + service->problem};
}

support::Result<HeldFacts> DialogueSession::wait_until_held(Dialogue& dialogue, support::Deadline deadline) {
  std::map<std::string, std::string> position;
  while (true) {
    auto reply = dialogue.next(deadline);
    if (!reply) {
      return support::pass_on(std::move(reply));
    }
    if (const auto* held = std::get_if<reply::Held>(&*reply)) {
      return facts(dialogue, *held, std::move(position));
    }
    auto* at = std::get_if<reply::Position>(&*reply);
    if (at == nullptr || position.size() >= kMaxPositions) {
      return fail(dialogue.out_of_turn("HELD"));
    }
    position[at->key] = std::move(at->value);
  }
}

support::Result<HeldFacts> DialogueSession::facts(const Dialogue& dialogue, const reply::Held& held,
                                                  std::map<std::string, std::string> position) const {
  if (held.attempt != attempt_) {
    return fail(dialogue.out_of_turn("HELD " + attempt_));
  }
  const auto left = max_hold_ - held.used - std::min(kWayAllowance, max_hold_ / 10);
  return HeldFacts{attempt_, second_phase_, std::move(position),
                   support::Deadline::after(clock_, std::max(left, milliseconds(0)))};
}

}  // namespace

bool has_second_phase(const HoldRequest& request) {
  const auto method = request.hold.method;
  return method == policy::Method::StopService || (policy::is_session(method) && !request.cluster.name.empty());
}

std::unique_ptr<Session> make_session(std::unique_ptr<Dialogue> dialogue, const HoldRequest& request,
                                      const support::Clock& clock) {
  return std::make_unique<DialogueSession>(std::move(dialogue), request, clock);
}

}  // namespace stillpoint::quiesce
