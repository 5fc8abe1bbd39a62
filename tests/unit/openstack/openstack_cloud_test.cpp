#include "openstack/openstack_cloud.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "openstack/api.hpp"
#include "openstack/compute.hpp"
#include "scripted_cloud.hpp"

namespace stillpoint::openstack {
namespace {

using cloud::SnapshotId;
using cloud::VolumeId;
using fakes::json_answer;
using http::Method;
using http::Repeat;
using std::chrono::seconds;
using support::ErrorKind;
using testing::HasSubstr;
using testing::Not;

TEST(Versions, StandAtTheEndpointUpToItsVersion) {
  EXPECT_EQ(version_url_of("http://c:8776/v3/p1"), "http://c:8776/v3/");
  EXPECT_EQ(version_url_of("https://c/volume/v3/p1"), "https://c/volume/v3/");
  EXPECT_EQ(version_url_of("http://c:8774/v2.1"), "http://c:8774/v2.1/");
  EXPECT_EQ(version_url_of("https://v3.example.org/compute/v2.1/p"), "https://v3.example.org/compute/v2.1/");
  EXPECT_EQ(version_url_of("http://c:8774/compute"), "http://c:8774/compute/");
}

TEST(Versions, AreTheNewestThatBothKnow) {
  const auto of = [](const std::string& document) { return negotiate(document, {3, 70}); };
  const auto document = [](const std::string& lowest, const std::string& highest) {
    return R"({"versions": [{"min_version": "", "version": ""}, {"min_version": ")" + lowest + R"(", "version": ")" +
           highest + "\"}]}";
  };
  EXPECT_EQ(*of(document("3.0", "3.59")), (Microversion{3, 59}));
  EXPECT_EQ(*of(document("3.0", "3.71")), (Microversion{3, 70}));
  EXPECT_EQ(*of(document("2.0", "2.0")), std::nullopt);
  EXPECT_EQ(*of(R"({"version": {"min_version": "3.0", "version": "3.5"}})"), (Microversion{3, 5}));
  EXPECT_EQ(*of(R"({"versions": []})"), std::nullopt);
  EXPECT_EQ(of("{}").error().kind(), ErrorKind::Protocol) << "somebody else answers";
  EXPECT_EQ(of(document("3.71", "3.80")).error().kind(), ErrorKind::Protocol);
  EXPECT_FALSE(of("<html>"));
  EXPECT_FALSE(of(R"({"versions": 7})"));
}

TEST(Versions, ThatAreRefusedAreAskedForAgain) {
  ScriptedCloud cloud([&](const http::Request& request) {
    return request.headers.at("OpenStack-API-Version") == "volume " + cloud.cinder_newest
               ? json_answer(200, R"({"volume": {"id": "v1", "size": 1, "status": "available"}})")
               : json_answer(406, "");
  });
  const auto connected = cloud.connect();
  ASSERT_TRUE((*connected)->get_volume(VolumeId("v1"), cloud.soon()));
  cloud.cinder_newest = "3.59";  // the service was put back to an older one
  EXPECT_FALSE((*connected)->get_volume(VolumeId("v1"), cloud.soon()));
  const auto volume = (*connected)->get_volume(VolumeId("v1"), cloud.soon());
  EXPECT_TRUE(volume) << volume.error().to_string();
}

TEST(CreateSnapshot, AsksOnceForceOnlyWhereItIsNeeded) {
  for (const auto& [newest, header, has_force] :
       std::vector<std::tuple<std::string, std::string, bool>>{{"3.59", "volume 3.59", true},
                                                               {"3.65", "volume 3.65", true},
                                                               {"3.66", "volume 3.66", false},
                                                               {"3.71", "volume 3.70", false}}) {
    ScriptedCloud cloud([](const http::Request&) { return json_answer(202, R"({"snapshot": )" + kSnapshot + "}"); });
    cloud.cinder_newest = newest;
    const auto snapshot = (*cloud.connect())->create_snapshot({VolumeId("v1"), "n", "d", {{"k", "v"}}}, cloud.soon());
    ASSERT_TRUE(snapshot) << snapshot.error().to_string();
    EXPECT_EQ(snapshot->status, "creating");
    EXPECT_EQ(snapshot->metadata.at("a"), "b");
    const auto request = cloud.log->requests().back();
    EXPECT_EQ(request.url, kCinder + "/snapshots");
    EXPECT_EQ(request.repeat, Repeat::Never);
    EXPECT_EQ(request.headers.at("OpenStack-API-Version"), header);
    EXPECT_EQ(request.headers.at("X-Auth-Token"), "token-1");
    const Json body = Json::parse(request.body).at("snapshot");
    EXPECT_EQ(body.contains("force"), has_force);
    EXPECT_EQ(body.at("metadata"), Json({{"k", "v"}}));
  }
}

TEST(CreateSnapshot, AcceptedWithoutASnapshotInTheAnswerIsAnUnknownOutcome) {
  for (const char* body : {"", "{}", R"({"snapshot": {}})", R"({"snapshot": [1]})"}) {
    ScriptedCloud cloud([&](const http::Request&) { return json_answer(202, body); });
    const auto snapshot = (*cloud.connect())->create_snapshot({VolumeId("v1"), "n", "", {}}, cloud.soon());
    ASSERT_FALSE(snapshot);
    EXPECT_EQ(snapshot.error().kind(), ErrorKind::UnknownOutcome);
  }
}

TEST(DeleteSnapshot, AnswersAcceptedOrWhy) {
  int code = 202;
  ScriptedCloud cloud([&](const http::Request&) { return json_answer(code, ""); });
  const auto connected = cloud.connect();
  EXPECT_TRUE((*connected)->delete_snapshot(SnapshotId("s1"), cloud.soon()));
  EXPECT_EQ(cloud.log->requests().back().method, Method::Delete);
  EXPECT_EQ(cloud.log->requests().back().url, kCinder + "/snapshots/s1");
}

TEST(DeleteSnapshot, P4BelievesOnlyCinderThatItIsGone) {
  std::string body = R"({"itemNotFound": {"code": 404, "message": "Snapshot s1 could not be found."}})";
  ScriptedCloud cloud([&](const http::Request&) { return json_answer(404, body); });
  const auto connected = cloud.connect();
  EXPECT_EQ((*connected)->delete_snapshot(SnapshotId("s1"), cloud.soon()).error().kind(), ErrorKind::NotFound);
  for (const char* page : {"", "<html>404</html>", "404 Not Found", "[]"}) {
    body = page;
    EXPECT_EQ((*connected)->delete_snapshot(SnapshotId("s1"), cloud.soon()).error().kind(), ErrorKind::Protocol);
    EXPECT_EQ((*connected)->get_snapshot(SnapshotId("s1"), cloud.soon()).error().kind(), ErrorKind::Protocol);
  }
}

TEST(GetSnapshot, P4RefusesAnAnswerAboutAnother) {
  ScriptedCloud cloud([](const http::Request&) {
    return ok(R"({"snapshot": {"id": "s2", "volume_id": "v", "status": "available", "size": 1,
                               "created_at": "2026-11-24T06:00:00"}})");
  });
  const auto connected = cloud.connect();
  EXPECT_EQ((*connected)->get_snapshot(SnapshotId("s1"), cloud.soon()).error().kind(), ErrorKind::Protocol);
  EXPECT_TRUE((*connected)->get_snapshot(SnapshotId("s2"), cloud.soon()));
}

