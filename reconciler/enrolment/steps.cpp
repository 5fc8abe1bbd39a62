#include "enrolment/steps.hpp"

#include "enrolment/files.hpp"
#include "quiesce/hold_script.hpp"
#include "quiesce/install.hpp"
#include "ssh/shell.hpp"
#include "support/ids.hpp"

namespace stillpoint::enrolment {
namespace {

/// What all scripts begin with: `say WORD` ends one.
std::string prelude(Run run) {
  return std::string("set -eu; umask 077; PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; dry=") +
         (run == Run::Dry ? "yes" : "no") +
         "\nsay() { echo \"$1\"; exit 0; }\n"
         "has() { [ \"$(sha256sum <\"$1\" | cut -c1-64)\" = \"$2\" ]; }\n";
}

/// What is looked at around a rename; each is a command that ends with 0 if all is well, and says on standard error
/// what is not.
struct Looks {
  std::string before;  ///< of the new file, `$t`
  std::string after;   ///< of all; if it is not well, the old file comes back
};

/// A root-owned file of `mode` with the text that comes on standard input. Its temporary name has a dot, so that sudo
/// reads it only after the rename.
std::string place_file(const std::string& path, const std::string& mode, const std::string& text, const Looks& looks) {
  return "f=" + path + "; mode=" + mode + "; hash=" + support::sha256_hex(text) +
         "\n"
         "if [ -f \"$f\" ] && [ ! -L \"$f\" ] && [ \"$(stat -c %u:%g:%a \"$f\")\" = \"0:0:$mode\" ] && has \"$f\" "
         "$hash; then say unchanged; fi\n"
         "[ $dry = no ] || say would\n"
         "d=${f%/*}; [ -d \"$d\" ] || mkdir -p -m 0755 \"$d\"\n"
         "t=$(mktemp \"$d/.stillpoint.XXXXXX\"); b=$t.old; trap 'rm -f \"$t\" \"$b\"' EXIT\n"
         "cat >\"$t\"; has \"$t\" $hash || { echo 'the text did not arrive whole' >&2; exit 1; }\n"
         "if ! { " +
         looks.before +
         "; }; then exit 1; fi\n"
         "chown 0:0 \"$t\"; chmod \"0$mode\" \"$t\"; sync \"$t\" 2>/dev/null || sync\n"
         "[ ! -e \"$f\" ] || ln \"$f\" \"$b\"\n"
         "mv -f \"$t\" \"$f\"\n"
         "if ! { " +
         looks.after +
         "; }; then if [ -e \"$b\" ]; then mv -f \"$b\" \"$f\"; else rm -f \"$f\"; fi; exit 1; fi\n"
         "say done\n";
}

Step helper_step(Run run) {
  const std::string path(quiesce::kInstalledHelper);
  const std::string text(quiesce::kHoldScript);
  return {"the helper " + path, prelude(run) + place_file(path, "755", text, {"true", "true"}), text};
}

Step login_step(const Wanted& wanted, Run run) {
  const std::string& login = wanted.login;
  std::string script = prelude(run) + "u=" + login +
                       "\nif id -u \"$u\" >/dev/null 2>&1; then\n"
                       "  [ \"$(id -u \"$u\")\" != 0 ] || { echo \"$u has the user id of root\" >&2; exit 1; }\n"
                       "  say unchanged\nfi\n";
  if (wanted.missing_login == MissingLogin::Refuse) {
    script += "echo \"there is no login $u: make it, or say --create-user\" >&2; exit 1\n";
  } else {
    // `*` is no password, and unlike `!` no lock: without PAM sshd lets nobody in whose account is locked. In the same
    // call, since a login that is there is never looked at again.
    script +=
        "[ $dry = no ] || say would\n"
        "useradd --system --create-home --shell /bin/sh --password '*' \"$u\"\nsay done\n";
  }
  return {"the login " + login, script, ""};
}

Step sudoers_step(const Wanted& wanted, Run run) {
  const std::string path = sudoers_path(wanted.login);
  const std::string text = sudoers_for(wanted.login);
  // An error in a file there would shut everybody out of sudo, and one that is there already is none of ours.
  const Looks looks{"visudo -cqf \"$t\" >&2 || { echo 'visudo refuses the rule' >&2; false; }",
                    "visudo -cq >&2 || { echo 'visudo finds an error in sudoers: correct that first' >&2; false; }"};
  return {"the sudo rule " + path,
          prelude(run) +
              "command -v visudo >/dev/null || { echo 'sudo is not installed here: install it first' >&2; exit 1; }\n" +
              place_file(path, "440", text, looks),
          text};
}

/// Runs as the login itself, so that nothing that it has put into its home can be turned against root.
std::string key_script(const Wanted& wanted, Run run) {
  const std::string blob = wanted.public_key.substr(wanted.public_key.find(' ') + 1);
  return prelude(run) + "blob=" + blob +
         "; d=$1/.ssh; f=$d/authorized_keys; IFS= read -r line\n"
         "if [ -f \"$f\" ] && [ \"$(grep -cF -e \"$blob\" \"$f\")\" = 1 ] && grep -qxF -e \"$line\" \"$f\"; then\n"
         "  say unchanged\nfi\n"
         "[ $dry = no ] || say would\n"
         "[ -d \"$d\" ] || mkdir -m 0700 \"$d\"\n"
         "t=$(mktemp \"$d/.stillpoint.XXXXXX\"); trap 'rm -f \"$t\"' EXIT\n"
         // A line that lets the same key do more would come first and count.
         "if [ -f \"$f\" ]; then grep -vF -e \"$blob\" \"$f\" >\"$t\" || [ $? = 1 ]; fi\n"
         "printf '%s\\n' \"$line\" >>\"$t\"; chmod 0600 \"$t\"; mv -f \"$t\" \"$f\"\n"
         "say done\n";
}

Step key_step(const Wanted& wanted, Run run) {
  // Dry, the login may not be there yet.
  const std::string script = prelude(run) + "u=" + wanted.login +
                             "\nif [ $dry = yes ] && ! id -u \"$u\" >/dev/null 2>&1; then say would; fi\n"
                             "home=$(getent passwd \"$u\" | cut -d: -f6)\n"
                             "[ -d \"$home\" ] || { echo \"the home $home of $u is not there\" >&2; exit 1; }\ncd /\n"
                             "if command -v runuser >/dev/null; then exec runuser -u \"$u\" -- sh -c " +
                             ssh::quote_word(key_script(wanted, run)) +
                             " sh \"$home\"; fi\n"
                             "exec su -s /bin/sh \"$u\" -c " +
                             ssh::quote_word(key_script(wanted, run)) + " sh \"$home\"\n";
  return {"the key in ~" + wanted.login + "/.ssh/authorized_keys", script,
          authorized_key_line(wanted.public_key) + "\n"};
}

}  // namespace

std::vector<Step> steps_for(const Wanted& wanted, Run run) {
  return {helper_step(run), login_step(wanted, run), sudoers_step(wanted, run), key_step(wanted, run)};
}

}  // namespace stillpoint::enrolment
