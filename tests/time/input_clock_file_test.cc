// The event time of a file, case by case. Lateness is two minutes where nothing else is said.
#include <doctest/doctest.h>

#include "time/time_stream.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

std::string timings_of(std::span<const EventStamp> stream) { return timings(decide_file(stream).events); }
std::string o(size_t count) { return std::string(count, 'o'); }
int64_t at(int64_t second) { return year_2026 + second * seconds; }

}  // namespace

TEST_CASE("file clock: the watermark follows the newest time by the lateness and never moves back") {
  const auto decided = decide_file(stamps({0, 60, 30, 100, 0}));
  CHECK(timings(decided.events) == "ooooo");
  CHECK(decided.events[0].watermark == at(-120));
  CHECK(decided.events[1].watermark == at(-60));
  CHECK(decided.events[2].watermark == at(-60));
  CHECK(decided.events[3].watermark == at(-20));
  CHECK(decided.events[4].time == at(0));
  CHECK(decided.counters == TimeCounters{});
}

TEST_CASE("file clock: an event exactly as old as the lateness is on time, a nanosecond more is late") {
  auto stream = run_of(10, 0, 20);
  stream.push_back({at(180 - 120)});
  stream.push_back({at(180 - 120) - 1});
  stream += run_of(10, 181);
  const auto decided = decide_file(stream);
  CHECK(timings(decided.events) == o(11) + "l" + o(10));
  CHECK(decided.counters.late == 1);
  CHECK(decided.events[11].watermark == at(60));
  CHECK(decided.events[11].time == at(60) - 1);
}

TEST_CASE("file clock: an event of 2099 is future wherever it stands, and enters no window") {
  for (size_t place : {0, 1, 5, 29, 30}) {
    auto stream = run_of(30, 0);
    stream.insert(stream.begin() + static_cast<ptrdiff_t>(place), EventStamp{year_2099});
    CAPTURE(place);
    const auto decided = decide_file(stream);
    CHECK(timings(decided.events) == o(place) + "f" + o(30 - place));
    CHECK(decided.counters.future == 1);
    CHECK(decided.events[place].time == year_2099);
  }
}

TEST_CASE("file clock: a lone jump of an hour moves no watermark but can enter windows") {
  auto stream = run_of(20, 0);
  stream += stamps({3600});
  stream += run_of(20, 20);
  const auto decided = decide_file(stream);
  CHECK(timings(decided.events) == o(20) + "a" + o(20));
  CHECK(decided.counters.future == 1);
  CHECK(decided.events[20].time == at(3600));
  CHECK(decided.events[20].watermark == at(19 - 120));
  // Beyond a day no watermark will come to it.
  stream[20] = {at(19 + 86400)};
  CHECK(timings_of(stream) == o(20) + "a" + o(20));
  stream[20] = {at(19 + 86400) + 1};
  CHECK(timings_of(stream) == o(20) + "f" + o(20));
}

TEST_CASE("file clock: a jump ahead that the others follow is believed at once") {
  auto stream = run_of(20, 0);
  stream += run_of(20, 90 * 86400);
  const auto decided = decide_file(stream);
  CHECK(timings(decided.events) == o(40));
  CHECK(decided.events[20].watermark == at(90 * 86400 - 120));
  CHECK(decided.counters == TimeCounters{});
  SUBCASE("by nine events of which the file leaves again") {
    auto back = run_of(20, 0);
    back += run_of(9, 90 * 86400);
    back += run_of(40, 20);
    CHECK(timings_of(back) == o(29) + "S" + o(39));
  }
  SUBCASE("not by eight") {
    auto back = run_of(20, 0);
    back += run_of(8, 90 * 86400);
    back += run_of(40, 20);
    CHECK(timings_of(back) == o(20) + "ffffffff" + o(40));
  }
}

TEST_CASE("file clock: events that are hours or weeks apart are on time") {
  CHECK(timings_of(run_of(50, 0, 3600)) == o(50));
  CHECK(timings_of(run_of(50, 0, 7 * 86400)) == o(50));
  CHECK(timings_of(run_of(1, 0)) == "o");
  CHECK(timings_of({}) == "");
}

