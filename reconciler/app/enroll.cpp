#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/ask.hpp"
#include "app/commands.hpp"
#include "app/enroll_places.hpp"
#include "app/home.hpp"
#include "app/say_error.hpp"
#include "enrolment/enrol.hpp"
#include "enrolment/files.hpp"
#include "ssh/host_keys.hpp"
#include "ssh/key_file.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::Deadline;
using support::Error;
using support::ErrorKind;
using support::fail;
using support::Result;
using support::Status;

constexpr std::chrono::minutes kEnrolPatience{2};

/// One server on its way: what was done is told as it is done, and told again if something goes wrong later.
class Enrolment {
 public:
  Enrolment(const Place& place, const Options& options, support::Clock& clock)
      : place_(place), options_(options), clock_(clock) {}

  Status run() {
    if (options_.host_keys_only) {
      return pin();
    }
    // The host keys first: of a server that is not trusted nothing is made.
    return pin().and_then([&] { return have_key(); }).and_then([&] { return set_up(); }).and_then([&] {
      return check();
    });
  }

  const std::vector<std::string>& changes() const { return changes_; }
  /// What the program ends with if this one failed.
  ExitCode code_of_failure() const { return agreed_ == Answer::No ? ExitCode::Pending : ExitCode::Failed; }

 private:
  void tell(const std::string& word, const std::string& what) const {
    std::cout << support::printable(place_.name + ": " + word + ": " + what) << std::endl;
  }
  void changed(const std::string& what) {
    tell(options_.dry_run ? "would set up" : "done", what);
    changes_.push_back(what);
  }
  Deadline soon() const { return Deadline::after(clock_, kEnrolPatience); }

  Status have_key() {
    const std::string& file = place_.target.key_file;
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
      tell("there", "the key " + file);
    } else if (options_.dry_run) {
      changed("the key " + file);
      return {};
    } else if (auto made = ssh::make_key_file(file); made) {
      changed("the key " + file);
    } else {
      return made;
    }
    auto half = ssh::public_half(file);
    if (!half) {
      return support::pass_on(std::move(half));
    }
    public_key_ = *half;
    return {};
  }

  Status pin() {
    const auto keys = ssh::look_at_host_keys(place_.target, clock_, soon());
    if (!keys) {
      return fail(keys.error());
    }
    if (keys->pinned || options_.dry_run || !options_.fingerprints.empty()) {
      for (const auto& key : keys->shown) {
        tell("host key", key.type + " " + key.fingerprint);
      }
    }
    auto trusted = keys->shown;
    if (!options_.fingerprints.empty()) {
      std::erase_if(trusted, [&](const ssh::HostKey& key) {
        return std::count(options_.fingerprints.begin(), options_.fingerprints.end(), key.fingerprint) == 0;
      });
      if (trusted.empty()) {
        return fail(ErrorKind::Unauthorized,
                    "the server shows none of the keys that --fingerprint names: this is another machine, or something "
                    "stands in between. Nothing was pinned");
      }
    }
    pinned_ = keys->pinned;
    return pinned_ ? known() : pin(trusted);
  }

  Status known() const {
    tell("there", "its host key in " + place_.target.known_hosts_file);
    return {};
  }

  Status pin(const std::vector<ssh::HostKey>& keys) {
    const std::string what = "its host key in " + place_.target.known_hosts_file;
    if (options_.dry_run) {
      changed(what);
      return {};
    }
    if (options_.fingerprints.empty()) {
      if (auto agreed = agree(keys); !agreed) {
        return agreed;
      }
    }
    auto written = ssh::pin_host_keys(place_.target, keys);
    if (written) {
      changed(what);
    }
    return written;
  }

  /// The keys stand in the question, so that they are seen wherever the output goes.
  Status agree(const std::vector<ssh::HostKey>& keys) {
    std::string question = support::printable(place_.name) + " shows these host keys:\n";
    for (const auto& key : keys) {
      question += "  " + support::printable(key.type + " " + key.fingerprint) + "\n";
    }
    const std::string remedy =
        "compare them with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the server's console, and say "
        "--fingerprint SHA256:...";
    agreed_ = Answer::No;
    if (isatty(STDIN_FILENO) != 1) {
      std::cerr << question;
      return fail(Error(ErrorKind::Unauthorized,
                        "nobody has said that these host keys are right, and there is no "
                        "terminal to ask on. Nothing was pinned")
                      .with_remedy(remedy));
    }
    agreed_ = ask(std::cin, std::cerr, question + "Are they its own?");
    if (agreed_ != Answer::Yes) {
      return fail(
          Error(ErrorKind::Unauthorized, "the host keys were not agreed to. Nothing was pinned").with_remedy(remedy));
    }
    return {};
  }

  Status set_up() {
    const enrolment::Run run = options_.dry_run ? enrolment::Run::Dry : enrolment::Run::ForReal;
    const enrolment::Wanted wanted{
        place_.target.user, public_key_.empty() ? "ssh-ed25519 NEW" : public_key_,
        options_.create_user ? enrolment::MissingLogin::Make : enrolment::MissingLogin::Refuse};
    const auto steps = enrolment::steps_for(wanted, run);
    if (options_.dry_run && !pinned_) {
      // Nobody logs in on a server that may be another one.
      tell("not looked at", "what is on the server, since its host key is not pinned yet");
      return {};
    }
    ssh::Target admin = place_.target;
    admin.user = options_.admin_user;
    admin.key_file = expand_home(options_.admin_key, home_folder());
    const auto shell = ssh::connect(admin, clock_, soon());
    if (!shell) {
      return fail(Error(shell.error()).with_context("logging in as the administrator (--admin-user, --admin-key)"));
    }
    const auto told = [&](const enrolment::Taken& taken) {
      taken.outcome == enrolment::Outcome::Unchanged ? tell("there", taken.what) : changed(taken.what);
    };
    return enrolment::take_steps(**shell, options_.admin_user, place_.target.host, steps, told, soon());
  }

  Status check() const {
    if (options_.dry_run) {
      return {};
    }
    const auto shell = ssh::connect(place_.target, clock_, soon());
    if (!shell) {
      return fail(Error(shell.error()).with_context("trying the new way in"));
    }
    auto checked = enrolment::check_way(**shell, place_.target.user, clock_, soon()).and_then([&] {
      return enrolment::check_restriction(**shell, place_.target.user, soon());
    });
    if (!checked) {
      return fail(Error(checked.error()).with_context("trying the new way in"));
    }
    tell("ok", place_.target.user + " runs the helper with the key, and nothing else");
    return {};
  }

  const Place& place_;
  const Options& options_;
  support::Clock& clock_;
  std::string public_key_;
  bool pinned_ = false;
  std::optional<Answer> agreed_;  ///< nothing: nobody had to be asked
  std::vector<std::string> changes_;
};

