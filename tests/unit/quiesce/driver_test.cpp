#include "quiesce/driver.hpp"

#include <gtest/gtest.h>

namespace stillpoint::quiesce {
namespace {

using policy::HoldSettings;
using policy::Method;

TEST(Driver, OffersItsMethodsOnly) {
  const auto methods = {Method::None, Method::Filesystem, Method::BackupStage, Method::StopService};
  const auto offered = [&](policy::Driver driver) {
    std::vector<Method> found;
    for (const Method method : methods) {
      if (driver_of(driver).offers(method)) {
        found.push_back(method);
      }
    }
    return found;
  };
  EXPECT_EQ(offered(policy::Driver::None), std::vector<Method>{Method::None});
  EXPECT_EQ(offered(policy::Driver::Filesystem), std::vector<Method>{Method::Filesystem});
  EXPECT_EQ(offered(policy::Driver::Mariadb), (std::vector<Method>{Method::BackupStage, Method::StopService}));
}

TEST(Driver, MariadbSaysHowToReachTheDatabase) {
  HoldSettings hold;
  hold.driver = policy::Driver::Mariadb;
  hold.method = Method::BackupStage;
  EXPECT_TRUE(driver_of(hold.driver).settings(hold).empty());
  hold.defaults_file = "/etc/mysql/stillpoint.cnf";
  hold.socket = "/run/mysqld/second.sock";
  EXPECT_EQ(driver_of(hold.driver).settings(hold), (std::vector<Setting>{{"defaults-file", "/etc/mysql/stillpoint.cnf"},
                                                                         {"socket", "/run/mysqld/second.sock"}}));
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

}  // namespace
}  // namespace stillpoint::quiesce
