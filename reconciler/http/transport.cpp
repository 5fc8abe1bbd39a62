// The only file that knows cpprestsdk. Its headers define a macro `U` unless they are told not to.
#define _TURN_OFF_PLATFORM_STRING  // NOLINT(bugprone-reserved-identifier)
#include "http/transport.hpp"

#include <cpprest/http_client.h>
#include <openssl/ssl.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>

namespace stillpoint::http {
namespace {

namespace rest = web::http;
using support::Error;
using SteadyPoint = std::chrono::steady_clock::time_point;
using RestClient = rest::client::http_client;

/// Enough for the library's own work; nothing of ours runs on its threads but setting a flag.
constexpr size_t kLibraryThreads = 4;
constexpr size_t kChunk = 64UL * 1024;
constexpr size_t kReservedAtMost = 4U << 20U;
/// How long a cancelled exchange may take to end before it is left to end by itself.
constexpr std::chrono::milliseconds kGrace{500};

/// The library's own timer runs anew for each leg of a request; it must never fire before our total one.
constexpr std::chrono::seconds kBeyondOurLimit{30};

void limit_library_threads() {
  static std::once_flag once;
  std::call_once(once, [] {
    try {
      crossplat::threadpool::initialize_with_threads(kLibraryThreads);
    } catch (const std::exception&) {
      // Somebody has started the pool already: then it has their size.
    }
  });
}

class Flag {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }
  bool wait_until(SteadyPoint until, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, stop, until, [this] { return is_set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool is_set_ = false;
};

/// Waits for `task` until `until`, or until `stop` is requested. Its failure is always observed, even if nobody waits
/// any more (the library ends the process over a failure that nobody looks at), and `keep` lives until it has ended.
template <class T>
bool done_by(const pplx::task<T>& task, SteadyPoint until, std::shared_ptr<void> keep,
             const std::stop_token& stop = {}) {
  auto done = std::make_shared<Flag>();
  task.then([done, keep = std::move(keep)](const pplx::task<T>& ended) {
    try {
      ended.wait();
    } catch (...) {  // The waiting thread learns of it from get().
    }
    done->set();
  });
  return done->wait_until(until, stop);
}

struct Cancelled {};
struct TooLarge {};
struct CutOff {};

/// One request on its way.
struct Exchange {
  std::shared_ptr<RestClient> client;
  pplx::cancellation_token_source cancel;
  SteadyPoint until;
  std::stop_token stop;
};

template <class T>
T await(const pplx::task<T>& task, Exchange& exchange, const std::shared_ptr<void>& keep) {
  if (!done_by(task, exchange.until, keep, exchange.stop)) {
    exchange.cancel.cancel();
    done_by(task, std::chrono::steady_clock::now() + kGrace, keep);
    throw Cancelled();
  }
  return task.get();
}

struct Chunk {
  std::shared_ptr<RestClient> client;
  rest::http_response response;
  std::vector<uint8_t> bytes = std::vector<uint8_t>(kChunk);
};

std::string read_body(const rest::http_response& response, Exchange& exchange, size_t cap) {
  auto chunk = std::make_shared<Chunk>();
  chunk->client = exchange.client;
  chunk->response = response;
  auto stream = response.body().streambuf();
  std::string body;
  // What it grows to, and not twice that in between. It is only announced, so not more than a page of a listing has.
  body.reserve(static_cast<size_t>(
      std::min<std::uint64_t>(response.headers().content_length(), std::min<std::uint64_t>(cap, kReservedAtMost))));
  for (;;) {
    const size_t got = await(stream.getn(chunk->bytes.data(), kChunk), exchange, chunk);
    if (got == 0) {
      break;
    }
    body.append(reinterpret_cast<const char*>(chunk->bytes.data()), got);
    if (body.size() > cap) {
      exchange.cancel.cancel();
      throw TooLarge();
    }
  }
  await(response.content_ready(), exchange, chunk);
  const auto announced = response.headers().find(rest::header_names::content_length);
  if (announced != response.headers().end() && announced->second != std::to_string(body.size())) {
    throw CutOff();
  }
  return body;
}

/// The library waits for a body, and then fails, also where HTTP allows none.
bool has_body(int code) {
  return code != rest::status_codes::NoContent && code != rest::status_codes::NotModified;
}

Response to_response(const rest::http_response& answer, std::string body) {
  Response response;
  response.code = answer.status_code();
  for (const auto& [name, value] : answer.headers()) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    response.headers[lower] = value;
  }
  response.body = std::move(body);
  return response;
}

rest::http_request to_library(const Request& request) {
  rest::http_request message{rest::method(std::string(to_string(request.method)))};
  // The client is bound to the origin; what is sent is the URL's path and query as they stand.
  const size_t path = request.url.find_first_of("/?", request.url.find("://") + 3);
  const std::string target = path == std::string::npos ? "/" : request.url.substr(path);
  message.set_request_uri(web::uri(target.starts_with('?') ? "/" + target : target));
  message.headers().add("Accept", "application/json");
  message.headers().add("User-Agent", "stillpoint");
  for (const auto& [name, value] : request.headers) {
    message.headers()[name] = value;
  }
  if (!request.body.empty()) {
    message.set_body(request.body, "application/json");
  }
  return message;
}

/// Trusts the authorities of the file and no others.
void trust_only(boost::asio::ssl::context& context, const std::string& file) {
  SSL_CTX_set_cert_store(context.native_handle(), X509_STORE_new());
  context.load_verify_file(file);
}

}  // namespace

class Transport::Impl {
 public:
  Impl(Options options, Proxies proxies) : options_(std::move(options)), proxies_(std::move(proxies)) {
    limit_library_threads();
    bad_authorities_ = check_authorities(options_.ca_file);
  }

