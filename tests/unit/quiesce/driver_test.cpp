#include "quiesce/driver.hpp"

#include <gtest/gtest.h>

namespace stillpoint::quiesce {
namespace {

using policy::HoldSettings;
using policy::Method;

TEST(Driver, MariadbSaysHowToReachTheDatabase) {
  HoldSettings hold;
  hold.driver = policy::Driver::Mariadb;
  hold.method = Method::BackupStage;
  hold.start_timeout = std::chrono::seconds(1);
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"start-timeout-ms", "1000"}}));
  hold.lock_timeout = std::chrono::seconds(5);
  hold.defaults_file = "/etc/mysql/stillpoint.cnf";
  hold.socket = "/run/mysqld/second.sock";
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"defaults-file", "/etc/mysql/stillpoint.cnf"},
                                                                         {"socket", "/run/mysqld/second.sock"},
                                                                         {"lock-timeout-ms", "5000"},
                                                                         {"start-timeout-ms", "1000"}}));
}

TEST(Driver, StopServiceBoundsStoppingAndStarting) {
  HoldSettings hold;
  hold.driver = policy::Driver::Mariadb;
  hold.method = Method::StopService;
  hold.stop_timeout = std::chrono::seconds(90);
  hold.start_timeout = std::chrono::milliseconds(1500);
  EXPECT_EQ(driver_of(hold.driver).settings(hold),
            (std::vector<Setting>{{"service", "mariadb"}, {"stop-timeout-ms", "90000"}, {"start-timeout-ms", "1500"}}));
}

TEST(Driver, PostgresqlIsReachedByItsSocketAndStoppedByItsService) {
  HoldSettings hold;
  hold.driver = policy::Driver::Postgresql;
  hold.method = Method::Checkpoint;
  hold.socket = "/run/postgresql/.s.PGSQL.5433";
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"socket", hold.socket}}));
  hold.method = Method::StopService;
  hold.service = "postgresql";
  hold.socket = "";
  EXPECT_EQ(
      driver_of(hold.driver).settings(hold),
      (std::vector<Setting>{{"service", "postgresql"}, {"stop-timeout-ms", "60000"}, {"start-timeout-ms", "60000"}}));
}

TEST(Driver, MysqlIsReachedAsMariadbIs) {
  HoldSettings hold;
  hold.driver = policy::Driver::Mysql;
  hold.method = Method::InstanceLock;
  hold.defaults_file = "/etc/mysql/stillpoint.cnf";
  hold.lock_timeout = std::chrono::seconds(3);
  hold.start_timeout = std::chrono::seconds(1);
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"defaults-file", "/etc/mysql/stillpoint.cnf"},
                                                                         {"lock-timeout-ms", "3000"},
                                                                         {"start-timeout-ms", "1000"}}));
}

TEST(Driver, MongodbIsToldHowFarAMemberMayBeBehind) {
  HoldSettings hold;
  hold.driver = policy::Driver::Mongodb;
  hold.method = Method::FsyncLock;
  hold.lock_timeout = std::chrono::seconds(5);
  hold.max_lag = std::chrono::seconds(60);
  hold.defaults_file = "/etc/stillpoint/mongodb.js";
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"defaults-file", hold.defaults_file},
                                                                         {"lock-timeout-ms", "5000"},
                                                                         {"start-timeout-ms", "60000"},
                                                                         {"max-lag-ms", "60000"}}));
  hold.method = Method::StopService;
  hold.service = "mongod";
  hold.lock_timeout = {};
  hold.defaults_file = "";
  hold.socket = "/tmp/mongodb-27018.sock";
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"socket", hold.socket},
                                                                         {"service", "mongod"},
                                                                         {"stop-timeout-ms", "60000"},
                                                                         {"start-timeout-ms", "60000"},
                                                                         {"max-lag-ms", "60000"}}));
}

TEST(Driver, AScriptIsGivenByItsPath) {
  HoldSettings hold;
  hold.driver = policy::Driver::Script;
  hold.method = Method::Script;
  hold.command = "/usr/local/lib/stillpoint/redis";
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"command", hold.command}}));
}

}  // namespace
}  // namespace stillpoint::quiesce