/// Says that it went wrong, and how far it had come.
void say_failed(const Place& place, const Error& error, const std::vector<std::string>& changes,
                const Options& options) {
  say_error(Error(error).with_context(place.name), ExitCode::Failed);
  std::cerr << "stillpoint: " << support::printable(place.name) << ": "
            << (changes.empty()   ? "nothing was changed"
                : options.dry_run ? "nothing was changed; it would have come as far as: " + support::join(changes, "; ")
                                  : "not enrolled; done before that: " + support::join(changes, "; ") +
                                        ". Run it again when that is cured: it goes on from there")
            << "\n";
}

std::optional<Error> object_to_fingerprints(const Options& options, const std::vector<Place>& places) {
  for (const auto& fingerprint : options.fingerprints) {
    if (!fingerprint.starts_with("SHA256:")) {
      return Error(ErrorKind::InvalidInput,
                   "--fingerprint: expected SHA256:..., found `" + support::printable(fingerprint) + "`")
          .with_remedy("`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the server says it");
    }
  }
  if (options.fingerprints.empty() || places.size() == 1) {
    return std::nullopt;
  }
  // The key of one of them would be good for all: who has broken into one could stand in for the others.
  return Error(ErrorKind::InvalidInput, "--fingerprint says what one server's host keys are, and these are " +
                                            support::count_of(places.size(), "server"))
      .with_remedy("enrol them one by one, as in `enroll HOST --fingerprint SHA256:...`, or leave it out and be asked");
}

std::optional<Error> object_to_logins(const Options& options, const std::vector<Place>& places) {
  const auto unfit = std::find_if(places.begin(), places.end(),
                                  [](const Place& place) { return !enrolment::is_fit_login(place.target.user); });
  if (unfit != places.end()) {
    return Error(ErrorKind::InvalidInput, "`" + support::printable(unfit->target.user) +
                                              "` cannot be enrolled: the login must be one of its own, of a-z, 0-9, _ "
                                              "and -, and not root")
        .with_remedy("name one with --user, or in spec.ssh.user; --create-user makes it");
  }
  if (std::any_of(places.begin(), places.end(),
                  [&](const Place& place) { return place.target.user == options.admin_user; })) {
    return Error(
               ErrorKind::InvalidInput,
               "`" + support::printable(options.admin_user) +
                   "` is the administrator (--admin-user) and the login to be enrolled in one: enrolled, its key would "
                   "run the helper and nothing else, and the administrator would be locked out")
        .with_remedy("name a login of its own with --user, or in spec.ssh.user; --create-user makes it");
  }
  return std::nullopt;
}

std::optional<Error> object_to(const Options& options, const std::vector<Place>& places) {
  auto objection = object_to_fingerprints(options, places);
  return objection || options.host_keys_only ? objection : object_to_logins(options, places);
}

}  // namespace

ExitCode enroll(const Options& options) {
  support::SystemClock clock;
  const auto places = places_to_enroll(options, clock);
  if (!places) {
    return say_error(places.error().why, places.error().code);
  }
  if (const auto objection = object_to(options, *places)) {
    return say_error(*objection, ExitCode::InvalidInput);
  }
  auto code = ExitCode::Ok;
  for (const auto& place : *places) {
    Enrolment enrolment(place, options, clock);
    const auto ended = enrolment.run();
    if (!ended) {
      say_failed(place, ended.error(), enrolment.changes(), options);
      code = worse(code, enrolment.code_of_failure());
    } else if (enrolment.changes().empty()) {
      std::cout << support::printable(place.name) << ": nothing was to be changed\n";
    }
  }
  return code;
}

}  // namespace stillpoint::app
