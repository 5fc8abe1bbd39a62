#pragma once

#include <tl/expected.hpp>

#include "support/error.hpp"

namespace stillpoint::support {

/// What a fallible call returns everywhere outside the adapters. A library's exceptions end in its adapter.
template <class T>
using Result = tl::expected<T, Error>;

/// The result of a call that has nothing to give back.
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error(kind, std::move(message)));
}

/// The same failure with one more line of context, for handing a callee's error up.
template <class T>
tl::unexpected<Error> pass_on(Result<T>&& failed, std::string context) {
  return tl::unexpected<Error>(std::move(failed.error()).with_context(std::move(context)));
}

template <class T>
tl::unexpected<Error> pass_on(Result<T>&& failed) {
  return tl::unexpected<Error>(std::move(failed.error()));
}

}  // namespace stillpoint::support
