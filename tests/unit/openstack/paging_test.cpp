#include "openstack/paging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "scripted_cloud.hpp"

namespace stillpoint::openstack {
namespace {

using cloud::Snapshot;
using support::ErrorKind;
using testing::HasSubstr;

Json row(const std::string& id, const std::string& volume = "v") {
  return {{"id", id},
          {"name", "n"},
          {"volume_id", volume},
          {"status", "available"},
          {"size", 1},
          {"created_at", "2026-11-24T06:00:00.000000"}};
}

std::string parameter(const std::string& url, const std::string& name) {
  const size_t at = url.find(name + "=");
  if (at == std::string::npos) {
    return {};
  }
  const size_t begin = at + name.size() + 1;
  return url.substr(begin, url.find('&', begin) - begin);
}

/// Pages as Cinder makes them: a link on every full page, 404 for a marker that is gone.
class Pager {
 public:
  std::vector<std::string> ids;
  int most = 1000;  ///< the operator's limit
  bool with_links = true;

  http::Response answer(const std::string& url) const {
    const int limit = std::min(most, std::stoi(parameter(url, "limit")));
    const std::string marker = parameter(url, "marker");
    auto from = ids.begin();
    if (!marker.empty()) {
      from = std::find(ids.begin(), ids.end(), marker);
      if (from == ids.end()) {
        return fakes::json_answer(404, R"({"itemNotFound": {"code": 404, "message": "Snapshot could not be found."}})");
      }
      ++from;
    }
    Json body{{"snapshots", Json::array()}};
    for (; from != ids.end() && static_cast<int>(body["snapshots"].size()) < limit; ++from) {
      body["snapshots"].push_back(row(*from));
    }
    if (with_links && limit > 0 && static_cast<int>(body["snapshots"].size()) == limit) {
      const std::string last = body["snapshots"].back()["id"];
      body["snapshots_links"] = Json::array(
          {{{"rel", "next"},
            {"href", "https://elsewhere/snapshots/detail?limit=" + std::to_string(limit) + "&marker=" + last}}});
    }
    return ok(body.dump());
  }
};

std::vector<std::string> make_ids(int count) {
  std::vector<std::string> ids;
  for (int i = 0; i < count; ++i) {
    ids.push_back("s" + std::to_string(i));
  }
  return ids;
}

std::set<std::string> ids_of(const std::vector<Snapshot>& snapshots) {
  std::set<std::string> ids;
  for (const Snapshot& snapshot : snapshots) {
    EXPECT_TRUE(ids.insert(snapshot.id.str()).second) << "twice: " << snapshot.id.str();
  }
  return ids;
}

TEST(Paging, ListsEverythingOnceForEveryCountAndPageSize) {
  Pager pager;
  ScriptedCloud cloud([&](const http::Request& request) { return pager.answer(request.url); });
  for (const int page_size : {1, 2, 3, 7}) {
    const auto connected = cloud.connect(page_size);
    ASSERT_TRUE(connected);
    for (int count = 0; count <= 15; ++count) {
      pager.ids = make_ids(count);
      for (const bool with_links : {true, false}) {
        pager.with_links = with_links;
        const auto listed = (*connected)->list_snapshots(cloud.soon());
        ASSERT_TRUE(listed) << listed.error().to_string();
        EXPECT_EQ(ids_of(*listed).size(), static_cast<size_t>(count)) << page_size << " " << with_links;
      }
    }
  }
}

TEST(Paging, FollowsLinksWhereTheOperatorAllowsLessThanWeAskFor) {
  Pager pager;
  pager.ids = make_ids(25);
  pager.most = 4;
  ScriptedCloud cloud([&](const http::Request& request) { return pager.answer(request.url); });
  const auto listed = (*cloud.connect())->list_snapshots(cloud.soon());
  ASSERT_TRUE(listed);
  EXPECT_EQ(ids_of(*listed).size(), 25U);
  EXPECT_THAT(cloud.log->to("snapshots").at(0).url, HasSubstr("limit=1000"));
}

TEST(Paging, NeverLosesWhatStaysWhileOthersComeAndGo) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Pager pager;
    pager.ids = make_ids(20);
    std::set<std::string> stayed(pager.ids.begin(), pager.ids.end());
    int made = 100;
    ScriptedCloud cloud([&](const http::Request& request) {
      const auto answer = pager.answer(request.url);
      if (random() % 2 == 0) {  // The newest come first, as Cinder sorts.
        pager.ids.insert(pager.ids.begin(), "s" + std::to_string(made++));
      }
      if (random() % 4 == 0) {
        const auto gone = pager.ids.begin() + static_cast<long>(random() % pager.ids.size());
        stayed.erase(*gone);
        pager.ids.erase(gone);
      }
      return answer;
    });
    const auto listed = (*cloud.connect(3))->list_snapshots(cloud.soon());
    if (!listed) {
      EXPECT_EQ(listed.error().kind(), ErrorKind::Unavailable) << listed.error().to_string();
      continue;
    }
    const std::set<std::string> found = ids_of(*listed);
    EXPECT_TRUE(std::includes(found.begin(), found.end(), stayed.begin(), stayed.end()));
  }
}

