#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace stillpoint::cloud {

/// Cinder's metadata of an object. Keys and values hold at most 255 characters each.
using Metadata = std::map<std::string, std::string>;

/// Metadata that the copies of an object share: of a snapshot they are most of what it weighs, and a listing is kept,
/// put together into points and planned from. A value as any other: what is changed in one copy is changed in that
/// alone, at the price of a copy of all entries. Different copies may be used by different threads.
class SharedMetadata {
 public:
  using value_type = Metadata::value_type;
  using const_iterator = Metadata::const_iterator;
  using iterator = const_iterator;

  SharedMetadata() = default;
  SharedMetadata(Metadata entries) : entries_(std::make_shared<const Metadata>(std::move(entries))) {}

  const Metadata& get() const {
    static const Metadata none;
    return entries_ == nullptr ? none : *entries_;
  }
  operator const Metadata&() const { return get(); }

  const_iterator begin() const { return get().begin(); }
  const_iterator end() const { return get().end(); }
  const_iterator find(const std::string& key) const { return get().find(key); }
  bool contains(const std::string& key) const { return get().contains(key); }
  const std::string& at(const std::string& key) const { return get().at(key); }
  std::size_t size() const { return get().size(); }
  bool empty() const { return get().empty(); }

  void set(const std::string& key, std::string_view value) {
    change([&](Metadata& entries) { entries.insert_or_assign(key, std::string(value)); });
  }
  /// Those of `others` replace what is there.
  void set_all(const Metadata& others) {
    change([&](Metadata& entries) {
      for (const auto& [key, value] : others) {
        entries.insert_or_assign(key, value);
      }
    });
  }
  void erase(const std::string& key) {
    change([&](Metadata& entries) { entries.erase(key); });
  }
  void clear() { entries_.reset(); }

  friend bool operator==(const SharedMetadata& a, const SharedMetadata& b) { return a.get() == b.get(); }

 private:
  template <class Change>
  void change(Change apply) {
    auto changed = std::make_shared<Metadata>(get());
    apply(*changed);
    entries_ = std::move(changed);
  }

  std::shared_ptr<const Metadata> entries_;  ///< none: no entries
};

}  // namespace stillpoint::cloud
