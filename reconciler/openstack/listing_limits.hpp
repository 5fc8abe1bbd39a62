#pragma once

#include <chrono>

namespace stillpoint::openstack {

/// What a listing may take, whatever the cloud does.
struct ListingLimits {
  int page_size = 1000;     ///< rows that are asked for at a time; the operator's own maximum is often 1000
  int most_pages = 10'000;  ///< a listing of more pages, or of more rows, is taken to have no end
  int most_rows = 500'000;
  std::chrono::milliseconds page_time = std::chrono::seconds(60);  ///< for one page, repetitions included
};

}  // namespace stillpoint::openstack