TEST(DeleteSnapshot, NeverAsksForAnythingButOneSnapshot) {
  ScriptedCloud cloud([](const http::Request&) { return json_answer(202, ""); });
  const auto connected = cloud.connect();
  for (const char* id : {"", ".", "..", "../volumes/v1", "s1/metadata", "s1?x=1", "s 1", "detail\r\n"}) {
    const auto status = (*connected)->delete_snapshot(SnapshotId(id), cloud.soon());
    ASSERT_FALSE(status) << id;
    EXPECT_EQ(status.error().kind(), ErrorKind::InvalidInput);
  }
  EXPECT_TRUE(cloud.log->to("/snapshots").empty());
}

TEST(ChangingCalls, ThatMayHaveBeenRepeatedHaveAnUnknownOutcomeWithoutAnAnswer) {
  for (const ErrorKind kind : {ErrorKind::Timeout, ErrorKind::Unavailable, ErrorKind::Protocol}) {
    ScriptedCloud cloud([&](const http::Request&) { return support::fail(kind, "no answer"); });
    const auto connected = cloud.connect();
    EXPECT_EQ((*connected)->merge_snapshot_metadata(SnapshotId("s1"), {}, cloud.soon()).error().kind(),
              ErrorKind::UnknownOutcome);
    EXPECT_EQ((*connected)->get_snapshot(SnapshotId("s1"), cloud.soon()).error().kind(), kind);
    EXPECT_EQ((*connected)->list_volumes(cloud.soon()).error().kind(), kind);
  }
}

