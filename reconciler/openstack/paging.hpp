#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "openstack/api.hpp"
#include "openstack/json_read.hpp"
#include "openstack/listing_limits.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// What to list.
struct Listing {
  std::string path;   ///< e.g. `/volumes/detail`
  std::string query;  ///< further parameters, encoded, e.g. `volume_id=...`; may be empty
  std::string key;    ///< of the array in the answer; its links are below `KEY_links`
  ListingLimits limits = {};
};

/// What becomes of the rows. `begin` is called before the first page, and again if the listing has to start over.
struct RowTaker {
  std::function<void()> begin;
  /// Returns whether the row is one that was not seen before.
  std::function<support::Result<bool>(const Json& row)> take;
};

/// Fetches page after page until one says that it is the last. A page that is full and has no link to a next one is not
/// believed to be the last. If the listing changes so that its marker is gone, it starts over, a few times; anything
/// else that keeps it from its end is an error (Unavailable, Timeout, Protocol: also a listing that has none), since a
/// short listing would look like deleted objects.
support::Status list_pages(Api& api, const Listing& listing, const RowTaker& taker, support::Deadline deadline);

/// All rows, each once: of a row that two pages show, the later reading.
template <class Row>
support::Result<std::vector<Row>> list_all(Api& api, const Listing& listing, support::Result<Row> (*read)(const Json&),
                                           support::Deadline deadline) {
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> places;
  RowTaker taker;
  taker.begin = [&] {
    rows.clear();
    places.clear();
  };
  taker.take = [&](const Json& json) -> support::Result<bool> {
    auto row = read(json);
    if (!row) {
      return pass_on(std::move(row));
    }
    const auto [place, is_new] = places.emplace(row->id.str(), rows.size());
    if (is_new) {
      rows.push_back(std::move(*row));
    } else {
      rows[place->second] = std::move(*row);
    }
    return is_new;
  };
  auto listed = list_pages(api, listing, taker, deadline);
  if (!listed) {
    return pass_on(std::move(listed), "listing " + listing.key);
  }
  return rows;
}

}  // namespace stillpoint::openstack
