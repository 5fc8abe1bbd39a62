#include <algorithm>
#include <set>
#include <utility>

#include "fault_kinds.hpp"
#include "faults.hpp"

namespace stillpoint::cloudsim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::set<std::string> kRuleFields{"kind",
                                        "method",
                                        "path_regex",
                                        "count",
                                        "after",
                                        "every",
                                        "probability",
                                        "seed",
                                        "status",
                                        "body",
                                        "headers",
                                        "carry_out",
                                        "delay_ms",
                                        "answer_delay_ms",
                                        "drop",
                                        "retry_after_s",
                                        "retry_after_date_s",
                                        "answer",
                                        "cut_body",
                                        "drip_ms",
                                        "date_offset_s",
                                        "effect",
                                        "longest_ms"};

/// The value of a word, or a refusal that lists the words.
template <class Value>
Value word_of(const Json& rule, const char* field, const std::map<std::string, Value>& words) {
  const std::string word = text_field(rule, field);
  if (word.empty()) return Value{};
  const auto found = words.find(word);
  if (found != words.end()) return found->second;
  std::string known;
  for (const auto& [name, value] : words) known += (known.empty() ? "" : ", ") + name;
  refuse_bad_request(std::string(field) + ": expected one of " + known + "; found " + word);
}

std::string body_text(const Json& body) {
  if (body.is_null()) return {};
  return body.is_string() ? body.get<std::string>() : body.dump();
}

std::optional<Response> read_instead(const Json& rule) {
  if (!rule.contains("status")) {
    for (const char* field : {"body", "headers", "retry_after_s", "retry_after_date_s", "carry_out"}) {
      if (rule.contains(field)) refuse_bad_request(std::string(field) + ": needs a status");
    }
    return std::nullopt;
  }
  Response response;
  response.code = rule.value("status", 500);
  response.headers["Content-Type"] = "application/json";
  const Json headers = rule.value("headers", Json::object());
  for (const auto& [name, value] : headers.items()) response.headers[name] = body_text(value);
  if (rule.contains("retry_after_s")) response.headers["Retry-After"] = rule["retry_after_s"].dump();
  response.body = body_text(rule.value("body", Json()));
  return response;
}

Fault read_fault(const Json& rule) {
  using Drop = Fault::Drop;
  using Falsify = Fault::Falsify;
  Fault fault;
  fault.delay = milliseconds(rule.value("delay_ms", 0L));
  fault.answer_delay = milliseconds(rule.value("answer_delay_ms", 0L));
  fault.drop = word_of<Drop>(rule, "drop",
                             {{"before", Drop::Before},
                              {"after", Drop::After},
                              {"later", Drop::Later},
                              {"reset", Drop::Reset},
                              {"reset-after", Drop::ResetAfter}});
  fault.falsify = word_of<Falsify>(rule, "answer",
                                   {{"empty", Falsify::Empty},
                                    {"half", Falsify::Half},
                                    {"html", Falsify::Html},
                                    {"wrong-type", Falsify::WrongType},
                                    {"echo", Falsify::Echo},
                                    {"endless", Falsify::Endless},
                                    {"looping", Falsify::Looping}});
  fault.instead = read_instead(rule);
  if (rule.value("carry_out", false)) fault.carry_out = Fault::CarryOut::Yes;
  if (rule.contains("retry_after_date_s")) fault.retry_after_date = seconds(rule["retry_after_date_s"].get<long>());
  if (rule.contains("cut_body")) fault.cut_body = rule.value("cut_body", size_t{0});
  if (rule.contains("drip_ms")) fault.drip = milliseconds(rule["drip_ms"].get<long>());
  fault.date_offset = seconds(rule.value("date_offset_s", 0L));
  fault.effect = rule.value("effect", Json());
  return fault;
}

/// The rule of its kind, if it names one, with what it says itself laid over it.
Json with_kind(const Json& rule) {
  const std::string kind = text_field(rule, "kind");
  if (kind.empty()) return rule;
  auto whole = rule_of_kind(kind, milliseconds(rule.value("longest_ms", 500L)));
  if (!whole) refuse_bad_request("there is no kind of fault " + kind + "; GET /sim/fault-kinds lists them");
  whole->update(rule);
  return *whole;
}

}  // namespace

FaultRule read_fault_rule(const Json& given) {
  if (!given.is_object()) refuse_bad_request("a fault is an object");
  for (const auto& [name, value] : given.items()) {
    if (!kRuleFields.contains(name)) refuse_bad_request("a fault has no field " + name);
  }
  try {
    const Json rule = with_kind(given);
    FaultRule made;
    made.method = text_field(rule, "method");
    made.pattern = text_field(rule, "path_regex");
    made.path = std::regex(made.pattern, std::regex::ECMAScript);
    made.skip = rule.value("after", 0L);
    made.count = rule.value("count", 1L);
    made.every = std::max(1L, rule.value("every", 1L));
    made.probability = rule.value("probability", 1.0);
    made.random.seed(rule.value("seed", uint64_t{1}));
    made.fault = read_fault(rule);
    const std::string kind = text_field(rule, "kind");
    made.fault.kind = kind.empty() ? "other" : kind;
    return made;
  } catch (const Json::exception& error) {
    refuse_bad_request(error.what());
  } catch (const std::regex_error& error) {
    refuse_bad_request(std::string("path_regex: ") + error.what());
  }
}

}  // namespace stillpoint::cloudsim
