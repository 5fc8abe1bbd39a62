// The worst policy files that anybody could think of, each as large as a file may be. Prints for each the CPU time of
// reading it and showing its errors, how many times that of the good file of the same size it is, and what it adds to
// the memory of the process at its peak.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "policy/diagnostics.hpp"
#include "policy/reader.hpp"
#include "policy/yaml_tree.hpp"

namespace {

using namespace stillpoint::policy;

struct Cost {
  double milliseconds = 0;
  long kib = 0;
};

/// Of doing it in a process of its own.
Cost cost_of(const std::function<void()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  struct rusage usage {};
  if (wait4(child, &status, 0, &usage) != child || status != 0) {
    std::abort();
  }
  const auto milliseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1000 + static_cast<double>(time.tv_usec) / 1000;
  };
  return {milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime), usage.ru_maxrss};
}

void read_and_show(const std::string& text) {
  const auto read = read_policies(text, "f");
  size_t size = 0;
  for (const auto& error : read.errors) {
    size += render_error(error, read.text).size();
  }
  if (read.errors.empty() && read.policies.empty() && size > 0) {
    std::abort();
  }
}

std::string repeated(const std::string& part) {
  std::string text;
  while (text.size() + part.size() <= kMaxYamlBytes) {
    text += part;
  }
  return text;
}

std::string numbered(const std::string& before, const std::string& after) {
  std::string text;
  for (int i = 0; text.size() + before.size() + after.size() + 8 <= kMaxYamlBytes; ++i) {
    text.append(before).append(std::to_string(i)).append(after);
  }
  return text;
}

const std::string kGood =
    "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: shop}\nspec:\n"
    "  servers: {names: [db-1]}\n  schedule: {cron: \"5 1 * * *\"}\n"
    "  datasets: [{name: mysql, volumes: {nameContains: mysql_data}}]\n";

}  // namespace

int main() {
  const std::vector<std::pair<const char*, std::string>> cases = {
      {"good policies", repeated(kGood + "---\n")},
      {"deep: [[[[", repeated("[")},
      {"deep: {a: {a:", repeated("{a: ")},
      {"deep: - - - -", repeated("- ")},
      {"aliases: [*a, *a,", "a: &a 1\nb: [" + repeated("*a, ").substr(20)},
      {"anchors", numbered("- &a", " x\n")},
      {"tags", repeated("- !x y\n")},
      {"dense list: [1,1,", "[" + repeated("1,").substr(4) + "]"},
      {"dense mapping: {a,a,", "{" + repeated("a,").substr(4) + "}"},
      {"one field again and again", repeated("k: v\n")},
      {"unknown fields", kGood + numbered("  no", ": 1\n").substr(400)},
      {"long unknown fields", kGood + "  " + repeated("x").substr(400) + ": 1\n"},
      {"one long line", "a: \"" + repeated("x").substr(8) + "\"\n"},
      {"a quote without an end", "a: \"" + repeated("\\n").substr(8)},
      {"a list without an end", repeated("[a\n")},
      {"comments", repeated("#\n")},
      {"documents", repeated("---\n")},
      {"not UTF-8 at the end", repeated("# x\n").substr(8) + "\xff"},
      {"ten MB", std::string(std::size_t{10} * 1024 * 1024, 'x')},
  };
  const Cost nothing = cost_of([] {});
  const Cost good = cost_of([&] { read_and_show(cases.front().second); });
  std::printf("%-28s %8s %8s %10s\n", "", "CPU ms", "ratio", "peak MiB");
  for (const auto& [name, text] : cases) {
    const Cost cost = cost_of([&worst = text] { read_and_show(worst); });
    std::printf("%-28s %8.0f %8.2f %10.1f\n", name, cost.milliseconds, cost.milliseconds / good.milliseconds,
                static_cast<double>(cost.kib - nothing.kib) / 1024);
  }
  return 0;
}
