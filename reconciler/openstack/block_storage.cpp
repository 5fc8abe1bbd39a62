#include "openstack/block_storage.hpp"

#include <algorithm>
#include <iterator>

#include "openstack/block_storage_json.hpp"
#include "openstack/calls.hpp"
#include "openstack/paging.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using cloud::Message;
using cloud::Snapshot;
using cloud::SnapshotId;
using cloud::Volume;
using cloud::VolumeId;
using support::Deadline;
using support::ErrorKind;
using support::fail;
using support::Result;
using support::Status;

/// From here on a volume in use needs no `force`, and `force: false` is an error.
constexpr Microversion kNoForce{3, 66};
/// Messages exist, and can be listed for one object.
constexpr Microversion kMessages{3, 5};

/// An id becomes a segment of a path: what is empty or leads elsewhere must never get into a DELETE.
Status check_id(const std::string& id, const char* what) {
  const bool is_plain = !id.empty() && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
  if (is_plain) {
    return {};
  }
  return fail(ErrorKind::InvalidInput, "`" + support::printable(id) + "` is not the id of a " + what);
}

/// What is asked for by its id, and decided by, must be that and nothing else (P4).
template <class Object, class Id>
Result<Object> same_id(Result<Object> object, const Id& asked) {
  if (object && object->id != asked) {
    return fail(ErrorKind::Protocol,
                "the answer to a question about " + asked.str() + " is about " + support::printable(object->id.str()));
  }
  return object;
}

