#include "openstack/compute.hpp"

#include "openstack/calls.hpp"
#include "openstack/paging.hpp"

namespace stillpoint::openstack {
namespace {

using cloud::Server;
using support::fail;
using support::Result;
using support::Status;

Status read_addresses(const std::string& network, const Json& list, std::vector<cloud::Address>& addresses) {
  for (const Json& row : list) {
    JsonFields fields(row, "server.addresses");
    cloud::Address address;
    address.network = network;
    address.address = fields.text("addr");
    address.version = static_cast<int>(fields.number("version", 4, 6));
    address.type = fields.text_or_empty("OS-EXT-IPS:type");
    addresses.push_back(std::move(address));
    if (auto status = fields.status(); !status) {
      return status;
    }
  }
  return {};
}

}  // namespace

Result<Server> read_server(const Json& json) {
  JsonFields fields(json, "server");
  Server server;
  server.id = cloud::ServerId(fields.text("id"));
  server.name = fields.text_or_empty("name");
  server.status = fields.text("status");
  server.metadata = fields.texts("metadata");
  for (const Json& tag : fields.array_or_empty("tags")) {
    if (!tag.is_string()) {
      fields.wrong("tags", "a list of texts");
      break;
    }
    server.tags.push_back(tag.get<std::string>());
  }
  if (!fields.member("addresses").is_null()) {
    for (const auto& [network, list] : fields.object("addresses").items()) {
      if (!list.is_array()) {
        fields.wrong("addresses", "lists");
        break;
      }
      if (auto read = read_addresses(network, list, server.addresses); !read) {
        return pass_on(std::move(read));
      }
    }
  }
  if (const auto status = fields.status(); !status) {
    return fail(status.error());
  }
  return server;
}

Compute::Compute(Identity& identity, http::Client& client, support::Clock& clock, ListingLimits limits)
    : api_(compute_name(), identity, client, clock), limits_(limits) {}

Result<std::vector<Server>> Compute::list_servers(support::Deadline deadline) {
  return list_all<Server>(api_, {"/servers/detail", "", "servers", limits_}, read_server, deadline);
}

}  // namespace stillpoint::openstack
