#include "quiesce/dialogue.hpp"

#include "support/text.hpp"

namespace stillpoint::quiesce {
namespace {

using support::ErrorKind;
using support::fail;

}  // namespace

Dialogue::Dialogue(std::unique_ptr<ssh::Conversation> conversation, std::string server)
    : conversation_(std::move(conversation)), server_(std::move(server)) {}

support::Result<std::unique_ptr<Dialogue>> Dialogue::start(ssh::Shell& shell, const std::string& command,
                                                           const std::string& server,
                                                           const std::vector<std::string>& settings,
                                                           support::Deadline deadline) {
  auto conversation = shell.start(command, deadline);
  if (!conversation) {
    return support::pass_on(std::move(conversation));
  }
  std::unique_ptr<Dialogue> dialogue(new Dialogue(std::move(*conversation), server));
  if (auto greeted = dialogue->greet(deadline); !greeted) {
    return support::pass_on(std::move(greeted));
  }
  for (const auto& line : settings) {
    if (auto sent = dialogue->send(line, deadline); !sent) {
      return support::pass_on(std::move(sent));
    }
  }
  if (auto sent = dialogue->send("GO", deadline); !sent) {
    return support::pass_on(std::move(sent));
  }
  return dialogue;
}

support::Status Dialogue::greet(support::Deadline deadline) {
  auto line = conversation_->read_line(deadline);
  if (!line) {
    return support::pass_on(std::move(line));
  }
  if (!*line) {
    return fail(ended());
  }
  auto reply = parse_reply(**line);
  const auto* greeting = reply ? std::get_if<reply::Greeting>(&*reply) : nullptr;
  if (greeting == nullptr) {
    return fail(ErrorKind::Remote, server_ + " answered `" + support::printable((*line)->substr(0, 80)) +
                                       "` before the helper's greeting: the login's shell must print nothing when it "
                                       "runs a command (see its .bashrc, .profile and any forced command)");
  }
  if (greeting->protocol != kProtocolVersion || greeting->version != kHelperVersion) {
    return fail(support::Error(ErrorKind::Protocol, "the helper on " + server_ + " is version " + greeting->version +
                                                        " (protocol " + std::to_string(greeting->protocol) +
                                                        "), wanted is " + std::string(kHelperVersion) + " (protocol " +
                                                        std::to_string(kProtocolVersion) + ")")
                    .with_remedy("install the helper of this release: `stillpoint enroll` does that"));
  }
  helper_version_ = greeting->version;
  return {};
}

support::Status Dialogue::send(const std::string& line, support::Deadline deadline) {
  return conversation_->send_line(line, deadline);
}

support::Result<Reply> Dialogue::next(support::Deadline deadline) {
  auto line = conversation_->read_line(deadline);
  if (!line) {
    return support::pass_on(std::move(line));
  }
  if (!*line) {
    return fail(ended());
  }
  auto reply = parse_reply(**line);
  if (!reply) {
    return support::pass_on(std::move(reply), server_);
  }
  if (const auto* refused = std::get_if<reply::Refused>(&*reply)) {
    return fail(refusal(*refused, server_));
  }
  return reply;
}

support::Error Dialogue::out_of_turn(const std::string& awaited) const {
  return {ErrorKind::Protocol, "the helper on " + server_ + " spoke out of turn: awaited was " + awaited};
}

support::Error Dialogue::ended() const {
  const std::string words = support::printable(support::trim(conversation_->error_output()));
  // sudo's own refusals are about who may run it, whatever else may be wrong with it.
  const bool no_root = words.starts_with("sudo:");
  return {no_root ? ErrorKind::Unauthorized : ErrorKind::Remote,
          "the helper on " + server_ + " ended without an answer" +
              (words.empty() ? std::string() : ", saying `" + words.substr(0, 400) + "`")};
}

}  // namespace stillpoint::quiesce
