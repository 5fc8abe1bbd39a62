#include "app/doctor_report.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "support/text.hpp"

namespace stillpoint::app {

void DoctorReport::good(const std::string& where, const std::string& what) {
  if (output_ == Output::Json) {
    entries_.push_back({where, what, "", ""});
  } else {
    std::cout << "ok      " << where << ": " << support::printable(what) << std::endl;
  }
}

void DoctorReport::found(Finding finding, const std::string& where, const std::string& what, const std::string& cure) {
  const FindingKind& kind = kind_of(finding);
  any_ = any_ || kind.weight == Weight::Finding;
  const std::string how = cure.empty() ? std::string(kind.cure) : cure;
  if (output_ == Output::Json) {
    entries_.push_back({where, what, std::string(kind.word), how, kind.weight});
    return;
  }
  std::cout << (kind.weight == Weight::Finding ? "FINDING " : "note    ") << where << ": " << kind.word << ": "
            << support::printable(what) << "\n        cure: " << support::printable(how) << std::endl;
}

void DoctorReport::found(Finding finding, const std::string& where, const support::Error& error) {
  const std::string& cure = error.remedy();
  std::string what = error.to_string();
  if (!cure.empty() && what.ends_with(": " + cure)) {
    what.resize(what.size() - cure.size() - 2);
  }
  found(finding, where, what, cure);
}

void DoctorReport::end() const {
  if (output_ != Output::Json) {
    return;
  }
  nlohmann::ordered_json document{{"apiVersion", "stillpoint.dev/v1alpha1"},
                                  {"kind", "Examination"},
                                  {"checks", nlohmann::ordered_json::array()},
                                  {"findings", nlohmann::ordered_json::array()}};
  for (const Entry& entry : entries_) {
    if (entry.word.empty()) {
      document["checks"].push_back({{"where", entry.where}, {"what", entry.what}});
    } else {
      document["findings"].push_back({{"word", entry.word},
                                      {"weight", entry.weight == Weight::Finding ? "finding" : "note"},
                                      {"where", entry.where},
                                      {"what", entry.what},
                                      {"cure", entry.cure}});
    }
  }
  std::cout << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace stillpoint::app
