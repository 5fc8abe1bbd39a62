#include "support/error.hpp"

#include <utility>

namespace stillpoint::support {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidInput:
      return "invalid_input";
    case ErrorKind::NotFound:
      return "not_found";
    case ErrorKind::Conflict:
      return "conflict";
    case ErrorKind::Unauthorized:
      return "unauthorized";
    case ErrorKind::QuotaExceeded:
      return "quota_exceeded";
    case ErrorKind::Throttled:
      return "throttled";
    case ErrorKind::Timeout:
      return "timeout";
    case ErrorKind::Unavailable:
      return "unavailable";
    case ErrorKind::UnknownOutcome:
      return "unknown_outcome";
    case ErrorKind::Protocol:
      return "protocol";
    case ErrorKind::Remote:
      return "remote";
    case ErrorKind::Busy:
      return "busy";
    case ErrorKind::Interrupted:
      return "interrupted";
  }
  return "unknown";
}

Error Error::at(SourceMark mark) && {
  mark_ = std::move(mark);
  return std::move(*this);
}

Error Error::with_context(std::string doing) && {
  context_.push_back(std::move(doing));
  return std::move(*this);
}

Error Error::with_remedy(std::string remedy) && {
  remedy_ = std::move(remedy);
  return std::move(*this);
}

Error Error::with_code(std::string code) && {
  code_ = std::move(code);
  return std::move(*this);
}

Error Error::with_retry_after(std::chrono::seconds wait) && {
  retry_after_ = wait;
  return std::move(*this);
}

std::string Error::to_string() const {
  std::string text;
  if (mark_) {
    text += mark_->file + ":";
    if (mark_->line > 0) {
      text += std::to_string(mark_->line) + ":" + std::to_string(mark_->column) + ":";
    }
    text += " ";
  }
  for (auto doing = context_.rbegin(); doing != context_.rend(); ++doing) {
    text += *doing + ": ";
  }
  text += message_ + (remedy_.empty() ? "" : ": " + remedy_);
  if (retry_after_) {
    text += "; it asks to come back in " + std::to_string(retry_after_->count()) + " s";
  }
  return text;
}

}  // namespace stillpoint::support