TEST_CASE("file clock: the last event is believed up to a year ahead of the others") {
  CHECK(timings_of(stamps({0, 1, 2, 365 * 86400 + 2})) == "oooo");
  CHECK(timings_of(stamps({0, 1, 2, 365 * 86400 + 3})) == "ooof");
  // Two that agree are believed, two that do not are not.
  CHECK(timings_of(stamps({0, 1, 2, 366 * 86400 + 3, 366 * 86400 + 4})) == "ooooo");
  CHECK(timings_of(stamps({0, 1, 2, 366 * 86400 + 3, 4})) == "ooofo");
}

TEST_CASE("file clock: an odd first event") {
  std::vector<EventStamp> stream = {{0}};
  stream += run_of(30, 0);
  auto decided = decide_file(stream);
  CHECK(timings(decided.events) == o(31));  // 1970 is before all: no one is late by it
  CHECK(decided.events[1].watermark == at(-120));
  stream[0] = {at(30 * 86400)};
  CHECK(timings_of(stream) == "f" + o(30));
  CHECK(timings_of(std::vector<EventStamp>{{year_2099}}) == "o");  // nothing says that it is odd
  CHECK(timings_of(std::vector<EventStamp>{{year_2099}, {at(0)}}) == "fo");
  CHECK(timings_of(stamps({3600, 0})) == "ol");  // either may be right
}

TEST_CASE("file clock: a lone event of 1970 is late") {
  auto stream = run_of(30, 0);
  stream[17] = {0};
  const auto decided = decide_file(stream);
  CHECK(timings(decided.events) == o(17) + "l" + o(12));
  CHECK(decided.counters.late == 1);
  CHECK(decided.counters.segments == 0);
}

TEST_CASE("file clock: a jump back for good begins a segment and restarts the watermark") {
  auto stream = run_of(50, 1000);
  stream += run_of(50, 0);
  const auto decided = decide_file(stream);
  CHECK(timings(decided.events) == o(50) + "S" + o(49));
  CHECK(decided.counters.segments == 1);
  CHECK(decided.events[49].watermark == at(1049 - 120));
  CHECK(decided.events[50].watermark == at(-120));
  CHECK(decided.events[50].time == at(0));
}

TEST_CASE("file clock: a few events back among current ones are late, whatever their number in all") {
  std::vector<EventStamp> stream;
  for (int64_t i = 0; i < 200; ++i) {
    stream += stamps({i});
    if (i % 6 == 5) stream += stamps({i - 600});
  }
  const auto decided = decide_file(stream);
  CHECK(decided.counters.late == 33);
  CHECK(decided.counters.segments == 0);
  // And a burst of 28, such as a forwarder delivers when it is back.
  auto burst = run_of(100, 1000);
  burst += run_of(28, 700);
  burst += run_of(100, 1100);
  CHECK(timings_of(burst) == o(100) + std::string(28, 'l') + o(100));
  auto segment = run_of(100, 1000);
  segment += run_of(29, 700);
  segment += run_of(100, 1100);
  CHECK(timings_of(segment) == o(100) + "S" + o(128));
}

TEST_CASE("file clock: four of 32 events may be current where the time is back for good") {
  std::vector<EventStamp> stream = run_of(100, 1000), back = run_of(60, 0);
  for (size_t place : {3, 9, 12, 31}) back[place] = {at(1099)};
  auto with_four = stream;
  with_four += back;
  CHECK(decide_file(with_four).counters.segments == 1);
  CHECK(decide_file(with_four).events[100].timing == Timing::segment_start);
  back[20] = {at(1099)};
  stream += back;
  CHECK(decide_file(stream).events[100].timing == Timing::late);
}

TEST_CASE("file clock: four events behind are needed to begin a segment at the end of a file") {
  auto stream = run_of(50, 1000);
  stream += run_of(4, 0);
  CHECK(timings_of(stream) == o(50) + "llll");
  stream += stamps({4});
  CHECK(timings_of(stream) == o(50) + "Soooo");
  stream += stamps({1049});
  CHECK(timings_of(stream) == o(50) + "lllllo");  // one of five is not few
}

TEST_CASE("file clock: stragglers at the end of a capture do not begin the next one") {
  auto stream = run_of(50, 1000);
  stream += stamps({500, 501});
  stream += run_of(50, -90 * 86400);
  CHECK(timings_of(stream) == o(50) + "llS" + o(49));
  // Two events from another day are a capture of two events.
  auto captures = run_of(50, 1000);
  captures += stamps({-90000, -89999});
  captures += run_of(50, -90 * 86400);
  CHECK(timings_of(captures) == o(50) + "SoS" + o(49));
}