TEST(ChangingCalls, ThatAreSentOnceHaveTheOutcomeThatTheClientTells) {
  for (const ErrorKind kind : {ErrorKind::Unavailable, ErrorKind::UnknownOutcome}) {
    ScriptedCloud cloud([&](const http::Request&) { return support::fail(kind, "cannot connect"); });
    const auto connected = cloud.connect();
    EXPECT_EQ((*connected)->create_snapshot({VolumeId("v1"), "n", "", {}}, cloud.soon()).error().kind(), kind);
    EXPECT_EQ(cloud.log->requests().back().repeat, Repeat::Never);
    EXPECT_EQ((*connected)->delete_snapshot(SnapshotId("s1"), cloud.soon()).error().kind(), kind);
    EXPECT_EQ(cloud.log->requests().back().repeat, Repeat::Never);
  }
}

TEST(MergeMetadata, PostsSoThatOtherKeysStay) {
  ScriptedCloud cloud([](const http::Request&) { return ok(R"({"metadata": {"k": "v", "other": "o"}})"); });
  ASSERT_TRUE((*cloud.connect())->merge_snapshot_metadata(SnapshotId("s1"), {{"k", "v"}}, cloud.soon()));
  EXPECT_EQ(cloud.log->requests().back().method, Method::Post);
  EXPECT_EQ(cloud.log->requests().back().url, kCinder + "/snapshots/s1/metadata");
  EXPECT_EQ(Json::parse(cloud.log->requests().back().body), Json({{"metadata", {{"k", "v"}}}}));
}

TEST(MergeMetadata, IsDoneOnceTheAnswerShowsIt) {
  for (const char* body : {"", "{}", "<html>welcome</html>", R"({"metadata": {"k": "old"}})", R"({"metadata": []})"}) {
    ScriptedCloud cloud([&](const http::Request&) { return ok(body); });
    const auto merged = (*cloud.connect())->merge_snapshot_metadata(SnapshotId("s1"), {{"k", "v"}}, cloud.soon());
    ASSERT_FALSE(merged) << body;
    EXPECT_EQ(merged.error().kind(), ErrorKind::UnknownOutcome) << body;
  }
}

TEST(Errors, P11SayNoSecretThatTheCloudRepeats) {
  ScriptedCloud cloud([](const http::Request& request) {
    std::string text = "cannot handle " + request.headers.at("X-Auth-Token") + " of pass-word-1, ";
    text.resize(495, '.');  // beyond this a message is cut
    const Json body{{"error", {{"message", text + "pass-word-1"}}}};
    return json_answer(500, body.dump(), {{"x-openstack-request-id", "req-token-1"}});
  });
  const auto connected = cloud.connect();
  const auto error = (*connected)->list_volumes(cloud.soon()).error().to_string();
  EXPECT_THAT(error, HasSubstr("cannot handle [secret] of [secret], "));
  EXPECT_THAT(error, HasSubstr("req-[secret]"));
  EXPECT_THAT(error, testing::Not(HasSubstr("token-1")));
  EXPECT_THAT(error, testing::Not(HasSubstr("pass")));
}

