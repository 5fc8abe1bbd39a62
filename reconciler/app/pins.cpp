#include "app/pins.hpp"

#include "support/text.hpp"

namespace stillpoint::app {

using support::ErrorKind;

support::Status write_pin(cloud::Cloud& cloud, const support::Clock& clock, const inventory::Attempt& attempt,
                          const std::string& owner, const std::string& until) {
  for (const auto& member : attempt.members) {
    auto written = cloud.merge_snapshot_metadata(member.snapshot.id, inventory::pin_metadata(owner, until),
                                                 support::Deadline::after(clock, std::chrono::minutes(1)));
    if (!written) {
      return support::pass_on(std::move(written), "write the pin of snapshot " + member.snapshot.id.str());
    }
  }
  return {};
}

support::Result<std::string> pin_end(const std::string& text, support::WallTime now) {
  auto end = support::parse_utc(text);
  if (!end) {
    if (const auto length = support::parse_duration(text)) {
      end = now + *length;
    }
  }
  if (!end) {
    return support::fail(ErrorKind::InvalidInput,
                         "--until: expected an instant such as 2027-01-31T00:00:00Z or a length of time such as 30d, "
                         "found '" +
                             support::printable(text) + "'");
  }
  if (*end <= now) {
    return support::fail(ErrorKind::InvalidInput, "--until: " + support::format_utc(*end) + " has passed");
  }
  return support::format_utc(*end);
}

}  // namespace stillpoint::app
