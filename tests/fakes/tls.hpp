#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "fakes/tiny_server.hpp"

namespace stillpoint::fakes {

/// A certificate that vouches for itself, its key, and the certificate as a PEM file in the temporary folder.
class SelfSigned {
 public:
  /// `name` as a subject alternative name is written, e.g. `IP:127.0.0.1` or `DNS:cloud.example.org`.
  explicit SelfSigned(const std::string& name) : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("tiny"), -1, -1, 0);
    X509_set_issuer_name(certificate_, subject);
    add(NID_basic_constraints, "critical,CA:TRUE");
    add(NID_subject_alt_name, name);
    X509_sign(certificate_, key_, EVP_sha256());
    write_file();
  }
  ~SelfSigned() {
    std::filesystem::remove(file_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;

  const std::string& file() const { return file_; }

  /// One answer per connection, over TLS. The certificate must outlive the server.
  TinyServer::Serve answering(std::string bytes) const {
    return [this, bytes = std::move(bytes)](Wire& wire) {
      const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
      SSL_CTX_use_certificate(context.get(), certificate_);
      SSL_CTX_use_PrivateKey(context.get(), key_);
      const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), &SSL_free);
      SSL_set_fd(tls.get(), wire.socket());
      std::string request(16384, '\0');
      if (SSL_accept(tls.get()) == 1 && SSL_read(tls.get(), request.data(), static_cast<int>(request.size())) > 0) {
        SSL_write(tls.get(), bytes.data(), static_cast<int>(bytes.size()));
        while (SSL_read(tls.get(), request.data(), static_cast<int>(request.size())) > 0) {
        }  // To close with bytes unread would cut the answer off.
      }
      ERR_clear_error();
    };
  }

 private:
  void add(int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
    X509_add_ext(certificate_, extension, -1);
    X509_EXTENSION_free(extension);
  }
  void write_file() {
    file_ = (std::filesystem::temp_directory_path() / "authority-XXXXXX").string();
    FILE* stream = ::fdopen(::mkstemp(file_.data()), "w");
    PEM_write_X509(stream, certificate_);
    std::fclose(stream);
  }

  EVP_PKEY* key_;
  X509* certificate_;
  std::string file_;
};

}  // namespace stillpoint::fakes
