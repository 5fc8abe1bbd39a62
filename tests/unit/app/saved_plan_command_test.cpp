// diff --out, and reconcile --plan.

#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

class SavedPlanCommandTest : public TwoCloudsTest {
 protected:
  int save() { return run({"diff", "--now", "--out", path("plan.json")}); }
  int carry_out() { return run({"reconcile", "--plan", path("plan.json")}); }
};

TEST_F(SavedPlanCommandTest, WhatWasSavedIsDoneOnceAndInAllClouds) {
  EXPECT_EQ(save(), 1);
  EXPECT_EQ(prod_.writes() + lab_.writes(), 0);
  EXPECT_EQ(carry_out(), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("main/backend-1/db: create (AskedFor): complete"),
                          HasSubstr("trial/backend-2/db: create (AskedFor): complete")));
  EXPECT_EQ(run({"get", "points", "-o", "json"}), 0);
  const auto slot = json::parse(read("plan.json")).at("slotNow").get<std::string>();
  EXPECT_THAT(out_, HasSubstr(slot));
  prod_.forget_requests();
  EXPECT_EQ(carry_out(), 4);
  EXPECT_THAT(err_, AllOf(HasSubstr("the world has changed since the plan was saved"),
                          HasSubstr("not to be done any more: create main/backend-1/db " + slot)));
  EXPECT_EQ(prod_.writes(), 0);
}

TEST_F(SavedPlanCommandTest, AWorldThatChangedIsLeftAlone) {
  EXPECT_EQ(save(), 1);
  prod_.furnish("backend-3", "mysql_data");
  prod_.forget_requests();
  EXPECT_EQ(carry_out(), 4);
  EXPECT_THAT(err_, HasSubstr("prod: nothing was done"));
  EXPECT_THAT(err_, HasSubstr("not in the saved plan: create main/backend-3/db"));
  EXPECT_EQ(prod_.writes(), 0);
}

TEST_F(SavedPlanCommandTest, ACloudThatNoPolicyNamesAnyMoreIsSaid) {
  EXPECT_EQ(save(), 1);
  std::filesystem::remove(folder_ / "policies" / "trial.yaml");
  EXPECT_EQ(carry_out(), 4);
  EXPECT_THAT(err_, HasSubstr("the saved plan changes lab, where nothing was done"));
}

TEST_F(SavedPlanCommandTest, APlanThatLacksACloudIsNotSaved) {
  lab_.fault(kRefuseLogins);
  EXPECT_EQ(save(), 4);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plan.json"));
  EXPECT_THAT(err_, HasSubstr("the plan was not written"));
}

TEST_F(SavedPlanCommandTest, OtherFilesAndOtherWishesAreRefused) {
  EXPECT_EQ(carry_out(), 2);
  EXPECT_THAT(err_, HasSubstr("it is empty or cannot be read"));
  write("plan.json", "apiVersion: v1\n");
  EXPECT_EQ(carry_out(), 2);
  EXPECT_EQ(save(), 1);
  EXPECT_EQ(run({"reconcile", "--plan", path("plan.json"), "--now"}), 2);
  EXPECT_EQ(run({"reconcile", "--plan", path("plan.json"), "--allow-mass-delete"}), 2);
  EXPECT_EQ(run({"reconcile", "--plan", path("plan.json"), "--installation", "other"}), 2);
  EXPECT_THAT(err_, HasSubstr("it was made for installation 'default', and this is 'other'"));
}

}  // namespace
}  // namespace stillpoint::app
