#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace stillpoint::cloudsim {

/// Which rows of a table a list call wants.
struct Paging {
  long limit = 0;
  std::optional<std::string> marker;  ///< the id after which the page begins
  bool ascending = false;
};

template <class Row>
struct Page {
  std::vector<const Row*> rows;
  bool full = false;  ///< as many as `limit`: a next page is announced, and may be empty
};

/// Rows by id, listed as the services' databases do it: newest first by whole seconds of creation, then by descending
/// id. Row has `id` and `created_at` (seconds since the epoch).
template <class Row>
class Table {
 public:
  Row& insert(Row row) {
    Key key{row.created_at, row.id};
    keys_[row.id] = key;
    return rows_.emplace(std::move(key), std::move(row)).first->second;
  }

  Row* find(const std::string& id) {
    const auto key = keys_.find(id);
    return key == keys_.end() ? nullptr : &rows_.at(key->second);
  }

  void erase(const std::string& id) {
    const auto key = keys_.find(id);
    if (key == keys_.end()) return;
    rows_.erase(key->second);
    keys_.erase(key);
  }

  /// Nothing if the marker is not a row.
  std::optional<Page<Row>> page(const Paging& paging, const std::function<bool(const Row&)>& wanted) const {
    std::optional<Key> after;
    if (paging.marker) {
      const auto key = keys_.find(*paging.marker);
      if (key == keys_.end()) return std::nullopt;
      after = key->second;
    }
    Page<Row> page;
    if (paging.ascending) {
      const auto begin = after ? rows_.upper_bound(*after) : rows_.begin();
      collect(begin, rows_.end(), paging.limit, wanted, page);
    } else {
      const auto begin = std::make_reverse_iterator(after ? rows_.lower_bound(*after) : rows_.end());
      collect(begin, rows_.rend(), paging.limit, wanted, page);
    }
    page.full = paging.limit > 0 && static_cast<long>(page.rows.size()) == paging.limit;
    return page;
  }

  long count(const std::function<bool(const Row&)>& wanted) const {
    long found = 0;
    for (const auto& [key, row] : rows_) found += wanted(row) ? 1 : 0;
    return found;
  }

  bool any(const std::function<bool(const Row&)>& wanted) const {
    for (const auto& [key, row] : rows_) {
      if (wanted(row)) return true;
    }
    return false;
  }

 private:
  using Key = std::pair<int64_t, std::string>;

  template <class Iterator>
  static void collect(Iterator row, Iterator end, long limit, const std::function<bool(const Row&)>& wanted,
                      Page<Row>& page) {
    for (; row != end && static_cast<long>(page.rows.size()) < limit; ++row) {
      if (wanted(row->second)) page.rows.push_back(&row->second);
    }
  }

  std::map<Key, Row> rows_;
  std::unordered_map<std::string, Key> keys_;
};

}  // namespace stillpoint::cloudsim
