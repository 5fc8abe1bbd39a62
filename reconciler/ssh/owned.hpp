#pragma once

#include <libssh/libssh.h>

#include <memory>

/// Objects of libssh that free themselves.
namespace stillpoint::ssh {

struct FreeKey {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};
struct FreeString {
  void operator()(char* text) const { ssh_string_free_char(text); }
};
using Key = std::unique_ptr<ssh_key_struct, FreeKey>;
using Text = std::unique_ptr<char, FreeString>;

}  // namespace stillpoint::ssh
