#include "openstack/calls.hpp"

#include <array>

namespace stillpoint::openstack {
namespace {

using http::Method;

constexpr std::array<KindOfCall, 16> kCalls{{
    // Microversions. Older releases of Nova want a token for it, newer ones ask for none.
    {Service::BlockStorage, Method::Get, Below::Version, "", Effect::Looks},
    {Service::Compute, Method::Get, Below::Version, "", Effect::Looks},
    {Service::Compute, Method::Get, Below::Endpoint, "/servers/detail", Effect::Looks},
    // Nova adds the security groups to each server of a listing, and asks Neutron for them with the caller's token.
    {Service::Network, Method::Get, Below::Endpoint, "/v2.0/ports", Effect::Looks},
    {Service::Network, Method::Get, Below::Endpoint, "/v2.0/security-groups", Effect::Looks},
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/volumes/detail", Effect::Looks},
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/volumes/{volume_id}", Effect::Looks},
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/snapshots/detail", Effect::Looks},
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/snapshots/{snapshot_id}", Effect::Looks},
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/os-quota-sets/{project_id}", Effect::Looks},
    // In place of quota sets, where those are for administrators.
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/limits", Effect::Looks},
    // Why a snapshot has failed.
    {Service::BlockStorage, Method::Get, Below::Endpoint, "/messages", Effect::Looks},
    // When the application credential itself ends; `doctor` asks.
    {Service::Identity, Method::Get, Below::AuthUrl, "/users/{user_id}/application_credentials/{credential_id}",
     Effect::Looks},
    {Service::BlockStorage, Method::Post, Below::Endpoint, "/snapshots", Effect::Changes},
    {Service::BlockStorage, Method::Post, Below::Endpoint, "/snapshots/{snapshot_id}/metadata", Effect::Changes},
    {Service::BlockStorage, Method::Delete, Below::Endpoint, "/snapshots/{snapshot_id}", Effect::Changes},
}};

}  // namespace

std::span<const KindOfCall> kinds_of_calls() {
  return kCalls;
}

const ServiceName& block_storage_name() {
  static const ServiceName kCinder{
      "block-storage", {"block-storage", "volumev3", "block-store", "volume"}, "volume", {3, 70}};
  return kCinder;
}

/// Tags came with 2.26; 2.53 is Pike's, which every cloud in service knows.
const ServiceName& compute_name() {
  static const ServiceName kNova{"compute", {"compute"}, "compute", {2, 53}};
  return kNova;
}

const ServiceName& network_name() {
  static const ServiceName kNeutron{"network", {"network"}, "network", {}};
  return kNeutron;
}

}  // namespace stillpoint::openstack
