#pragma once

#include <cstdint>

namespace stillpoint::cloudsim {

/// Ends the connection from a port of this machine to `own_port` by a TCP reset: what a client sees when a server is
/// killed, or a firewall forgets it. civetweb does not give its sockets away, so it is looked for among those of this
/// process.
void reset_connection(uint16_t from_port, uint16_t own_port);

}  // namespace stillpoint::cloudsim