TEST(Errors, P11SayNothingOfAnAnswerThatIsNoJson) {
  ScriptedCloud cloud([](const http::Request&) { return ok(R"({"snapshots": [ "begin-of-a-secr)"); });
  const auto error = (*cloud.connect())->list_snapshots(cloud.soon()).error().to_string();
  EXPECT_THAT(error, HasSubstr("not usable JSON"));
  EXPECT_THAT(error, testing::Not(HasSubstr("secr")));
}

TEST(ListSnapshotsOf, ChecksEachRowAgain) {
  ScriptedCloud cloud([](const http::Request&) {  // The filter is ignored.
    const auto row = [](const char* id, const char* volume) {
      Json json = Json::parse(kSnapshot);
      json["id"] = id;
      json["volume_id"] = volume;
      return json;
    };
    return ok(Json{{"snapshots", Json::array({row("s1", "v1"), row("s2", "v2"), row("s3", "other")})}}.dump());
  });
  const auto listed = (*cloud.connect())->list_snapshots_of({VolumeId("v1"), VolumeId("v2")}, cloud.soon());
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->size(), 2U);
  EXPECT_EQ(listed->at(0).id.str(), "s1");
  EXPECT_EQ(listed->at(1).id.str(), "s2");
  EXPECT_EQ(cloud.log->to("volume_id=v1").size(), 1U);
}

TEST(GetVolume, ReadsAttachments) {
  ScriptedCloud cloud([](const http::Request&) {
    return ok(R"({"volume": {"id": "v1", "name": "mysql_data", "size": 3, "status": "in-use", "volume_type": "rbd",
      "availability_zone": "nova", "multiattach": false,
      "attachments": [{"server_id": "srv", "device": "/dev/vdb", "id": "v1", "host_name": null}]}})");
  });
  const auto volume = (*cloud.connect())->get_volume(VolumeId("v1"), cloud.soon());
  ASSERT_TRUE(volume) << volume.error().to_string();
  EXPECT_EQ(volume->size_gib, 3);
  EXPECT_EQ(volume->attachments.at(0).server.str(), "srv");
  EXPECT_EQ(volume->attachments.at(0).device, "/dev/vdb");
}

TEST(GetVolume, RefusesValuesOfTheWrongTypeOrRange) {
  for (const char* size : {"-1", "1e3", "\"3\"", "null", "99999999999", "18446744073709551615"}) {
    ScriptedCloud cloud([&](const http::Request&) {
      return ok(R"({"volume": {"id": "v1", "status": "in-use", "size": )" + std::string(size) + "}}");
    });
    const auto volume = (*cloud.connect())->get_volume(VolumeId("v1"), cloud.soon());
    ASSERT_FALSE(volume) << size;
    EXPECT_EQ(volume.error().kind(), ErrorKind::Protocol);
  }
}

TEST(QuotaOfTheProject, IsWhatASnapshotCountsAgainst) {
  ScriptedCloud cloud([](const http::Request&) {
    return ok(R"({"quota_set": {"id": "p1", "backups": {"limit": 10, "in_use": 0, "reserved": 0},
      "snapshots": {"limit": 10, "in_use": 7, "reserved": 1}, "gigabytes": {"limit": -1, "in_use": 3, "reserved": 0},
      "snapshots_rbd": {"limit": 5, "in_use": 1, "reserved": 0},
      "per_volume_gigabytes": {"limit": -1, "in_use": 0, "reserved": 0}}})");
  });
  const auto quota = (*cloud.connect())->quota(cloud.soon());
  ASSERT_TRUE(quota) << quota.error().to_string();
  EXPECT_EQ(quota->size(), 3U);
  EXPECT_EQ(quota->at("snapshots").room(), 2);
  EXPECT_TRUE(quota->at("gigabytes").unlimited());
  EXPECT_EQ(quota->at("snapshots_rbd").limit, 5);
  EXPECT_EQ(cloud.log->requests().back().url, kCinder + "/os-quota-sets/p1?usage=true");
}

