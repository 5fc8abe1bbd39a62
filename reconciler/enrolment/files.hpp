#pragma once

#include <string>
#include <string_view>

namespace stillpoint::enrolment {

/// The files of deploy/server, as they are there.
extern const std::string_view kSudoers;
extern const std::string_view kAuthorizedKeys;

/// The login that those files are written for.
inline constexpr std::string_view kDefaultLogin = "stillpoint";

/// Whether it is a name that a login may have here: it stands in sudoers, in file names and in commands. 1 to 32 of
/// a-z, 0-9, `_` and `-`, the first a letter or `_`; not root, for whom there is nothing to restrict.
bool is_fit_login(std::string_view login);

/// What lets `login` run the helper as root and nothing else. Precondition: the login is fit.
std::string sudoers_for(std::string_view login);

/// The line that lets the key do the same by SSH and nothing else. `public_key` is type and base64.
std::string authorized_key_line(std::string_view public_key);

/// Where the first of the two lies on a server.
std::string sudoers_path(std::string_view login);

}  // namespace stillpoint::enrolment
