// What strings must look like.

#include <algorithm>

#include "policy/fields.hpp"
#include "support/ip_address.hpp"

namespace stillpoint::policy {
namespace {

constexpr std::string_view kUuidForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_alphanumeric(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

/// Whether all characters are letters, digits or of `others`.
bool is_word_of(std::string_view text, std::string_view others, size_t longest) {
  return text.size() <= longest && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
         });
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower_or_digit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_line(std::string_view text, long longest) {
  const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; };
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && std::none_of(text.begin(), text.end(), is_control) &&
         std::count_if(text.begin(), text.end(), [&](char c) { return !continues(c); }) <= longest;
}

bool is_text(std::string_view text) {
  return is_line(text, 255);
}
bool is_path(std::string_view text) {
  return is_line(text, 4095);
}

bool is_uuid(std::string_view text) {
  const auto fits = [](char c, char form) {
    return form == '-' ? c == '-' : (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  };
  return text.size() == kUuidForm.size() && std::equal(text.begin(), text.end(), kUuidForm.begin(), fits);
}

bool is_login(std::string_view text) {
  return !text.empty() && text[0] != '-' && text[0] != '.' && !(text[0] >= '0' && text[0] <= '9') &&
         is_word_of(text, "_.-", 32);
}

bool is_unit_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text[0]) && is_word_of(text, "_.@-", 64);
}

bool is_server_path(std::string_view text) {
  return text.size() > 1 && text[0] == '/' && is_word_of(text, "/_.@+-", 250) &&
         text.find("..") == std::string_view::npos;
}

bool is_socket_path(std::string_view text) {
  return text.size() <= 107 && is_server_path(text);
}

bool is_address(std::string_view text) {
  return support::canonical_ip(text).has_value();
}

bool is_digit_from(char first, char c) {
  return c >= first && c <= '9';
}

bool is_permission(std::string_view text) {
  const auto is_hex = [](char c) { return is_digit_from('0', c) || (c >= 'a' && c <= 'f'); };
  return text.size() >= 18 && text.size() <= 23 && std::all_of(text.begin(), text.begin() + 16, is_hex) &&
         text[16] == '/' && is_digit_from('1', text[17]) &&
         std::all_of(text.begin() + 18, text.end(), [](char c) { return is_digit_from('0', c); });
}

}  // namespace

const Shape kName{"a name of 1 to 63 characters of a-z 0-9 -, the first not -", is_name};
const Shape kText{"text of 1 to 255 characters on one line", is_text};
const Shape kPath{"the path of a file", is_path};
const Shape kUuid{"an id such as 6f1c3a58-9d3e-4b60-8a55-0c9d1e2f3a4b, in lower case", is_uuid};
const Shape kLogin{"a login of at most 32 letters, digits and _ . -, the first a letter or _", is_login};
const Shape kUnitName{"the name of a service, of at most 64 letters, digits and _ . @ -", is_unit_name};
const Shape kServerPath{"an absolute path on the server without .., of at most 250 letters, digits and / _ . @ + -",
                        is_server_path};
const Shape kSocketPath{"an absolute path on the server of at most 107 letters, digits and / _ . @ + -",
                        is_socket_path};
const Shape kPermission{"a spec's hash of 16 hexadecimal digits, / and a number from 1 to 999999", is_permission};
const Shape kAddress{"an IPv4 or IPv6 address", is_address};

}  // namespace stillpoint::policy