TEST(QuotaOfTheProject, ComesFromTheLimitsWhereQuotaSetsAreForbidden) {
  ScriptedCloud cloud([](const http::Request& request) {
    if (request.url.find("os-quota-sets") != std::string::npos) {
      return json_answer(403, "{}");
    }
    return ok(R"({"limits": {"rate": [], "absolute": {"maxTotalSnapshots": 10, "totalSnapshotsUsed": 1,
      "maxTotalVolumeGigabytes": 1000, "totalGigabytesUsed": 3}}})");
  });
  const auto quota = (*cloud.connect())->quota(cloud.soon());
  ASSERT_TRUE(quota) << quota.error().to_string();
  EXPECT_EQ(quota->at("snapshots").room(), 9);
  EXPECT_EQ(quota->at("gigabytes").room(), 997);
}

TEST(Messages, AreThoseOfTheObjectNewestFirst) {
  ScriptedCloud cloud([](const http::Request&) {
    return ok(R"({"messages": [
      {"id": "1", "resource_uuid": "s1", "event_id": "E1", "user_message": "old", "created_at": "2026-11-24T06:01:24.000000"},
      {"id": "2", "resource_uuid": "s2", "event_id": "E2", "user_message": "other", "created_at": "2026-11-24T06:02:24.000000"},
      {"id": "3", "resource_uuid": "s1", "event_id": "E3", "user_message": "new", "created_at": "2026-11-24T06:08:44.000000"}]})");
  });
  const auto messages = (*cloud.connect())->messages("s1", cloud.soon());
  ASSERT_TRUE(messages) << messages.error().to_string();
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ(messages->at(0).text, "new");
  EXPECT_EQ(messages->at(1).event_id, "E1");
  EXPECT_THAT(cloud.log->requests().back().url, HasSubstr("resource_uuid=s1"));
}

TEST(Servers, AreReadWithAddressesTagsAndMetadata) {
  ScriptedCloud cloud([](const http::Request&) {
    return ok(R"({"servers": [{"id": "srv", "name": "backend-2", "status": "ACTIVE", "metadata": {"role": "db"},
      "tags": ["galera"], "addresses": {"mgmt": [
        {"addr": "10.0.0.5", "version": 4, "OS-EXT-IPS:type": "fixed"},
        {"addr": "2001:db8::5", "version": 6, "OS-EXT-IPS:type": "fixed"}]}}]})");
  });
  const auto servers = (*cloud.connect())->list_servers(cloud.soon());
  ASSERT_TRUE(servers) << servers.error().to_string();
  const auto& server = servers->at(0);
  ASSERT_EQ(server.addresses.size(), 2U);
  EXPECT_EQ(server.addresses[0].network, "mgmt");
  EXPECT_EQ(server.addresses[1].version, 6);
  EXPECT_EQ(server.tags, std::vector<std::string>{"galera"});
  EXPECT_EQ(server.metadata.at("role"), "db");
  const auto request = cloud.log->requests().back();
  EXPECT_EQ(request.url, kNova + "/servers/detail?limit=1000");
  EXPECT_EQ(request.headers.at("OpenStack-API-Version"), "compute 2.53");
  EXPECT_EQ(request.headers.at("X-OpenStack-Nova-API-Version"), "2.53");
}