/// Whether the answer to a merge shows that it was done: something in between may answer with a page of its own.
bool shows_all(const std::string& answer, const cloud::Metadata& entries) {
  const auto body = parse_json(answer);
  if (!body) {
    return false;
  }
  JsonFields fields(*body, "body");
  const auto shown = fields.texts("metadata");
  return std::all_of(entries.begin(), entries.end(), [&](const auto& entry) {
    const auto found = shown.find(entry.first);
    return found != shown.end() && found->second == entry.second;
  });
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

BlockStorage::BlockStorage(Identity& identity, http::Client& client, support::Clock& clock, ListingLimits limits)
    : api_(block_storage_name(), identity, client, clock), limits_(limits) {}

Result<std::vector<Volume>> BlockStorage::list_volumes(Deadline deadline) {
  return list_all<Volume>(api_, {"/volumes/detail", "", "volumes", limits_}, read_volume, deadline);
}

Result<std::vector<Snapshot>> BlockStorage::list_snapshots(Deadline deadline) {
  return list_all<Snapshot>(api_, {"/snapshots/detail", "", "snapshots", limits_}, read_snapshot, deadline);
}

Result<std::vector<Snapshot>> BlockStorage::list_snapshots_of(const std::vector<VolumeId>& volumes, Deadline deadline) {
  std::vector<Snapshot> all;
  for (const VolumeId& volume : volumes) {
    if (auto good = check_id(volume.str(), "volume"); !good) {
      return pass_on(std::move(good));
    }
    const Listing listing{"/snapshots/detail", "volume_id=" + http::encode(volume.str()), "snapshots", limits_};
    auto rows = list_all<Snapshot>(api_, listing, read_snapshot, deadline);
    if (!rows) {
      return rows;
    }
    // A filter that a service does not know may be ignored without a word.
    std::copy_if(std::make_move_iterator(rows->begin()), std::make_move_iterator(rows->end()), std::back_inserter(all),
                 [&](const Snapshot& snapshot) { return snapshot.volume == volume; });
  }
  return all;
}

Result<Volume> BlockStorage::get_volume(const VolumeId& id, Deadline deadline) {
  if (auto good = check_id(id.str(), "volume"); !good) {
    return pass_on(std::move(good));
  }
  auto body = api_.get("/volumes/" + http::encode(id.str()), deadline);
  if (!body) {
    return pass_on(std::move(body));
  }
  return same_id(read_volume(JsonFields(*body, "body").member("volume")), id);
}

Result<Snapshot> BlockStorage::get_snapshot(const SnapshotId& id, Deadline deadline) {
  if (auto good = check_id(id.str(), "snapshot"); !good) {
    return pass_on(std::move(good));
  }
  auto body = api_.get("/snapshots/" + http::encode(id.str()), deadline);
  if (!body) {
    return pass_on(std::move(body));
  }
  return same_id(read_snapshot(JsonFields(*body, "body").member("snapshot")), id);
}

Result<Snapshot> BlockStorage::create_snapshot(const cloud::NewSnapshot& wanted, Deadline deadline) {
  auto version = api_.version(deadline);
  if (!version) {
    return pass_on(std::move(version));
  }
  const bool with_force = !version->has_value() || **version < kNoForce;
  auto response = api_.send(
      {http::Method::Post, "/snapshots", dump(snapshot_body(wanted, with_force)), http::Repeat::Never}, deadline);
  if (!response) {
    return pass_on(std::move(response));
  }
  const auto body = parse_json(response->body);
  auto snapshot =
      body ? read_snapshot(JsonFields(*body, "body").member("snapshot")) : Result<Snapshot>(fail(body.error()));
  if (!snapshot) {
    // The snapshot is being made all the same; who asked must look for it.
    return fail(ErrorKind::UnknownOutcome, "POST /snapshots: accepted, but " + snapshot.error().to_string());
  }
  return snapshot;
}

Status BlockStorage::delete_snapshot(const SnapshotId& id, Deadline deadline) {
  if (auto good = check_id(id.str(), "snapshot"); !good) {
    return good;
  }
  // Never repeated blindly: between two tries somebody may have pinned it (P4).
  auto response =
      api_.send({http::Method::Delete, "/snapshots/" + http::encode(id.str()), "", http::Repeat::Never}, deadline);
  return response ? Status() : pass_on(std::move(response));
}

Status BlockStorage::merge_snapshot_metadata(const SnapshotId& id, const cloud::Metadata& entries, Deadline deadline) {
  if (auto good = check_id(id.str(), "snapshot"); !good) {
    return good;
  }
  // POST merges, PUT would replace the keys of others. To merge the same twice does no harm.
  const std::string body = dump(Json{{"metadata", entries}});
  const std::string path = "/snapshots/" + http::encode(id.str()) + "/metadata";
  auto response = api_.send({http::Method::Post, path, body}, deadline);
  if (!response) {
    return pass_on(std::move(response));
  }
  if (!shows_all(response->body, entries)) {
    return fail(ErrorKind::UnknownOutcome,
                "POST " + path + ": accepted, but the answer does not show what was written");
  }
  return {};
}

Result<cloud::Quota> BlockStorage::quota(Deadline deadline) {
  auto project = api_.project_id(deadline);
  if (!project) {
    return pass_on(std::move(project));
  }
  auto body = api_.get("/os-quota-sets/" + http::encode(*project) + "?usage=true", deadline);
  if (body) {
    return read_quota_set(*body);
  }
  // Some operators let nobody but themselves see quota sets.
  return body.error().kind() == ErrorKind::Unauthorized ? quota_of_limits(deadline) : pass_on(std::move(body));
}

Result<cloud::Quota> BlockStorage::quota_of_limits(Deadline deadline) {
  auto body = api_.get("/limits", deadline);
  return body ? read_limits(*body) : pass_on(std::move(body));
}

Result<std::vector<Message>> BlockStorage::messages(const std::string& object_id, Deadline deadline) {
  auto version = api_.version(deadline);
  if (!version) {
    return pass_on(std::move(version));
  }
  if (!version->has_value() || **version < kMessages) {
    return std::vector<Message>();
  }
  const Listing listing{"/messages", "resource_uuid=" + http::encode(object_id), "messages", limits_};
  auto rows = list_all<MessageRow>(api_, listing, read_message, deadline);
  if (!rows) {
    return pass_on(std::move(rows));
  }
  std::vector<Message> messages;
  for (MessageRow& row : *rows) {
    if (row.object_id == object_id) {
      messages.push_back(std::move(row.message));
    }
  }
  std::stable_sort(messages.begin(), messages.end(),
                   [](const Message& a, const Message& b) { return a.created_at > b.created_at; });
  return messages;
}

}  // namespace stillpoint::openstack