TEST_CASE("file clock: descending order stays in reach of correlation") {
  const auto decided = decide_file(run_of(100, 0, -600));
  CHECK(decided.counters.future == 0);
  CHECK(decided.counters.late == 99);
  CHECK(timings_of(run_of(1000, 0, -1)).find_first_of("faS") != std::string::npos);  // dense: segments
  CHECK(decide_file(run_of(1000, 0, -1)).counters.future == 0);
}

TEST_CASE("file clock: events without a time go along with the newest before them") {
  std::vector<EventStamp> stream = {{}, {at(10)}, {}, {at(5)}, {}};
  const auto decided = decide_file(stream);
  CHECK(timings(decided.events) == "totot");
  CHECK(decided.events[0].time == 0);
  CHECK(decided.events[0].watermark == never);
  CHECK(decided.events[2].time == at(10));
  CHECK(decided.events[4].time == at(10));
  CHECK(decided.counters.timeless == 3);
}

TEST_CASE("file clock: the greatest lateness of a segment counts, and a new segment starts afresh") {
  std::vector<EventStamp> stream = {
      {at(0), 900 * seconds}, {at(800), 120 * seconds}, {at(10), 900 * seconds}};
  auto decided = decide_file(stream);
  CHECK(timings(decided.events) == "ooo");
  CHECK(decided.events[1].watermark == at(-100));
  auto segment = run_of(40, -5000);
  stream += segment;
  decided = decide_file(stream);
  CHECK(decided.events[3].timing == Timing::segment_start);
  CHECK(decided.events[3].watermark == at(-5120));
  // A lateness that comes later holds the watermark where it is.
  stream = {{at(0), 60 * seconds}, {at(10), 900 * seconds}, {at(900), 60 * seconds}};
  decided = decide_file(stream);
  CHECK(decided.events[1].watermark == at(-60));
  CHECK(decided.events[2].watermark == at(0));
}

TEST_CASE("file clock: a negative lateness is none") {
  const std::vector<EventStamp> stream = {{at(0), -5}, {at(1), -5}};
  CHECK(decide_file(stream).events[1].watermark == at(1));
}

TEST_CASE("file clock: times at the ends of 64 bits") {
  std::vector<EventStamp> stream = {{INT64_MIN}, {INT64_MAX}, {INT64_MIN + 1}, {INT64_MAX}, {0}, {INT64_MIN}};
  const auto decided = decide_file(stream);
  CHECK(decided.events.size() == 6);
  stream = std::vector<EventStamp>(100, EventStamp{INT64_MAX});
  CHECK(timings_of(stream) == o(100));
}

TEST_CASE("file clock: events wait for those behind them, and no longer") {
  InputClock clock(InputKind::file);
  std::vector<EventTime> decided;
  clock.add(run_of(20, 0), 0, decided);
  CHECK(decided.size() == 20);  // the first waits for eight others; 19 are enough
  clock.add(stamps({5000, 20, 21, 22, 23, 24, 25, 26, 27}), 0, decided);
  CHECK(clock.undecided() == 9);
  CHECK(decided.size() == 20);
  clock.add(stamps({28}), 0, decided);
  CHECK(clock.undecided() == 0);
  CHECK(timings(std::span(decided).subspan(20)) == "a" + o(9));
}

TEST_CASE("limit undecided_events: a file without times behind a jump is decided when so many wait") {
  Limits limits;
  limits.undecided_events = 10;
  InputClock clock(InputKind::file, limits);
  std::vector<EventTime> decided;
  clock.add(run_of(20, 0), 0, decided);
  clock.add(stamps({5000}), 0, decided);
  clock.add(std::vector<EventStamp>(8), 0, decided);
  CHECK(clock.undecided() == 9);
  clock.add(std::vector<EventStamp>(1), 0, decided);
  CHECK(clock.undecided() == 0);
  CHECK(decided.back().time == at(5000));
  limits.undecided_events = 0;
  CHECK(timings(decide_file(run_of(20, 0), limits).events) == o(20));
}
