#include "ssh/public_key.hpp"

#include "ssh/owned.hpp"

namespace stillpoint::ssh {

std::optional<std::string> base64_of(ssh_key key) {
  char* encoded = nullptr;
  if (ssh_pki_export_pubkey_base64(key, &encoded) != SSH_OK) {
    return std::nullopt;
  }
  return Text(encoded).get();
}

std::string type_of(ssh_key key) {
  return ssh_key_type_to_char(ssh_key_type(key));
}

std::string fingerprint_of(ssh_key key) {
  unsigned char* hash = nullptr;
  size_t size = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) != SSH_OK) {
    return "(unreadable)";
  }
  const Text text(ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size));
  ssh_clean_pubkey_hash(&hash);
  return text ? text.get() : "(unreadable)";
}

}  // namespace stillpoint::ssh
