#pragma once

#include <memory>
#include <string>

namespace stillpoint::fakes {

/// One of the files in schemas/, as another program would use it.
class PublishedSchema {
 public:
  /// `file` is its name in schemas/. Throws if it cannot be read or is no schema of draft 7.
  explicit PublishedSchema(const std::string& file);
  ~PublishedSchema();

  /// What speaks against the JSON document; empty if it fits.
  std::string objections(const std::string& json) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace stillpoint::fakes
