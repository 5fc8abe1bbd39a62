#include "openstack/api_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/scripted_http.hpp"

namespace stillpoint::openstack {
namespace {

using http::Repeat;
using std::chrono::seconds;
using support::ErrorKind;
using testing::HasSubstr;

struct ErrorCase {
  const char* name;
  int code;
  const char* body;
  Repeat repeat;
  ErrorKind expected;
};

class ErrorOf : public testing::TestWithParam<ErrorCase> {};

TEST_P(ErrorOf, HasTheKindOfTheTable) {
  const ErrorCase& given = GetParam();
  http::Request request;
  request.method = http::Method::Post;
  request.url = "http://cloud:8776/v3/p1/snapshots";
  request.repeat = given.repeat;
  const auto error =
      error_of(request, fakes::json_answer(given.code, given.body, {{"x-openstack-request-id", "req-7"}}), {}, {});
  EXPECT_EQ(to_string(error.kind()), to_string(given.expected)) << error.to_string();
  EXPECT_THAT(error.message(), HasSubstr("POST http://cloud:8776/v3/p1/snapshots"));
  EXPECT_THAT(error.message(), HasSubstr(std::to_string(given.code)));
  EXPECT_THAT(error.message(), HasSubstr("req-7"));
}

// The bodies are those of a real Cinder 21 and Keystone 22, ids shortened.
INSTANTIATE_TEST_SUITE_P(
    Table, ErrorOf,
    testing::Values(
        ErrorCase{
            "SnapshotQuota", 413,
            R"({"overLimit": {"code": 413, "message": "SnapshotLimitExceeded: Maximum number of snapshots allowed (10) exceeded", "retryAfter": "0"}})",
            Repeat::Never, ErrorKind::QuotaExceeded},
        ErrorCase{
            "GigabytesQuota", 413,
            R"({"overLimit": {"code": 413, "message": "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested 1G, quota is 9G and 13G has been consumed.", "retryAfter": "0"}})",
            Repeat::Never, ErrorKind::QuotaExceeded},
        ErrorCase{
            "LongMetadata", 413,
            R"({"request entity too large": {"code": 413, "message": "Invalid metadata size: Metadata property key c value greater than 255 characters."}})",
            Repeat::Safe, ErrorKind::InvalidInput},
        ErrorCase{"OtherTooLarge", 413, "<html>too large</html>", Repeat::Safe, ErrorKind::Throttled},
        ErrorCase{"TooMany", 429, "", Repeat::Safe, ErrorKind::Throttled},
        ErrorCase{
            "DeleteWhileDeleting", 400,
            R"({"badRequest": {"code": 400, "message": "Invalid snapshot: Snapshot status must be available or error and must not be part of a group."}})",
            Repeat::Safe, ErrorKind::Conflict},
        ErrorCase{
            "VolumeInUse", 400,
            R"({"badRequest": {"code": 400, "message": "Invalid volume: Volume 16fe45c0 status must be available, but current status is: in-use."}})",
            Repeat::Never, ErrorKind::Conflict},
        ErrorCase{
            "UnknownField", 400,
            R"({"badRequest": {"code": 400, "message": "Invalid input for field/attribute snapshot. Value: {'surprise': 1}. Additional properties are not allowed"}})",
            Repeat::Never, ErrorKind::InvalidInput},
        ErrorCase{"WrongProject", 400, R"({"badRequest": {"code": 400, "message": "Malformed request url"}})",
                  Repeat::Safe, ErrorKind::Protocol},
        ErrorCase{
            "Unauthorized", 401,
            R"({"error": {"code": 401, "message": "The request you have made requires authentication.", "title": "Unauthorized"}})",
            Repeat::Safe, ErrorKind::Unauthorized},
        ErrorCase{"Forbidden", 403, R"({"forbidden": {"code": 403, "message": "Policy doesn't allow it."}})",
                  Repeat::Safe, ErrorKind::Unauthorized},
        ErrorCase{"NotFound", 404, R"({"itemNotFound": {"code": 404, "message": "Snapshot x could not be found."}})",
                  Repeat::Safe, ErrorKind::NotFound},
        ErrorCase{"Conflict", 409, R"({"conflictingRequest": {"code": 409, "message": "busy"}})", Repeat::Safe,
                  ErrorKind::Conflict},
        ErrorCase{"TooNew", 406,
                  R"({"computeFault": {"code": 406, "message": "Version 3.999 is not supported by the API."}})",
                  Repeat::Safe, ErrorKind::Protocol},
        ErrorCase{"Redirect", 307, "", Repeat::Safe, ErrorKind::Protocol},
        ErrorCase{"DatabaseDown", 500, R"({"computeFault": {"code": 500, "message": "The server has either erred"}})",
                  Repeat::Safe, ErrorKind::Unavailable},
        ErrorCase{
            "KeystoneDown", 503,
            R"({"code": "503 Service Unavailable", "message": "The server is currently unavailable.<br />\n", "title": "Service Unavailable"})",
            Repeat::Safe, ErrorKind::Unavailable},
        ErrorCase{"CreateAndDatabaseDown", 500, "{}", Repeat::Never, ErrorKind::UnknownOutcome},
        ErrorCase{"CreateBehindABadGateway", 502, "<html>", Repeat::Never, ErrorKind::UnknownOutcome},
        ErrorCase{"CreateUnavailable", 503, "", Repeat::Never, ErrorKind::UnknownOutcome},
        ErrorCase{"CreateGatewayTimeout", 504, "", Repeat::Never, ErrorKind::UnknownOutcome},
        ErrorCase{"BodyOfTheWrongShape", 400, R"(["message", {"message": 7}, null])", Repeat::Safe,
                  ErrorKind::Protocol},
        ErrorCase{"MessageOfTheWrongType", 404, R"({"itemNotFound": {"message": {"a": 1}}})", Repeat::Safe,
                  ErrorKind::Protocol}),
    [](const auto& given) { return std::string(given.param.name); });

TEST(ErrorOf, PassesOnTheServicesOwnWordsMadePrintable) {
  const auto error =
      error_of({}, fakes::json_answer(404, R"({"itemNotFound": {"message": "no\u001b[31m such\nthing"}})"), {}, {});
  EXPECT_THAT(error.message(), HasSubstr("no?[31m such?thing"));
}

TEST(ErrorOf, KeepsRetryAfterOnlyWhereItMeansThrottling) {
  const std::map<std::string, std::string> headers{{"retry-after", "9"}};
  EXPECT_EQ(error_of({}, fakes::json_answer(429, "", headers), {}, {}).retry_after(), seconds(9));
  EXPECT_EQ(error_of({}, fakes::json_answer(503, "", headers), {}, {}).retry_after(), seconds(9));
  EXPECT_EQ(error_of({}, fakes::json_answer(413, "", headers), {}, {}).retry_after(), seconds(9));
  EXPECT_EQ(error_of({}, fakes::json_answer(500, "", headers), {}, {}).retry_after(), std::nullopt);
  const std::string quota = R"({"overLimit": {"message": "SnapshotLimitExceeded: Maximum"}})";
  EXPECT_EQ(error_of({}, fakes::json_answer(413, quota, headers), {}, {}).retry_after(), std::nullopt);
}

TEST(ErrorOf, CutsEndlessMessages) {
  const auto error = error_of(
      {}, fakes::json_answer(400, R"({"badRequest": {"message": ")" + std::string(100'000, 'x') + "\"}}"), {}, {});
  EXPECT_LT(error.message().size(), 1000U);
}

}  // namespace
}  // namespace stillpoint::openstack
