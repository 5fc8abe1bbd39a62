#include "suggest/guesses.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace stillpoint::suggest {
namespace {

constexpr std::string_view kMariadb = "{driver: mariadb, method: backupStage, freeze: true, maxHold: 20s}";
constexpr std::string_view kMariadbRemark =
    "taken for MariaDB; of a MySQL 8 say `{driver: mysql, freeze: true}` (`stillpoint doctor` tells which it is)";
constexpr std::string_view kMongodb = "{driver: mongodb, freeze: true, maxHold: 20s}";
constexpr std::string_view kMongodbRemark =
    "the journal is trusted and must lie on this volume; `method: fsyncLock` stops writers instead";
constexpr std::string_view kPostgresql = "{driver: postgresql, freeze: true, maxHold: 20s}";
constexpr std::string_view kPostgresqlRemark = "a checkpoint, then the freeze: a copy whose recovery is short";
constexpr std::string_view kFilesystem = "{driver: filesystem, maxHold: 20s}";
constexpr std::string_view kFilesystemRemark =
    "its file system is frozen, and the program itself is not asked: see what it promises of such a copy";

/// The seed's playbook goes by the first two.
constexpr std::array kGuesses{
    Guess{"mysql_data", "mysql", kMariadb, kMariadbRemark, true},
    Guess{"mongodb_data", "mongodb", kMongodb, kMongodbRemark, true},
    Guess{"mariadb", "mysql", kMariadb, kMariadbRemark, true},
    Guess{"galera", "mysql", kMariadb, kMariadbRemark, true},
    Guess{"mysql", "mysql", kMariadb, kMariadbRemark, true},
    Guess{"mongodb", "mongodb", kMongodb, kMongodbRemark, true},
    Guess{"mongo", "mongodb", kMongodb, kMongodbRemark, true},
    Guess{"postgresql", "postgresql", kPostgresql, kPostgresqlRemark, true},
    Guess{"postgres", "postgresql", kPostgresql, kPostgresqlRemark, true},
    Guess{"pgdata", "postgresql", kPostgresql, kPostgresqlRemark, true},
    Guess{"elasticsearch", "elasticsearch", kFilesystem, kFilesystemRemark, false},
    Guess{"opensearch", "opensearch", kFilesystem, kFilesystemRemark, false},
    Guess{"rabbitmq", "rabbitmq", kFilesystem, kFilesystemRemark, false},
    Guess{"redis", "redis", kFilesystem, kFilesystemRemark, false},
};

}  // namespace

std::span<const Guess> guesses() {
  return kGuesses;
}

std::optional<Match> guess_of(std::string_view volume_name) {
  std::string lower(volume_name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Guess& guess : kGuesses) {
    if (const auto at = lower.find(guess.word); at != std::string::npos) {
      return Match{&guess, std::string(volume_name.substr(at, guess.word.size()))};
    }
  }
  return std::nullopt;
}

}  // namespace stillpoint::suggest
