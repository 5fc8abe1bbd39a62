#include "enrolment/files.hpp"

namespace stillpoint::enrolment {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz_0123456789-";
constexpr std::size_t kLongestLogin = 32;
/// What stands for the key in the file.
constexpr std::string_view kExampleKey = "ssh-ed25519 AAAA... stillpoint@deploy";

/// The line that is no comment; the files have one each.
std::string_view only_line(std::string_view file) {
  while (file.starts_with('#')) {
    file.remove_prefix(file.find('\n') + 1);
  }
  return file.substr(0, file.find('\n'));
}

}  // namespace

bool is_fit_login(std::string_view login) {
  return !login.empty() && login.size() <= kLongestLogin && login != "root" &&
         kLetters.find(login.front()) != std::string_view::npos &&
         login.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string sudoers_for(std::string_view login) {
  std::string text(kSudoers);
  const auto line = text.find("\n" + std::string(kDefaultLogin) + " ALL=") + 1;
  return text.replace(line, kDefaultLogin.size(), login);
}

std::string authorized_key_line(std::string_view public_key) {
  std::string line(only_line(kAuthorizedKeys));
  return line.replace(line.find(kExampleKey), kExampleKey.size(), std::string(public_key) + " stillpoint");
}

std::string sudoers_path(std::string_view login) {
  return "/etc/sudoers.d/" + std::string(login == kDefaultLogin ? "" : "stillpoint-") + std::string(login);
}

}  // namespace stillpoint::enrolment
