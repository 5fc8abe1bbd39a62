// Whatever a cron expression says: it is read or refused with a message and a place within it, and what is read fires
// in order, forwards and backwards, across a change of the clocks.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "schedule/slots.hpp"

namespace {

using namespace stillpoint;

void expect(bool promise) {
  if (!promise) {
    std::abort();
  }
}

void search(const std::string& text, const std::string& zone, support::WallTime from) {
  policy::Schedule schedule;
  schedule.cron = {text};
  schedule.time_zone = zone;
  const auto compiled = schedule::compile(schedule);
  expect(compiled.has_value());
  auto slot = compiled->next_after(from);
  expect(slot.has_value());
  for (int i = 0; i < 20 && slot; ++i) {
    expect(*slot > from);
    expect(compiled->latest_at_or_before(*slot) == slot);
    const auto before = compiled->latest_at_or_before(*slot - std::chrono::nanoseconds(1));
    expect(!before || *before < *slot);
    expect(i == 0 || before == from);
    from = *slot;
    slot = compiled->next_after(from);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cron = schedule::parse_cron(text);
  if (!cron) {
    expect(!cron.error().message().empty());
    const int column = cron.error().mark()->column;
    expect(column >= 1 && static_cast<size_t>(column) <= size + 1);
    return 0;
  }
  // Hours before clocks go forward, back, and skip a day.
  search(text, "Europe/Zurich", support::WallTime(std::chrono::seconds(1774735200)));
  search(text, "Australia/Lord_Howe", support::WallTime(std::chrono::seconds(1775296800)));
  search(text, "Pacific/Apia", support::WallTime(std::chrono::seconds(1325152800)));
  return 0;
}
