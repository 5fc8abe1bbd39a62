#pragma once

#include <string>

#include "exchange.hpp"

namespace stillpoint::cloudsim {

/// The microversions that a service speaks: `volume 3.0` to `volume 3.70`.
struct Microversions {
  std::string service;
  int major = 0;
  int min_minor = 0;
  int max_minor = 0;

  std::string text(int minor) const { return std::to_string(major) + "." + std::to_string(minor); }
};

/// The word after the service's name in `OpenStack-API-Version`; empty if it does not speak of this service.
std::string asked_microversion(const Request& request, const std::string& service);

/// The minor version for what was asked (empty: the lowest). Refuses with 400 or 406 as both services do.
int negotiate(const Microversions& spoken, const std::string& asked);

void mark_microversion(Response& response, const Microversions& spoken, const std::string& version);

}  // namespace stillpoint::cloudsim
