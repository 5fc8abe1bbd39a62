#include "faults.hpp"

#include <set>
#include <utility>

namespace stillpoint::cloudsim {

namespace {

const std::set<std::string> kRuleFields{"method",  "path_regex", "count",           "after", "status",  "body",
                                        "headers", "delay_ms",   "answer_delay_ms", "drop",  "cut_body"};

Fault::Drop read_drop(const std::string& word) {
  if (word.empty()) return Fault::Drop::None;
  if (word == "before") return Fault::Drop::Before;
  if (word == "after") return Fault::Drop::After;
  if (word == "later") return Fault::Drop::Later;
  refuse_bad_request("drop: expected before, after or later, found " + word);
}

std::string body_text(const Json& body) {
  if (body.is_null()) return {};
  return body.is_string() ? body.get<std::string>() : body.dump();
}

}  // namespace

Fault Faults::read_fault(const Json& rule) {
  Fault fault;
  fault.delay = std::chrono::milliseconds(rule.value("delay_ms", 0L));
  fault.answer_delay = std::chrono::milliseconds(rule.value("answer_delay_ms", 0L));
  fault.drop = read_drop(text_field(rule, "drop"));
  if (rule.contains("cut_body")) fault.cut_body = rule.value("cut_body", size_t{0});
  if (rule.contains("status")) {
    Response response;
    response.code = rule.value("status", 500);
    response.headers["Content-Type"] = "application/json";
    const Json headers = rule.value("headers", Json::object());
    for (const auto& [name, value] : headers.items()) {
      response.headers[name] = body_text(value);
    }
    response.body = body_text(rule.value("body", Json()));
    fault.instead = std::move(response);
  }
  return fault;
}

void Faults::add(const Json& rule) {
  for (const auto& [name, value] : rule.items()) {
    if (!kRuleFields.contains(name)) refuse_bad_request("a fault has no field " + name);
  }
  try {
    Rule made;
    made.method = text_field(rule, "method");
    made.path = std::regex(text_field(rule, "path_regex"), std::regex::ECMAScript);
    made.skip = rule.value("after", 0L);
    made.count = rule.value("count", 1L);
    made.fault = read_fault(rule);
    rules_.push_back(std::move(made));
  } catch (const Json::exception& error) {
    refuse_bad_request(error.what());
  } catch (const std::regex_error& error) {
    refuse_bad_request(std::string("path_regex: ") + error.what());
  }
}

std::optional<Fault> Faults::take(const Request& request, const std::string& raw_path_and_query) {
  for (auto& rule : rules_) {
    if (rule.count == 0 || (!rule.method.empty() && rule.method != request.method)) continue;
    if (!std::regex_search(raw_path_and_query, rule.path)) continue;
    if (rule.skip > 0) {
      --rule.skip;
      continue;
    }
    if (rule.count > 0) --rule.count;
    return rule.fault;
  }
  return std::nullopt;
}

}  // namespace stillpoint::cloudsim
