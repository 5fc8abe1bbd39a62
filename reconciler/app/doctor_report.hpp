#pragma once

#include <string>
#include <vector>

#include "app/finding.hpp"
#include "app/options.hpp"
#include "support/error.hpp"

namespace stillpoint::app {

/// What doctor says: a line as soon as something was checked, or one JSON document at the end.
class DoctorReport {
 public:
  explicit DoctorReport(Output output) : output_(output) {}

  /// `where`: the cloud, policy, server and dataset that it is about.
  void good(const std::string& where, const std::string& what);
  /// `cure`: of this case; that of its kind if empty.
  void found(Finding finding, const std::string& where, const std::string& what, const std::string& cure = "");
  /// What the error says, with its remedy as the cure if it has one.
  void found(Finding finding, const std::string& where, const support::Error& error);

  /// Whether there is more than notes.
  bool any() const { return any_; }
  /// The document; nothing if the report was for people.
  void end() const;

 private:
  struct Entry {
    std::string where, what, word, cure;  ///< without a word it is good
    Weight weight = Weight::Note;
  };

  const Output output_;
  std::vector<Entry> entries_;
  bool any_ = false;
};

}  // namespace stillpoint::app
