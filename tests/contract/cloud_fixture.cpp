#include "contract/cloud_fixture.hpp"

#include <filesystem>
#include <stdexcept>

#include "cloudsim/cloudsim.hpp"
#include "openstack/openstack_cloud.hpp"
#include "support/ids.hpp"

namespace stillpoint::contract {

namespace {

constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::milliseconds kPollPause{50};
// Long enough to meet a snapshot while it is being created.
constexpr std::chrono::milliseconds kEmbeddedCutDelay{250};

openstack::CloudConfig load(const std::string& name, const openstack::Environment& environment) {
  auto config = openstack::load_cloud_config(name, environment);
  if (!config) throw std::runtime_error(config.error().to_string());
  return *std::move(config);
}

std::string variable(const openstack::Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

}  // namespace

struct World::Embedded {
  Embedded() : folder(std::filesystem::path(testing::TempDir()) / ("stillpoint-contract-" + support::random_hex(8))) {
    std::filesystem::create_directories(folder);
    cloudsim::Options options;
    options.cut_delay = kEmbeddedCutDelay;
    options.clones_keep_snapshots = true;
    sim = std::make_unique<cloudsim::CloudSim>(options);
    sim->write_clouds_yaml(clouds_yaml());
  }
  ~Embedded() {
    std::error_code ignored;  // nothing depends on it
    std::filesystem::remove_all(folder, ignored);
  }
  Embedded(const Embedded&) = delete;
  Embedded& operator=(const Embedded&) = delete;

  std::filesystem::path clouds_yaml() const { return folder / "clouds.yaml"; }

  std::filesystem::path folder;
  std::unique_ptr<cloudsim::CloudSim> sim;
};

World::World() {
  openstack::Environment environment = openstack::current_environment();
  std::string name = variable(environment, "STILLPOINT_CONTRACT_CLOUD");
  std::string admin_name = variable(environment, "STILLPOINT_CONTRACT_ADMIN_CLOUD");
  real_ = !name.empty();
  if (!real_) {
    embedded_ = std::make_unique<Embedded>();
    environment = {{"OS_CLIENT_CONFIG_FILE", embedded_->clouds_yaml().string()}};
    name = "sim";
    admin_name = "sim-admin";
  }
  config_ = load(name, environment);
  project_ = std::make_unique<Project>(config_, clock);
  if (!admin_name.empty()) admin_ = std::make_unique<Project>(load(admin_name, environment), clock);
  prefix = "stillpoint-contract-" + support::random_hex(4);
}

void World::furnish() {
  cheap_type_ = project_->type_or_default("fake");
  idle = project_->create_volume(prefix + "-idle", "");
  cheap = project_->create_volume(prefix + "-cheap", cheap_type_);
  attached = project_->create_volume(prefix + "-attached", "");
  server = project_->create_server(prefix + "-server");
  project_->attach(server, attached);
}

World::~World() {
  try {
    if (!server.empty()) {
      project_->detach(server, attached);
      project_->delete_server(server);
    }
    for (const auto& volume : {idle, cheap, attached}) {
      if (!volume.empty()) project_->delete_volume(volume);
    }
  } catch (const std::exception& error) {
    ADD_FAILURE() << "left behind in the cloud: " << prefix << "*: " << error.what();
  }
}

std::unique_ptr<cloud::Cloud> World::connect(int page_size) {
  auto connected = openstack::connect(config_, clock, {}, {.page_size = page_size});
  if (!connected) throw std::runtime_error(connected.error().to_string());
  return *std::move(connected);
}

std::unique_ptr<World> CloudContract::world_;

void CloudContract::SetUpTestSuite() {
  world_ = std::make_unique<World>();
  world_->furnish();
}

void CloudContract::TearDownTestSuite() {
  world_.reset();
}

void CloudContract::SetUp() {
  cloud_ = world().connect(openstack::ListingLimits().page_size);
}

void CloudContract::TearDown() {
  for (const auto& id : made_) {
    // One that is still being created cannot be deleted yet.
    const bool accepted = eventually([&] {
      const auto deleted = cloud_->delete_snapshot(id, soon());
      return deleted || deleted.error().kind() == support::ErrorKind::NotFound;
    });
    EXPECT_TRUE(accepted && await_gone(id)) << "left behind in the cloud: snapshot " << id.str();
  }
}

support::Deadline CloudContract::soon() {
  return support::Deadline::after(world().clock, kPatience);
}

bool CloudContract::eventually(const std::function<bool()>& is_so) {
  const auto deadline = soon();
  while (!is_so()) {
    if (deadline.passed(world().clock)) return false;
    world().clock.sleep_for(kPollPause);
  }
  return true;
}

cloud::NewSnapshot CloudContract::wanted(const cloud::VolumeId& volume, cloud::Metadata metadata) const {
  cloud::NewSnapshot snapshot;
  snapshot.volume = volume;
  snapshot.name = world().prefix + "-snapshot";
  snapshot.description = "made by the contract suite";
  snapshot.metadata = std::move(metadata);
  return snapshot;
}

support::Result<cloud::Snapshot> CloudContract::create(const cloud::NewSnapshot& wanted) {
  auto snapshot = cloud_->create_snapshot(wanted, soon());
  if (snapshot) made_.push_back(snapshot->id);
  return snapshot;
}

cloud::Snapshot CloudContract::make(const cloud::VolumeId& volume, cloud::Metadata metadata) {
  const auto created = create(wanted(volume, std::move(metadata)));
  if (!created) throw std::runtime_error(created.error().to_string());
  const auto available = await_status(created->id, "available");
  if (!available) throw std::runtime_error("the snapshot has not become available");
  return *available;
}

std::optional<cloud::Snapshot> CloudContract::await_status(const cloud::SnapshotId& id, const std::string& status) {
  std::optional<cloud::Snapshot> found;
  eventually([&] {
    const auto snapshot = cloud_->get_snapshot(id, soon());
    if (snapshot && snapshot->status == status) found = *snapshot;
    return found.has_value();
  });
  return found;
}

bool CloudContract::await_gone(const cloud::SnapshotId& id) {
  return eventually([&] {
    const auto snapshot = cloud_->get_snapshot(id, soon());
    return !snapshot && snapshot.error().kind() == support::ErrorKind::NotFound;
  });
}

}  // namespace stillpoint::contract
