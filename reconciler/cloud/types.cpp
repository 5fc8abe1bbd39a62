#include "cloud/types.hpp"

#include <algorithm>

namespace stillpoint::cloud {

long QuotaUse::room() const {
  return std::max(0L, limit - in_use - reserved);
}

}  // namespace stillpoint::cloud
