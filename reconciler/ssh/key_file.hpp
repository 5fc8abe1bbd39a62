#pragma once

#include <string>

#include "support/result.hpp"

namespace stillpoint::ssh {

/// The public half of the private key in `file`, as it stands in authorized_keys: type and base64, without a comment.
/// Unauthorized if the file cannot be read, or is no private key without a passphrase.
support::Result<std::string> public_half(const std::string& file);

/// Makes an ed25519 key without a passphrase in `file` (mode 0600), with its public half in `file`.pub, and the folders
/// that are missing above it (mode 0700). Never writes over a file: InvalidInput if one of the two is there, or if they
/// cannot be written.
support::Status make_key_file(const std::string& file);

}  // namespace stillpoint::ssh
