#pragma once

#include <memory>

#include "quiesce/dialogue.hpp"
#include "quiesce/hold.hpp"

namespace stillpoint::quiesce {

/// The session of a helper that has the host lock (it said `LOCKED`).
std::unique_ptr<Session> make_session(std::unique_ptr<Dialogue> dialogue, const HoldRequest& request,
                                      const support::Clock& clock);

}  // namespace stillpoint::quiesce
