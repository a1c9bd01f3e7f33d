#include "match/rule_timer.h"

#include <doctest/doctest.h>

using namespace sigrun;

namespace {

// A timer with a budget of 1,000 nanoseconds over hands that the test turns.
struct Timed {
  uint64_t elapsed = 5, computing = 7;
  RuleTimer timer{CostClock([this] { return elapsed; }, [this] { return computing; }), limits_of(1)};

  static Limits limits_of(uint64_t microseconds) {
    Limits limits;
    limits.rule_budget_microseconds = microseconds;
    return limits;
  }
  void work(uint64_t nanoseconds) {
    elapsed += nanoseconds;
    computing += nanoseconds;
  }
};

}  // namespace

TEST_CASE("rule timer: measures from begin to end without what is shared") {
  Timed timed;
  timed.timer.begin(true);
  timed.work(100);
  timed.timer.shared([&] { timed.work(5000); });
  timed.work(20);
  CHECK_FALSE(timed.timer.is_up());
  CHECK(timed.timer.taken() == 120);
}

TEST_CASE("rule timer: up when the budget is spent, until the end of that rule") {
  Timed timed;
  timed.timer.begin(true);
  timed.work(499);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(1);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(499);
  CHECK_FALSE(timed.timer.is_up());
  CHECK_FALSE(timed.timer.stopped());
  timed.work(1);
  CHECK(timed.timer.is_up());
  CHECK(timed.timer.stopped());
  CHECK(timed.timer.is_up());
  timed.timer.begin(true);
  CHECK_FALSE(timed.timer.stopped());
  CHECK_FALSE(timed.timer.is_up());
}

TEST_CASE("rule timer: a thread that was kept waiting does not use up its budget") {
  Timed timed;
  timed.timer.begin(true);
  for (int wait = 0; wait < 10; ++wait) {
    timed.elapsed += 1'000'000'000;
    CHECK_FALSE(timed.timer.is_up());
  }
  timed.work(499);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(501);
  CHECK(timed.timer.is_up());
}

TEST_CASE("rule timer: a larger event gives more time; no budget gives all of it") {
  Timed timed;
  timed.timer.start_event(3 << 20);  // the fourth MiB has begun
  timed.timer.begin(true);
  timed.work(2000);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(1999);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(1);
  CHECK(timed.timer.is_up());

  uint64_t elapsed = 0;
  RuleTimer endless(CostClock([&] { return elapsed; }, [&] { return elapsed; }), Timed::limits_of(0));
  endless.begin(true);
  elapsed = UINT64_MAX / 2;
  CHECK_FALSE(endless.is_up());
  CHECK_FALSE(endless.is_up());
}

TEST_CASE("rule timer: without being asked to measure, time begins with the first look at it") {
  Timed timed;
  timed.timer.begin(false);
  timed.work(5000);
  CHECK_FALSE(timed.timer.is_up());
  timed.timer.shared([&] { timed.work(5000); });
  timed.work(500);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(499);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(1);
  CHECK(timed.timer.is_up());
}

TEST_CASE("rule timer: work for all rules gives no time to the one that is being stopped") {
  Timed timed;
  timed.timer.begin(true);
  timed.work(500);
  CHECK_FALSE(timed.timer.is_up());
  for (int field = 0; field < 4; ++field) {
    timed.work(100);
    timed.timer.shared([&] { timed.work(5000); });
    CHECK_FALSE(timed.timer.is_up());
  }
  timed.work(100);
  CHECK(timed.timer.is_up());
  CHECK(timed.timer.taken() == 1000);
}

TEST_CASE("rule timer: outside of a rule time is never up") {
  Timed timed;
  timed.work(1'000'000'000);
  CHECK_FALSE(timed.timer.is_up());
  timed.timer.begin(true);
  timed.work(500);
  CHECK_FALSE(timed.timer.is_up());
  timed.work(500);
  CHECK(timed.timer.is_up());
  timed.timer.end_event();
  CHECK_FALSE(timed.timer.stopped());
  timed.work(1'000'000'000);
  CHECK_FALSE(timed.timer.is_up());
  CHECK_FALSE(timed.timer.is_up());
}
