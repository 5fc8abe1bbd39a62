// Whatever stands in a snapshot's metadata: it is ours as written, or it is left alone (P4).

#include <cstdint>
#include <cstdlib>

#include "inventory/points.hpp"
#include "support/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace stillpoint;
  cloud::Snapshot snapshot;
  const auto lines = support::split({reinterpret_cast<const char*>(data), size}, '\n');
  for (const auto& line : lines) {
    const auto equals = line.find('=');
    if (equals != std::string::npos) {
      snapshot.metadata.set(inventory::kKeyPrefix + line.substr(0, equals), line.substr(equals + 1));
    }
  }
  const auto own = inventory::read_ownership(snapshot.metadata);
  if (own && own->point != inventory::point_id(own->installation, own->policy, own->server, own->dataset, own->slot)) {
    std::abort();
  }
  inventory::assemble({snapshot, snapshot}, "default");
  return 0;
}
