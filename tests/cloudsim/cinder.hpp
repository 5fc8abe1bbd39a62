#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services.hpp"

namespace stillpoint::cloudsim {

/// One authenticated request to Cinder, below `/v3/PROJECT`.
struct CinderCall {
  State& state;
  const Request& request;
  Caller caller;
  int minor = 0;                      ///< microversion 3.MINOR
  std::vector<std::string> segments;  ///< of the path below the project

  std::string project_url() const { return state.base_url + "/volume/v3/" + caller.project_id; }
};

Response cinder_volumes(const CinderCall& call);
Response cinder_snapshots(const CinderCall& call);
Response cinder_quota_sets(const CinderCall& call);
Response cinder_limits(const CinderCall& call);
Response cinder_messages(const CinderCall& call);
Response cinder_types(const CinderCall& call);

/// Refuses with Cinder's 413 unless the project has room for one more `resource` of the type, of so many GiB.
void require_quota(const CinderCall& call, const std::string& resource, const std::string& type, int size_gib);

/// `limit`, `marker` and `sort` of a list call; refuses what Cinder refuses.
Paging cinder_paging(const CinderCall& call);

/// The filters of a list call: what is left of the query without the paging. Unknown ones are ignored before 3.31 and
/// refused from then on.
std::map<std::string, std::string> cinder_filters(const CinderCall& call, const std::set<std::string>& known);

/// Whether an object, as Cinder shows it, passes the filters (`metadata` is a dictionary, the rest is equality).
bool passes(const Json& shown, const std::map<std::string, std::string>& filters);

/// Checks keys and values as Cinder's schema does on create, or its older code on an update.
Metadata read_metadata(const Json& object);
void check_metadata_update(const Json& object);

Json optional_time(const std::optional<int64_t>& seconds);
Json null_if_empty(const std::string& text);

/// An answer without a body, as Cinder gives it to DELETE.
Response accepted_without_body();

/// One page of a list call, with its link to the next page and, where asked for, the count of all.
template <class Row>
Response list_response(const CinderCall& call, const Table<Row>& table, const std::string& plural,
                       const std::string& singular, const std::function<bool(const Row&)>& wanted,
                       const std::function<Json(const Row&)>& show);

template <class Row>
Response list_response(const CinderCall& call, const Table<Row>& table, const std::string& plural,
                       const std::string& singular, const std::function<bool(const Row&)>& wanted,
                       const std::function<Json(const Row&)>& show) {
  const Paging paging = cinder_paging(call);
  const auto page = table.page(paging, wanted);
  if (!page) refuse_not_found(singular + " " + *paging.marker + " could not be found.");
  Json rows = Json::array();
  for (const Row* row : page->rows) rows.push_back(show(*row));
  Json body{{plural, std::move(rows)}};
  if (page->full) {
    const Json link{{"rel", "next"}, {"href", call.state.base_url + next_page(call.request, page->rows.back()->id)}};
    body[plural + "_links"] = Json::array({link});
  }
  const std::string with_count = call.request.param("with_count").value_or("");
  if (call.minor >= 45 && (with_count == "true" || with_count == "True")) body["count"] = table.count(wanted);
  return json_response(200, body);
}

}  // namespace stillpoint::cloudsim