  tl::expected<Response, TryError> exchange(const Request& request, const Url& url, std::chrono::nanoseconds limit,
                                            const std::stop_token& stop) {
    if (bad_authorities_) {
      return tl::unexpected<TryError>({*bad_authorities_, false});
    }
    const auto proxy = proxies_.proxy_for(url);
    if (!proxy) {
      return tl::unexpected<TryError>({proxy.error(), false});
    }
    const Failures failures(request, url, options_, *proxy);
    bool had_headers = false;
    const auto until = std::chrono::steady_clock::now() + limit;
    try {
      Exchange exchange{client_for(request, url, *proxy), {}, until, stop};
      const auto keep = exchange.client;
      const auto answer = await(keep->request(to_library(request), exchange.cancel.get_token()), exchange, keep);
      had_headers = true;
      std::string body;
      if (has_body(answer.status_code())) {
        body = read_body(answer, exchange, options_.max_response_bytes);
      }
      return to_response(answer, std::move(body));
    } catch (const Cancelled&) {
      return tl::unexpected(stop.stop_requested() ? failures.stopped() : failures.timed_out(limit));
    } catch (const TooLarge&) {
      return tl::unexpected(failures.too_large());
    } catch (const CutOff&) {
      return tl::unexpected(failures.cut_off());
    } catch (const rest::http_exception& failure) {
      const bool in_time = std::chrono::steady_clock::now() < until;
      if (!in_time) {
        return tl::unexpected(failures.timed_out(limit));
      }
      return tl::unexpected(had_headers ? failures.cut_off()
                                        : failures.without_answer(failure.what(), failure.error_code().value()));
    } catch (const web::uri_exception&) {
      // Its text holds what it was given. Proxies never come here with a user or a password, and it stays unsaid
      // whatever a later version of the library does with them.
      return tl::unexpected(failures.unusable("the HTTP library does not take its URL; is something not encoded?"));
    } catch (const std::exception& failure) {
      return tl::unexpected(failures.unusable(failure.what()));
    }
  }

  void exchange_many(const Request& request, const Url& url, int connections, std::chrono::nanoseconds limit,
                     const std::stop_token& stop) {
    const auto proxy = proxies_.proxy_for(url);
    if (bad_authorities_ || !proxy) {
      return;
    }
    Exchange exchange{nullptr, {}, std::chrono::steady_clock::now() + limit, stop};
    std::vector<pplx::task<rest::http_response>> answers;
    try {
      exchange.client = client_for(request, url, *proxy);
      for (int i = 0; i < connections; ++i) {
        answers.push_back(exchange.client->request(to_library(request), exchange.cancel.get_token()));
      }
    } catch (const std::exception&) {  // Warming is a favour: the request that follows says what is wrong.
    }
    for (const auto& answer : answers) {
      try {
        read_body(await(answer, exchange, exchange.client), exchange, options_.max_response_bytes);
      } catch (...) {  // As above; what is thrown here is partly ours.
      }
    }
  }

 private:
  /// The pool may hand out a connection that the server has just closed, and the library then sends the request again
  /// on its own or fails in the middle of the body. So only what may be repeated, and has no body, goes over it.
  std::shared_ptr<RestClient> client_for(const Request& request, const Url& url, const std::optional<Proxy>& proxy) {
    if (request.repeat == Repeat::Never || !request.body.empty()) {
      return make_client_for(url, proxy);
    }
    const std::lock_guard lock(mutex_);
    auto& client = pooled_[url.origin()];
    if (!client) {
      client = make_client_for(url, proxy);
    }
    return client;
  }

  std::shared_ptr<RestClient> make_client_for(const Url& url, const std::optional<Proxy>& proxy) const {
    rest::client::http_client_config config;
    config.set_max_redirects(0);
    config.set_timeout(options_.request_timeout + kBeyondOurLimit);
    if (proxy) {
      web::web_proxy by(web::uri(proxy->origin()));
      if (!proxy->user.empty()) {
        by.set_credentials(web::credentials(proxy->user, proxy->password.reveal()));
      }
      config.set_proxy(by);
    }
    if (!options_.ca_file.empty()) {
      config.set_ssl_context_callback(
          [file = options_.ca_file](boost::asio::ssl::context& context) { trust_only(context, file); });
    }
    return std::make_shared<RestClient>(web::uri(url.origin()), config);
  }

  const Options options_;
  const Proxies proxies_;
  std::optional<Error> bad_authorities_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<RestClient>> pooled_;
};

Transport::Transport(Options options, Proxies proxies)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(proxies))) {}

Transport::~Transport() = default;

tl::expected<Response, TryError> Transport::exchange(const Request& request, const Url& url,
                                                     std::chrono::nanoseconds limit, const std::stop_token& stop) {
  return impl_->exchange(request, url, limit, stop);
}

void Transport::exchange_many(const Request& request, const Url& url, int connections, std::chrono::nanoseconds limit,
                              const std::stop_token& stop) {
  impl_->exchange_many(request, url, connections, limit, stop);
}

}  // namespace stillpoint::http
