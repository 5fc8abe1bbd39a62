#include "openstack/paging.hpp"

#include <set>

#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::ErrorKind;
using support::fail;
using support::Result;
using support::Status;

constexpr int kMostStarts = 4;

/// The `marker` parameter of a link, still encoded. Only the marker is used of it: behind a proxy the link's host is
/// often one that we cannot reach.
std::string marker_of(const std::string& link) {
  const size_t query = link.find('?');
  if (query == std::string::npos) {
    return {};
  }
  for (const std::string& part : support::split(link.substr(query + 1), '&')) {
    if (part.starts_with("marker=")) {
      return part.substr(std::string("marker=").size());
    }
  }
  return {};
}

bool is_encoded(const std::string& text) {
  return text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") ==
         std::string::npos;
}

class Pages {
 public:
  Pages(Api& api, const Listing& listing, const RowTaker& taker, support::Deadline deadline)
      : api_(api), listing_(listing), taker_(taker), deadline_(deadline) {}

  /// One run over all pages. `marker_gone` tells an error that another run may cure.
  Status run(bool& marker_gone) {
    marker_gone = false;
    taker_.begin();
    std::set<std::string> markers;
    std::string marker;
    rows_ = 0;
    for (int pages = 0; pages < listing_.limits.most_pages; ++pages) {
      const auto page_by = deadline_.earlier_of(support::Deadline::after(api_.clock(), listing_.limits.page_time));
      found_ = {};
      auto page = api_.get(
          url(marker), listing_.key, [this](const Json& row) { return take_row(row); }, page_by);
      if (!page) {
        const ErrorKind kind = page.error().kind();
        const bool is_refused =
            kind == ErrorKind::NotFound || kind == ErrorKind::Protocol || kind == ErrorKind::InvalidInput;
        marker_gone = !marker.empty() && is_refused && !found_.is_wrong;
        return pass_on(std::move(page));
      }
      auto next = next_marker(*page);
      if (!next) {
        return pass_on(std::move(next));
      }
      if (next->empty()) {
        return {};
      }
      if (rows_ >= static_cast<size_t>(listing_.limits.most_rows)) {
        return endless("row", rows_);
      }
      marker = *next;
      if (!markers.insert(marker).second) {
        return fail(ErrorKind::Protocol, "the page after `" + support::printable(marker) + "` leads back to itself");
      }
    }
    return endless("page", static_cast<size_t>(listing_.limits.most_pages));
  }

 private:
  static Status endless(const char* what, size_t count) {
    return fail(ErrorKind::Protocol,
                "it has no end: " + support::count_of(count, what) + " were read, and a next page is announced");
  }

  std::string url(const std::string& marker) const {
    std::string text = listing_.path + "?limit=" + std::to_string(listing_.limits.page_size);
    if (!listing_.query.empty()) {
      text += "&" + listing_.query;
    }
    return marker.empty() ? text : text + "&marker=" + marker;
  }

  Status take_row(const Json& row) {
    ++rows_;
    ++found_.rows;
    auto is_new = taker_.take(row);
    if (!is_new) {
      found_.is_wrong = true;
      return pass_on(std::move(is_new));
    }
    found_.has_new = found_.has_new || *is_new;
    found_.last = row["id"].get<std::string>();
    return {};
  }

  /// The marker of the page that follows this one, whose rows were taken; empty if this was the last.
  Result<std::string> next_marker(const Json& page) const {
    JsonFields fields(page, "page");
    if (!fields.member(listing_.key.c_str()).is_array()) {
      fields.wrong(listing_.key, "a list");
    }
    auto link = next_link(fields);
    if (const auto status = fields.status(); !status) {
      return fail(status.error());
    }
    if (!link.has_value()) {
      const bool is_full = found_.rows >= static_cast<std::size_t>(listing_.limits.page_size);
      return is_full && found_.has_new ? http::encode(found_.last) : std::string();
    }
    std::string marker = marker_of(*link);
    if (marker.empty() || !is_encoded(marker) || !found_.has_new) {
      return fail(ErrorKind::Protocol, "a page names a next page, but does not lead on: " + support::printable(*link));
    }
    return marker;
  }

  std::optional<std::string> next_link(JsonFields& fields) const {
    std::optional<std::string> found;
    for (const Json& link : fields.array_or_empty((listing_.key + "_links").c_str())) {
      JsonFields link_fields(link, "link");
      const std::string rel = link_fields.text_or_empty("rel");
      const std::string href = link_fields.text_or_empty("href");
      if (!link_fields.status()) {
        fields.wrong(listing_.key + "_links", "links with `rel` and `href`");
      } else if (rel == "next") {
        found = href;
      }
    }
    return found;
  }

  Api& api_;
  const Listing& listing_;
  const RowTaker& taker_;
  const support::Deadline deadline_;
  size_t rows_ = 0;  ///< of all pages
  /// What a page had.
  struct Found {
    size_t rows = 0;
    bool has_new = false;
    bool is_wrong = false;  ///< one of its rows cannot be used
    std::string last;       ///< the id of its last row
  };
  Found found_;
};

}  // namespace

Status list_pages(Api& api, const Listing& listing, const RowTaker& taker, support::Deadline deadline) {
  Pages pages(api, listing, taker, deadline);
  for (int start = 1;; ++start) {
    bool marker_gone = false;
    auto done = pages.run(marker_gone);
    if (done || !marker_gone) {
      return done;
    }
    if (start == kMostStarts) {
      return fail(ErrorKind::Unavailable, "the listing changed under each of " +
                                              support::count_of(kMostStarts, "attempt") +
                                              " to read it to its end: " + done.error().to_string());
    }
  }
}

}  // namespace stillpoint::openstack