TEST(Servers, RefusesAnswersOfTheWrongShape) {
  for (const char* text : {R"({"id": "s", "status": "ACTIVE", "addresses": []})",
                           R"({"id": "s", "status": "ACTIVE", "addresses": {"n": {}}})",
                           R"({"id": "s", "status": "ACTIVE", "addresses": {"n": [7]}})",
                           R"({"id": "s", "status": "ACTIVE", "addresses": {"n": [{"addr": "x"}]}})",
                           R"({"id": "s", "status": "ACTIVE", "tags": [7]})", R"({"id": "s", "status": 7})", "7"}) {
    const auto server = read_server(Json::parse(text));
    ASSERT_FALSE(server) << text;
    EXPECT_EQ(server.error().kind(), ErrorKind::Protocol);
  }
}

TEST(ParseJson, RefusesWhatIsTooDeep) {
  EXPECT_FALSE(parse_json(std::string(100'000, '[')));
  EXPECT_FALSE(parse_json(std::string(50, '[') + std::string(50, ']')));
  EXPECT_TRUE(parse_json(std::string(30, '[') + std::string(30, ']')));
  EXPECT_FALSE(parse_json("{\"a\": \"\xff\"}"));
  EXPECT_FALSE(parse_json("1e400"));
}

TEST(ParseJson, HandsOutTheElementsOfAnArrayAndForgetsThem) {
  std::vector<std::string> taken;
  const auto take = [&](const Json& element) {
    taken.push_back(element.dump());
    return support::Status();
  };
  const std::string text =
      R"({"other": [{"rows": [7]}], "rows": [{"id": "a", "rows": [1, {}]}, 5, [6], {}], "links": [{"rel": "next"}]})";
  const auto rest = parse_json(text, "rows", take);
  ASSERT_TRUE(rest);
  EXPECT_EQ(*rest, Json::parse(R"({"other": [{"rows": [7]}], "rows": [], "links": [{"rel": "next"}]})"));
  EXPECT_EQ(taken, (std::vector<std::string>{R"({"id":"a","rows":[1,{}]})", "5", "[6]", "{}"}));

  taken.clear();
  const auto refused = parse_json(text, "rows", [&](const Json& element) {
    taken.push_back(element.dump());
    return support::Status(support::fail(ErrorKind::Protocol, "not this one"));
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "not this one");
  EXPECT_EQ(taken.size(), 1U);
  EXPECT_FALSE(parse_json(R"({"rows": [{"id": "a"}, {"id")", "rows", take));
  EXPECT_FALSE(parse_json("{\"rows\": " + std::string(50, '[') + std::string(50, ']') + "}", "rows", take));
}

TEST(ClockOffset, ComesFromTheDateOfAFreshAnswer) {
  ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
  cloud.date = "Tue, 24 Nov 2026 07:00:00 GMT";
  const auto offset = (*cloud.connect())->clock_offset(cloud.soon());
  ASSERT_TRUE(offset);
  const auto expected = *support::parse_http_date(cloud.date) - cloud.clock.wall_now();
  EXPECT_NEAR(static_cast<double>(offset->count()), static_cast<double>(std::chrono::round<seconds>(expected).count()),
              1.0);
}

TEST(ClockOffset, IsNotThatOfAnAnswerThatWasWaitedFor) {
  ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
  cloud.date = "Tue, 24 Nov 2026 07:00:00 GMT";
  const auto connected = cloud.connect();
  cloud.next_version_takes = seconds(25);
  const auto offset = (*connected)->clock_offset(cloud.soon());
  ASSERT_TRUE(offset);
  const auto expected = *support::parse_http_date(cloud.date) - cloud.clock.wall_now();
  EXPECT_NEAR(static_cast<double>(offset->count()), static_cast<double>(std::chrono::round<seconds>(expected).count()),
              1.0);
}

TEST(ClockOffset, ComesFromANewTokenWhereNoDateIsSent) {
  ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
  const auto connected = cloud.connect();
  cloud.keystone_ahead = seconds(300);
  const auto offset = (*connected)->clock_offset(cloud.soon());
  ASSERT_TRUE(offset);
  EXPECT_NEAR(static_cast<double>(offset->count()), 300.0, 1.0);
}

}  // namespace
}  // namespace stillpoint::openstack
