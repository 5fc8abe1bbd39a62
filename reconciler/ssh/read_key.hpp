#pragma once

#include <string>

#include "ssh/owned.hpp"
#include "support/result.hpp"

namespace stillpoint::ssh {

/// A private key without a passphrase. Unauthorized if the file is none.
support::Result<Key> read_key(const std::string& file);

}  // namespace stillpoint::ssh
