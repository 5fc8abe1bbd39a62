#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/command_line.hpp"
#include "cloudsim/secrets.hpp"
#include "support/ids.hpp"

namespace stillpoint::app {

/// Runs commands that look at files only, as a user runs them.
class FilesTest : public ::testing::Test {
 protected:
  FilesTest() : folder_(std::filesystem::temp_directory_path() / ("stillpoint-files-" + support::random_hex(8))) {
    std::filesystem::create_directories(folder_);
  }
  ~FilesTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return path(name);
  }
  /// A policy that says as little as one can.
  static std::string small(const std::string& name, const std::string& more = "") {
    return "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: " + name +
           "}\nspec:\n  servers: {names: [" + name +
           "]}\n  schedule: {cron: \"@daily\"}\n  datasets:\n    - {name: data, volumes: {nameContains: data}}\n" +
           more;
  }

  /// Runs `stillpoint ARGUMENTS`; the exit code.
  int run_files(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "stillpoint");
    std::vector<char*> argv;
    for (auto& argument : arguments) {
      argv.push_back(argument.data());
    }
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const auto code = run_command_line(static_cast<int>(argv.size()), argv.data());
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    for (const auto& secret : cloudsim::secrets_made()) {  // P11, whatever the test is about
      EXPECT_EQ((out_ + err_).find(secret), std::string::npos) << "a secret was printed by " << arguments.back();
    }
    return static_cast<int>(code);
  }

  std::filesystem::path folder_;
  std::string out_;
  std::string err_;
};

}  // namespace stillpoint::app
