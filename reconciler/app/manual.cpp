#include "app/manual.hpp"

#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::join;

/// Text that troff shows as it stands.
std::string plain(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (made.empty() && (c == '.' || c == '\'')) {
      made += "\\&";
    }
    if (c == '\\') {
      made += "\\e";
    } else if (c == '-') {
      made += "\\-";
    } else {
      made += c;
      if (c == '\n') {
        made += "\\&";  // a line that begins with a dot would be a request
      }
    }
  }
  return made;
}

std::string bold(std::string_view text) {
  return "\\fB" + plain(text) + "\\fR";
}

std::string slanted(std::string_view text) {
  return "\\fI" + plain(text) + "\\fR";
}

std::string head(std::string_view title, std::string_view section, std::string_view version, std::string_view volume) {
  return ".TH " + std::string(title) + " " + std::string(section) + " \"\" \"stillpoint " + std::string(version) +
         "\" \"" + std::string(volume) + "\"\n.nh\n";
}

std::string value_text(const CommandOption& option) {
  if (option.choices.empty()) {
    return slanted(option.value);
  }
  std::string text;
  for (const auto& choice : option.choices) {
    text += (text.empty() ? "" : " | ") + bold(choice);
  }
  return text;
}

void add_option(const CommandOption& option, std::string& page) {
  std::string term;
  for (const auto& flag : option.flags) {
    term += (term.empty() ? "" : ", ") + bold(flag);
  }
  if (!option.value.empty()) {
    term += (term.empty() ? "" : " ") + value_text(option) + (option.repeats ? " ..." : "");
  }
  page += ".TP\n" + term + "\n" + plain(option.help) + (option.required ? " (required)" : "") + ".\n";
}

void add_command(const CommandTree& command, std::string& page) {
  page += ".SS \"stillpoint " + join(command.path, " ") + "\"\n" + plain(command.help) + ".\n";
  for (const auto& option : command.options) {
    if (option.flags != std::vector<std::string>{"-h", "--help"}) {  // said once, of the program
      add_option(option, page);
    }
  }
}

constexpr std::string_view kAround = R"(.SH EXIT STATUS
.TP
.B 0
All is well.
.TP
.B 1
\fBdiff\fR has something to do; \fBreconcile\fR left something waiting or held back; \fBdoctor\fR has findings;
\fBrehearse\fR foresees a missed slot or something that could never be held.
.TP
.B 2
The command line, a policy or the configuration of a cloud is invalid; nothing was done in any cloud.
.TP
.B 3
The cloud could not be read, or refused the credentials.
.TP
.B 4
At least one target failed or is blocked; or one of several clouds could not be read, or a file that was asked for could
not be written.
.SH ENVIRONMENT
.TP
.B OS_CLIENT_CONFIG_FILE
The clouds.yaml to use instead of those that are looked for.
.TP
.B OS_*
Which cloud, for policies that name none: as the OpenStack client reads them.
.TP
.BR STILLPOINT_INSTALLATION ", " STILLPOINT_STORE ", " STILLPOINT_DAEMON
What \fB\-\-installation\fR, \fB\-\-store\fR and \fB\-\-daemon\fR are if they are not given.
.TP
.BR https_proxy ", " http_proxy ", " all_proxy ", " no_proxy
A proxy to the cloud.
.SH SIGNALS
Of \fBstillpoint run\fR:
.TP
.B HUP
Reads the policies, and clouds.yaml, anew.
.TP
.BR TERM ", " INT
Begins nothing new, waits for open holds to end, and ends.
.SH FILES
.TP
.I /etc/stillpoint/policies
Policies of the service.
.TP
.I /etc/stillpoint/clouds.yaml
Its clouds and credentials, readable for root and the group stillpoint only.
.TP
.I /etc/default/stillpoint
Its options.
.TP
.I /var/lib/stillpoint/.ssh
Its SSH key and the host keys that it accepts.
.SH SEE ALSO
.BR stillpoint\-policy (5)
)";

void add_field(const policy::FieldDoc& field, std::string& page) {
  page += ".TP\n" + bold(field.path) + " (" + plain(field.type) + (field.required ? ", required" : "") + ")\n" +
          plain(field.meaning) + "\n";
  if (!field.values.empty()) {
    page += "It is " + plain(field.values) + ".\n";
  }
  if (!field.default_value.empty()) {
    page += "Default: " + bold(field.default_value) + ".\n";
  } else if (!field.default_words.empty()) {
    page += "Without it: " + plain(field.default_words) + ".\n";
  }
  for (const auto& below : field.fields) {
    add_field(below, page);
  }
}

}  // namespace

std::string manual_of_commands(const CommandTree& tree, std::string_view version) {
  std::string page = head("STILLPOINT", "1", version, "User Commands");
  page +=
      ".SH NAME\nstillpoint \\- application\\-consistent snapshots of Cinder volumes, kept as policies want them\n"
      ".SH SYNOPSIS\n";
  for (const auto* command : commands_of(tree)) {
    page += ".B stillpoint " + plain(join(command->path, " ")) + "\n[\\fIOPTIONS\\fR]\n.br\n";
  }
  page +=
      ".SH DESCRIPTION\n"
      "An operator declares policies: which servers, which of their volumes, when, held still how, and how many\n"
      "points are kept. Stillpoint compares that with the snapshots that exist in OpenStack, and converges: it holds\n"
      "a database still over SSH, snapshots its volumes, lets go, and prunes what is not kept any more.\n"
      "All of its state is in the metadata of the snapshots.\n.SH OPTIONS\n";
  for (const auto& option : tree.options) {
    add_option(option, page);
  }
  page += ".SH COMMANDS\n";
  for (const auto* command : commands_of(tree)) {
    add_command(*command, page);
  }
  return page + std::string(kAround);
}

std::string manual_of_policies(const policy::FieldDoc& language, std::string_view version) {
  std::string page = head("STILLPOINT\\-POLICY", "5", version, "File Formats");
  page +=
      ".SH NAME\nstillpoint\\-policy \\- what Stillpoint keeps, and how\n.SH DESCRIPTION\n" + plain(language.meaning) +
      "\n.PP\nA policy is a YAML document. Fields that do not exist, duplicate keys and values that make no sense are "
      "errors, which\n.B stillpoint validate\nshows with their place.\n.B stillpoint explain\n.I FIELD\nsays of one "
      "field what is said here, with examples.\n.SH FIELDS\n";
  for (const auto& field : language.fields) {
    add_field(field, page);
  }
  return page + ".SH EXAMPLES\nIn\n.IR /usr/share/doc/stillpoint/examples .\n.SH SEE ALSO\n.BR stillpoint (1)\n";
}

}  // namespace stillpoint::app
