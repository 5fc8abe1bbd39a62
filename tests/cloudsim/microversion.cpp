#include "microversion.hpp"

#include "support/text.hpp"

namespace stillpoint::cloudsim {

std::string asked_microversion(const Request& request, const std::string& service) {
  for (const auto& part : support::split(request.header("openstack-api-version"), ',')) {
    const auto words = support::split(support::trim(part), ' ');
    if (words.size() == 2 && words[0] == service) return words[1];
  }
  return {};
}

int negotiate(const Microversions& spoken, const std::string& asked) {
  if (asked.empty()) return spoken.min_minor;
  if (asked == "latest") return spoken.max_minor;
  const size_t dot = asked.find('.');
  const auto major = read_number(asked.substr(0, dot));
  const auto minor = dot == std::string::npos ? std::nullopt : read_number(asked.substr(dot + 1));
  if (!major || !minor) {
    refuse_bad_request("API Version String " + asked + " is of invalid format. Must be of format MajorNum.MinorNum.");
  }
  if (*major == spoken.major && *minor >= spoken.min_minor && *minor <= spoken.max_minor) {
    return static_cast<int>(*minor);
  }
  Response response =
      fault_response(406, "computeFault",
                     "Version " + asked + " is not supported by the API. Minimum is " + spoken.text(spoken.min_minor) +
                         " and maximum is " + spoken.text(spoken.max_minor) + ".");
  mark_microversion(response, spoken, asked);
  refuse(std::move(response));
}

void mark_microversion(Response& response, const Microversions& spoken, const std::string& version) {
  response.headers["OpenStack-API-Version"] = spoken.service + " " + version;
  response.headers["Vary"] = "OpenStack-API-Version";
}

}  // namespace stillpoint::cloudsim
