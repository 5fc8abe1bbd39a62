#include <map>
#include <nlohmann/json.hpp>

#include "planner/action_json.hpp"
#include "planner/render.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

const char* word_of(Relabel::How how) {
  switch (how) {
    case Relabel::How::AskVerdict:
      return "askServer";
    case Relabel::How::DowngradeToCrash:
      return "downgradeToCrash";
    case Relabel::How::PinForEver:
      return "pinForEver";
  }
  return "";
}

using nlohmann::json;
using support::format_utc;
using support::printable;

json to_json(const Cost& cost) {
  return {{"snapshots", cost.snapshots},
          {"gigabytes", cost.gib},
          {"maxHoldSeconds", std::chrono::duration<double>(cost.hold).count()}};
}

json to_json(const std::string& cloud, const Stranger& stranger) {
  return {{"cloud", cloud},
          {"snapshot", stranger.id.str()},
          {"name", printable(stranger.name)},
          {"policy", stranger.series.policy},
          {"server", stranger.series.server.str()},
          {"dataset", stranger.series.dataset},
          {"why", stranger.why},
          {"message", printable(stranger.message)}};
}

json to_json(const std::string& cloud, const Orphan& orphan) {
  json object{{"cloud", cloud},
              {"policy", orphan.series.policy},
              {"server", orphan.series.server.str()},
              {"serverName", printable(orphan.server_name)},
              {"dataset", orphan.series.dataset},
              {"why", orphan.why},
              {"points", orphan.points},
              {"gigabytes", orphan.gib}};
  if (orphan.newest) {
    object["newest"] = format_utc(*orphan.newest);
  }
  return object;
}

}  // namespace

json to_json(const Action& action) {
  json object{{"verb", action.verb()},
              {"policy", action.policy},
              {"server", action.server.str()},
              {"serverName", printable(action.server_name)},
              {"dataset", action.dataset},
              {"reason", action.reason},
              {"message", printable(action.message)}};
  if (const auto* create = std::get_if<CreatePoint>(&action.what)) {
    object["slot"] = format_utc(create->slot);
    object["point"] = create->point;
    object["cost"] = to_json(action.cost());
    object["terms"] = create->terms;
    for (const auto& volume : create->volumes) {
      object["volumes"].push_back(volume.id.str());
    }
  } else if (const auto* attempt = action.attempt()) {
    object["slot"] = format_utc(attempt->slot);
    object["point"] = attempt->point;
    object["attempt"] = attempt->id;
    if (const auto* relabel = std::get_if<Relabel>(&action.what)) {
      object["how"] = word_of(relabel->how);
    }
    object["cost"] = to_json(action.cost());
    for (const auto& member : attempt->members) {
      object["snapshots"].push_back(member.snapshot.id.str());
    }
  } else if (const auto* skip = std::get_if<Skip>(&action.what)) {
    object["slot"] = format_utc(skip->slot);
    object["missedSlots"] = skip->missed;
  } else if (const auto* wait = std::get_if<Wait>(&action.what)) {
    object["until"] = format_utc(wait->until);
  } else if (const auto* blocked = std::get_if<Blocked>(&action.what)) {
    object["kind"] = support::to_string(blocked->kind);
  }
  return object;
}

std::string render_json(const std::vector<CloudPlan>& plans, const Wishes& wishes, support::WallTime made_at) {
  json clouds = json::array();
  json actions = json::array();
  json orphans = json::array();
  json strangers = json::array();
  std::map<std::string, int> counts = Plan().counts();
  for (const auto& [cloud, plan] : plans) {
    clouds.push_back(cloud);
    for (const auto& action : plan.actions) {
      actions.push_back(to_json(action));
      actions.back()["cloud"] = cloud;
      ++counts[std::string(action.verb())];
    }
    for (const auto& orphan : plan.orphans) {
      orphans.push_back(to_json(cloud, orphan));
    }
    for (const auto& stranger : plan.strangers) {
      strangers.push_back(to_json(cloud, stranger));
    }
  }
  json root = json::object();
  root["apiVersion"] = "stillpoint.dev/v1alpha1";
  root["kind"] = "Plan";
  root["madeAt"] = format_utc(made_at);
  root["installation"] = wishes.installation;
  if (wishes.slot_now) {
    root["slotNow"] = format_utc(*wishes.slot_now);
  }
  root["allowMassDelete"] = wishes.mass_delete == retention::MassDelete::Allow;
  root["clouds"] = std::move(clouds);
  root["counts"] = counts;
  root["actions"] = std::move(actions);
  root["orphans"] = std::move(orphans);
  root["strangers"] = std::move(strangers);
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace stillpoint::planner
