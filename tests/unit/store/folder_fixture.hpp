#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/ids.hpp"

namespace stillpoint::store {

/// A folder of its own for each test.
class FolderTest : public ::testing::Test {
 protected:
  FolderTest() : folder_(std::filesystem::temp_directory_path() / ("stillpoint-store-" + support::random_hex(8))) {
    std::filesystem::create_directories(folder_);
  }
  ~FolderTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  /// As an editor does it that writes in place.
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }
  std::string read(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(folder_ / name); }

  static std::string document(const std::string& name, const std::string& more = "") {
    return "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: " + name +
           "}\nspec:\n  servers: {names: [" + name +
           "]}\n  schedule: {cron: \"@daily\"}\n  datasets:\n    - {name: data, volumes: {nameContains: data}}\n" +
           more;
  }

  std::filesystem::path folder_;
};

}  // namespace stillpoint::store