TEST(Paging, StartsOverWhenItsMarkerIsGone) {
  Pager pager;
  pager.ids = make_ids(5);
  bool has_deleted = false;
  ScriptedCloud cloud([&](const http::Request& request) {
    const auto answer = pager.answer(request.url);
    if (!has_deleted) {
      has_deleted = true;
      pager.ids.erase(pager.ids.begin() + 1);
    }
    return answer;
  });
  const auto listed = (*cloud.connect(2))->list_snapshots(cloud.soon());
  ASSERT_TRUE(listed) << listed.error().to_string();
  EXPECT_EQ(ids_of(*listed), (std::set<std::string>{"s0", "s2", "s3", "s4"}));
}

TEST(Paging, GivesUpWhenItsMarkerIsAlwaysGone) {
  Pager pager;
  pager.ids = make_ids(5);
  int asked = 0;
  ScriptedCloud cloud([&](const http::Request& request) {
    ++asked;
    return parameter(request.url, "marker").empty() ? pager.answer(request.url) : fakes::json_answer(404, "{}");
  });
  const auto listed = (*cloud.connect(2))->list_snapshots(cloud.soon());
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().kind(), ErrorKind::Unavailable);
  EXPECT_EQ(asked, 8);
}

TEST(Paging, AnErrorOnAnyPageIsAnError) {
  for (const int failing : {1, 2, 3}) {
    for (const int code : {401, 403, 500, 503}) {
      Pager pager;
      pager.ids = make_ids(5);
      int page = 0;
      ScriptedCloud cloud([&](const http::Request& request) {
        const bool fails = ++page >= failing;
        return fails ? fakes::json_answer(code, "{}") : pager.answer(request.url);
      });
      EXPECT_FALSE((*cloud.connect(2))->list_snapshots(cloud.soon())) << failing << " " << code;
    }
  }
}

TEST(Paging, RefusesPagesThatDoNotLeadOn) {
  const std::string rows = R"({"snapshots": [)" + row("s0").dump() + "], ";
  const std::vector<std::string> bodies{
      rows + R"("snapshots_links": [{"rel": "next", "href": "http://x/?marker=s0"}]})",
      rows + R"("snapshots_links": [{"rel": "next", "href": "http://x/"}]})",
      rows + R"("snapshots_links": [{"rel": "next", "href": "http://x/?marker=a b"}]})",
      rows + R"("snapshots_links": [{"rel": "next", "href": 7}]})",
      rows + R"("snapshots_links": {"rel": "next"}})",
      R"({"snapshots": [], "snapshots_links": [{"rel": "next", "href": "http://x/?marker=s9"}]})"};
  for (const std::string& body : bodies) {
    ScriptedCloud cloud([&](const http::Request&) { return ok(body); });
    const auto listed = (*cloud.connect())->list_snapshots(cloud.soon());
    ASSERT_FALSE(listed) << body;
    EXPECT_EQ(listed.error().kind(), ErrorKind::Protocol) << listed.error().to_string();
  }
}

TEST(Paging, P6AListingWithoutAnEndIsAnError) {
  int made = 0;
  ScriptedCloud cloud([&](const http::Request&) {
    const std::string id = "s" + std::to_string(++made);
    return ok(Json{{"snapshots", Json::array({row(id)})},
                   {"snapshots_links", Json::array({{{"rel", "next"}, {"href", "http://cloud/x?marker=" + id}}})}}
                  .dump());
  });
  const auto by_pages = (*cloud.connect({.most_pages = 20}))->list_snapshots(cloud.soon());
  ASSERT_FALSE(by_pages);
  EXPECT_EQ(by_pages.error().kind(), ErrorKind::Protocol);
  EXPECT_THAT(by_pages.error().to_string(), HasSubstr("has no end: 20 pages"));
  EXPECT_EQ(made, 20);
  made = 0;
  const auto by_rows = (*cloud.connect({.most_rows = 30}))->list_snapshots(cloud.soon());
  ASSERT_FALSE(by_rows);
  EXPECT_THAT(by_rows.error().to_string(), HasSubstr("has no end: 30 rows"));
}

TEST(Paging, WhatTheCloudCallsABadRequestIsNotTheUsersFault) {
  ScriptedCloud cloud([](const http::Request&) {
    return fakes::json_answer(400, R"({"badRequest": {"message": "Invalid input for query parameters limit"}})");
  });
  EXPECT_EQ((*cloud.connect())->list_snapshots(cloud.soon()).error().kind(), ErrorKind::Protocol);
}

TEST(Paging, RefusesPagesOfTheWrongShape) {
  for (const char* body : {"", "null", "[]", "{}", R"({"snapshots": null})", R"({"snapshots": {}})",
                           R"({"snapshots": [7]})", R"({"snapshots": [{"id": 7}]})", R"({"snapshots": [{}]})"}) {
    ScriptedCloud cloud([&](const http::Request&) { return ok(body); });
    const auto listed = (*cloud.connect(1))->list_snapshots(cloud.soon());
    ASSERT_FALSE(listed) << body;
    EXPECT_EQ(listed.error().kind(), ErrorKind::Protocol) << listed.error().to_string();
  }
}

}  // namespace
}  // namespace stillpoint::openstack
