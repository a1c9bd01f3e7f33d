// What clocks of files promise over random streams. The seed is printed; SIGRUN_TEST_SEED sets it.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "support/rule_fixture.h"
#include "time/time_stream.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

class Streams {
 public:
  explicit Streams(uint64_t seed) : random_(seed) {}

  size_t below(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random_); }
  int64_t between(int64_t from, int64_t to) {
    return std::uniform_int_distribution<int64_t>(from, to)(random_);
  }
  bool one_in(size_t count) { return below(count) == 0; }

  // In order, with gaps of seconds, now and then of minutes to weeks.
  std::vector<int64_t> in_order(size_t count) {
    std::vector<int64_t> times;
    int64_t time = year_2026 + between(-2000, 0) * days;
    for (size_t i = 0; i < count; ++i) {
      time += one_in(40) ? between(0, one_in(3) ? 30 * days : 3600 * seconds) : between(0, 3 * seconds);
      times.push_back(time);
    }
    return times;
  }

  // The same as they arrive, each within the lateness of its time.
  std::vector<EventStamp> shuffled(size_t count, int64_t lateness) {
    std::vector<std::pair<int64_t, int64_t>> arrivals;  // arrival, time
    for (int64_t time : in_order(count)) arrivals.emplace_back(time + between(0, lateness), time);
    std::sort(arrivals.begin(), arrivals.end());
    std::vector<EventStamp> stream;
    for (const auto& arrival : arrivals) stream.push_back({arrival.second, lateness});
    return stream;
  }

  // Captures one after the other, some of them short; events out of order, late, odd, without a time.
  std::vector<EventStamp> captures() {
    std::vector<EventStamp> stream;
    for (size_t captures = 1 + below(6); captures-- > 0;) {
      for (int64_t time : in_order(one_in(3) ? 1 + below(40) : 100 + below(400))) {
        EventStamp event{time - between(0, 100 * seconds)};
        if (one_in(30)) event.time = time - between(0, one_in(2) ? 1200 * seconds : 40 * days);
        if (one_in(200)) event.time = time + between(0, one_in(2) ? 1200 * seconds : 2000 * days);
        if (one_in(50)) event.time.reset();
        if (one_in(500)) event.lateness = 900 * seconds;
        stream.push_back(event);
      }
    }
    return stream;
  }

  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("file clock: what arrives within the lateness is never late (random streams)") {
  Streams streams(announce_seed("file clock: shuffled within the lateness"));
  for (int round = 0; round < 1000; ++round) {
    const int64_t lateness = streams.between(1, 900) * seconds;
    const auto decided = decide_file(streams.shuffled(1 + streams.below(500), lateness));
    CHECK(decided.counters == TimeCounters{});
    int64_t newest = never, before = never;
    for (const EventTime& event : decided.events) {
      newest = std::max(newest, event.time);
      CHECK(event.time >= before);
      CHECK(event.watermark == newest - lateness);
      before = event.watermark;
    }
  }
}

namespace {

// One event of 2099 among others changes nothing but its counter.
void check_odd_event(const std::vector<EventStamp>& stream, size_t place, const Limits& limits) {
  const auto decided = decide_file(stream, limits);
  auto with = stream;
  with.insert(with.begin() + static_cast<ptrdiff_t>(place), EventStamp{year_2099, 900 * seconds});
  auto odd = decide_file(with, limits);
  CAPTURE(place);
  CHECK(odd.events[place].timing == Timing::future);
  odd.events.erase(odd.events.begin() + static_cast<ptrdiff_t>(place));
  CHECK(same(odd.events, decided.events));
  CHECK(odd.counters.future == decided.counters.future + 1);
  odd.counters.future = decided.counters.future;
  CHECK(odd.counters == decided.counters);
}

}  // namespace

TEST_CASE("file clock: one event of 2099 changes nothing but its counter (random streams)") {
  Streams streams(announce_seed("file clock: one event of 2099"));
  for (int round = 0; round < 500; ++round) {
    const auto stream = streams.shuffled(2 + streams.below(500), 120 * seconds);
    check_odd_event(stream, streams.below(stream.size() + 1), {});
  }
}

TEST_CASE(
    "file clock: one event of 2099 changes nothing between captures, late and odd events either (random "
    "streams)") {
  Streams streams(announce_seed("file clock: one event of 2099 between captures"));
  // An event that takes up the last place of those that may wait can change what the first of them is decided
  // by. Here all may wait.
  Limits limits;
  limits.undecided_events = 1'000'000;
  for (int round = 0; round < 1000; ++round) {
    auto stream = streams.captures();
    stream.push_back({year_2026});  // one at least has a time: alone, 2099 would be as good as any
    check_odd_event(stream, streams.below(stream.size() + 1), limits);
  }
}

TEST_CASE("file clock: the ends of batches change nothing (random streams)") {
  Streams streams(announce_seed("file clock: the ends of batches"));
  for (int round = 0; round < 500; ++round) {
    const auto stream = streams.captures();
    std::vector<size_t> sizes(1 + streams.below(8));
    for (size_t& size : sizes) size = 1 + streams.below(streams.one_in(2) ? 4 : 700);
    const auto whole = decide_file(stream);
    const auto cut = decide_in_batches(stream, sizes);
    CHECK(same(whole.events, cut.events));
    CHECK(whole.counters == cut.counters);
  }
}

TEST_CASE("file clock: watermarks move forward in a segment; counters are what events are (random streams)") {
  Streams streams(announce_seed("file clock: watermarks and counters"));
  for (int round = 0; round < 500; ++round) {
    const auto decided = decide_file(streams.captures());
    TimeCounters counted;
    int64_t before = never;
    for (const EventTime& event : decided.events) {
      if (event.timing == Timing::segment_start) {
        ++counted.segments;
        before = never;
      }
      counted.late += event.timing == Timing::late;
      counted.future += event.timing == Timing::future || event.timing == Timing::ahead;
      counted.timeless += event.timing == Timing::timeless;
      if (event.timing == Timing::on_time || event.timing == Timing::segment_start)
        CHECK(event.time >= before);
      if (event.timing == Timing::late) CHECK(event.time < before);
      CHECK(event.watermark >= before);
      before = event.watermark;
    }
    CHECK(counted == decided.counters);
  }
}
