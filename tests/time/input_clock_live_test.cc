// The event time of a live input. The wall clock is a number that the test hands in.
#include <doctest/doctest.h>

#include "time/time_stream.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

int64_t at(int64_t second) { return year_2026 + second * seconds; }

struct Live {
  InputClock clock{InputKind::live};
  // What an event at `second` is when it comes at `now`.
  EventTime add(std::optional<int64_t> second, int64_t now, int64_t lateness = 120) {
    const EventStamp event{second ? std::optional(at(*second)) : std::nullopt, lateness * seconds};
    std::vector<EventTime> decided;
    clock.add({&event, 1}, at(now), decided);
    REQUIRE(decided.size() == 1);
    return decided[0];
  }
};

}  // namespace

TEST_CASE("live clock: every event is decided at once") {
  Live live;
  CHECK(live.add(0, 1).timing == Timing::on_time);
  CHECK(live.add(5000, 5001).timing == Timing::on_time);
  const EventTime late = live.add(4879, 5002);
  CHECK(late.timing == Timing::late);
  CHECK(late.watermark == at(4880));
  CHECK(live.add(4880, 5002).timing == Timing::on_time);
  CHECK(live.clock.counters() == TimeCounters{.late = 1});
  CHECK(live.clock.undecided() == 0);
}

TEST_CASE("limit future_seconds: live events more than five minutes ahead of the wall clock are future") {
  Live live;
  CHECK(live.add(0, 0).watermark == at(-120));
  CHECK(live.add(300, 0).timing == Timing::on_time);
  const EventTime ahead = live.add(301, 0);
  CHECK(ahead.timing == Timing::ahead);
  CHECK(ahead.time == at(301));
  CHECK(ahead.watermark == at(-120));  // neither of them has moved it past the wall clock less the lateness
  CHECK(live.add(73 * 365 * 86400LL, 0).timing == Timing::future);
  CHECK(live.clock.counters().future == 2);
  CHECK(live.clock.watermark() == at(-120));
  Limits limits;
  limits.future_seconds = 10;
  InputClock strict(InputKind::live, limits);
  std::vector<EventTime> decided;
  strict.add(stamps({10, 11}), at(0), decided);
  CHECK(timings(decided) == "oa");
}

TEST_CASE("live clock: a host whose clock is fast makes no other late") {
  Live live;
  for (int64_t now = 0; now < 600; ++now) {
    CHECK(live.add(now + 290, now).timing == Timing::on_time);
    CHECK(live.add(now, now).timing == Timing::on_time);
    CHECK(live.add(now - 119, now).timing == Timing::on_time);
  }
  CHECK(live.clock.watermark() == at(599 - 120));
}

TEST_CASE("live clock: there are no segments: what is back is late") {
  Live live;
  live.add(10000, 10000);
  for (int64_t i = 0; i < 300; ++i) CHECK(live.add(i, 10001).timing == Timing::late);
  CHECK(live.clock.counters() == TimeCounters{.late = 300});
  CHECK(live.clock.segment() == 0);
}

TEST_CASE("live clock: an event without a time has the newest, or else the wall clock's") {
  Live live;
  CHECK(live.add({}, 7).time == at(7));
  CHECK(live.clock.watermark() == never);
  live.add(5, 8);
  const EventTime timeless = live.add({}, 60);
  CHECK(timeless.time == at(5));
  CHECK(timeless.timing == Timing::timeless);
  CHECK(live.clock.counters().timeless == 2);
}

TEST_CASE("live clock: an idle input goes on at the pace of the wall clock") {
  Live live;
  live.clock.advance_idle(at(100000));
  CHECK(live.clock.watermark() == never);  // it has not begun
  live.add(0, 30);                                // a pipeline that takes half a minute
  live.clock.advance_idle(at(30));
  CHECK(live.clock.watermark() == at(-120));
  live.clock.advance_idle(at(90));
  CHECK(live.clock.watermark() == at(60 - 120));
  live.clock.advance_idle(at(50));  // a wall clock that goes back moves nothing back
  CHECK(live.clock.watermark() == at(60 - 120));
  // Events that keep their pace are on time after that, however much older than the wall clock they are.
  CHECK(live.add(60, 90).timing == Timing::on_time);
  live.add(-300, 1000);
  live.add({}, 1000);
  live.clock.advance_idle(at(1000));  // late events and those without a time do not stop it
  CHECK(live.clock.watermark() == at(970 - 120));
}

TEST_CASE("live clock: an idle input is never ahead of the wall clock less the lateness") {
  Live live;
  live.add(250, 0);
  live.clock.advance_idle(at(1));
  CHECK(live.clock.watermark() == at(1 - 120));
  std::vector<EventTime> rest;
  live.clock.end(rest);
  CHECK(rest.empty());
  CHECK(live.clock.watermark() == forever);
  live.clock.advance_idle(at(2));
  CHECK(live.clock.watermark() == forever);
}

TEST_CASE("live clock: files ignore the wall clock") {
  InputClock clock(InputKind::file);
  std::vector<EventTime> decided;
  clock.add(run_of(20, 0), at(-100000), decided);
  clock.advance_idle(at(100000));
  CHECK(clock.watermark() == at(19 - 120));
  CHECK(clock.counters() == TimeCounters{});
}
