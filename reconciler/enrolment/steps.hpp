#pragma once

#include <string>
#include <vector>

namespace stillpoint::enrolment {

/// May a login be made that is not there?
enum class MissingLogin { Refuse, Make };
/// Is something done, or only looked at?
enum class Run { ForReal, Dry };

struct Wanted {
  std::string login;       ///< a fit one: see `is_fit_login`
  std::string public_key;  ///< type and base64, which may log in as that
  MissingLogin missing_login = MissingLogin::Refuse;
};

/// One thing to be set up on a server. The script runs as root, changes nothing if all is as it should be, and never
/// leaves a file half written. It ends with a line of one word, `unchanged`, `done` or, dry, `would`; a failure is an
/// exit code and words on standard error.
struct Step {
  std::string what;  ///< for people: `the helper /usr/local/sbin/stillpoint-hold`
  std::string script;
  std::string input;
};

/// The steps in the order in which they are taken: the key comes last, so that nobody gets in by it before all else is
/// in place. Pure. Precondition: the login is fit, and the key is of `A-Za-z0-9+/=-` and one space.
std::vector<Step> steps_for(const Wanted& wanted, Run run);

}  // namespace stillpoint::enrolment
