#include "openstack/openstack_cloud.hpp"

#include "openstack/block_storage.hpp"
#include "openstack/compute.hpp"
#include "openstack/identity.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using cloud::Message;
using cloud::Metadata;
using cloud::NewSnapshot;
using cloud::Quota;
using cloud::Server;
using cloud::Snapshot;
using cloud::SnapshotId;
using cloud::Volume;
using cloud::VolumeId;
using support::Deadline;
using support::Result;
using support::Status;

constexpr std::chrono::seconds kFirstAuthentication{60};

class OpenStackCloud final : public cloud::Cloud {
 public:
  OpenStackCloud(std::unique_ptr<http::Client> client, const CloudConfig& config, support::Clock& clock,
                 const ListingLimits& limits)
      : clock_(clock),
        client_(std::move(client)),
        identity_(config, *client_, clock),
        block_storage_(identity_, *client_, clock, limits),
        compute_(identity_, *client_, clock, limits) {}

  Status begin(Deadline deadline) {
    auto session = identity_.session(deadline);
    return clean(session ? Status() : pass_on(std::move(session)));
  }

  Result<std::vector<Server>> list_servers(Deadline deadline) override {
    return clean(compute_.list_servers(deadline));
  }
  Result<std::vector<Volume>> list_volumes(Deadline deadline) override {
    return clean(block_storage_.list_volumes(deadline));
  }
  Result<std::vector<Snapshot>> list_snapshots(Deadline deadline) override {
    return clean(block_storage_.list_snapshots(deadline));
  }
  Result<Volume> get_volume(const VolumeId& id, Deadline deadline) override {
    return clean(block_storage_.get_volume(id, deadline));
  }
  Result<Snapshot> get_snapshot(const SnapshotId& id, Deadline deadline) override {
    return clean(block_storage_.get_snapshot(id, deadline));
  }
  Result<std::vector<Snapshot>> list_snapshots_of(const std::vector<VolumeId>& volumes, Deadline deadline) override {
    return clean(block_storage_.list_snapshots_of(volumes, deadline));
  }
  Result<Snapshot> create_snapshot(const NewSnapshot& wanted, Deadline deadline) override {
    return clean(block_storage_.create_snapshot(wanted, deadline));
  }
  Status delete_snapshot(const SnapshotId& id, Deadline deadline) override {
    return clean(block_storage_.delete_snapshot(id, deadline));
  }
  Status merge_snapshot_metadata(const SnapshotId& id, const Metadata& entries, Deadline deadline) override {
    return clean(block_storage_.merge_snapshot_metadata(id, entries, deadline));
  }
  Result<Quota> quota(Deadline deadline) override { return clean(block_storage_.quota(deadline)); }
  Result<std::vector<Message>> messages(const std::string& object_id, Deadline deadline) override {
    auto messages = clean(block_storage_.messages(object_id, deadline));
    if (messages) {
      const Redaction redaction = identity_.redaction();
      for (Message& message : *messages) {
        message.text = redaction.text(std::move(message.text));
      }
    }
    return messages;
  }

  /// A service behind a bare WSGI server sends no `Date`: then Keystone says when it has issued a token just now.
  Result<std::chrono::seconds> clock_offset(Deadline deadline) override {
    auto best = measure_offset(deadline);
    // A login, or a wait that the cloud has asked for, was perhaps in the middle of it.
    for (int more = 2; best && best->took > kQuickAnswer && more > 0; --more) {
      if (auto again = measure_offset(deadline); again && again->took < best->took) {
        best = std::move(again);
      }
    }
    return best ? Result<std::chrono::seconds>(best->offset) : support::fail(best.error());
  }

  Status warm_up(std::chrono::seconds lifetime, int parallel_calls, Deadline deadline) override {
    return clean(make_ready(lifetime, parallel_calls, deadline));
  }

 private:
  struct Measured {
    std::chrono::seconds offset{0};
    support::SteadyTime::duration took{0};  ///< the offset may be wrong by half of it
  };
  static constexpr std::chrono::seconds kQuickAnswer{2};

  Result<Measured> measure_offset(Deadline deadline) {
    const auto asked = support::Moment::now(clock_);
    auto response = block_storage_.api().fetch_version_document(deadline);
    if (!response) {
      return clean(Result<Measured>(pass_on(std::move(response), "asking for the cloud's time")));
    }
    if (const auto date = support::parse_http_date(response->header("date"))) {
      constexpr std::chrono::milliseconds kCutOff{500};  // of a date in whole seconds, on average
      return offset(*date + kCutOff, asked);
    }
    const auto asked_again = support::Moment::now(clock_);
    auto session = identity_.authenticate(deadline);
    if (!session) {
      return clean(Result<Measured>(pass_on(std::move(session), "asking for the cloud's time")));
    }
    return offset((*session)->issued_at, asked_again);
  }

  /// Every error leaves by here: none of them says a secret (P11).
  template <class T>
  Result<T> clean(Result<T> result) const {
    if (!result) {
      return support::fail(identity_.redaction().error(result.error()));
    }
    return result;
  }

  Status make_ready(std::chrono::seconds lifetime, int parallel_calls, Deadline deadline) {
    auto session = identity_.session_for(lifetime, deadline);
    if (!session) {
      return pass_on(std::move(session));
    }
    auto version = block_storage_.api().version(deadline);
    if (!version) {
      return pass_on(std::move(version));
    }
    auto url = block_storage_.api().version_url(deadline);
    if (!url) {
      return pass_on(std::move(url));
    }
    client_->warm(*url, parallel_calls, deadline);
    return {};
  }

  /// The cloud's clock minus ours at the middle between asking and now, in whole seconds.
  Measured offset(support::WallTime cloud_time, support::Moment asked) const {
    const auto took = clock_.steady_now() - asked.steady;
    return {std::chrono::round<std::chrono::seconds>(cloud_time - (asked.wall + took / 2)), took};
  }

  support::Clock& clock_;
  const std::unique_ptr<http::Client> client_;
  Identity identity_;
  BlockStorage block_storage_;
  Compute compute_;
};

}  // namespace

Result<std::unique_ptr<cloud::Cloud>> connect_over(std::unique_ptr<http::Client> client, const CloudConfig& config,
                                                   support::Clock& clock, const ListingLimits& limits,
                                                   const std::stop_token& stop) {
  auto made = std::make_unique<OpenStackCloud>(std::move(client), config, clock, limits);
  if (auto begun = made->begin(Deadline::after(clock, kFirstAuthentication).unless_stopped(stop)); !begun) {
    return pass_on(std::move(begun));
  }
  return made;
}

Result<std::unique_ptr<cloud::Cloud>> connect(const CloudConfig& config, support::Clock& clock, http::Observer observer,
                                              const ListingLimits& limits, const std::stop_token& stop) {
  return connect_over(make_client(config, clock, std::move(observer)), config, clock, limits, stop);
}

}  // namespace stillpoint::openstack
