// Streams of event times for the tests of clocks.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "time/input_clock.h"

namespace sigrun::test {

inline constexpr int64_t seconds = 1'000'000'000;
inline constexpr int64_t days = 86400 * seconds;
// 2026-01-01 and 2099-01-01.
inline constexpr int64_t year_2026 = 1'767'225'600 * seconds, year_2099 = 4'070'908'800 * seconds;

// Each so many seconds after the start of 2026, two minutes of lateness.
std::vector<EventStamp> stamps(std::initializer_list<int64_t> after);
// `count` events, `step` seconds apart, the first at `from` seconds.
std::vector<EventStamp> run_of(size_t count, int64_t from, int64_t step = 1);
std::vector<EventStamp>& operator+=(std::vector<EventStamp>& stream, const std::vector<EventStamp>& more);

// Everything that a clock for a file says; each event has one decision.
struct Decided {
  std::vector<EventTime> events;
  TimeCounters counters;
};
Decided decide_file(std::span<const EventStamp> stream, const Limits& limits = {});
// The same in batches of these sizes, taken round.
Decided decide_in_batches(std::span<const EventStamp> stream, std::span<const size_t> sizes);

// A letter for each event: o on time, S segment start, l late, f future, a ahead, t timeless.
std::string timings(std::span<const EventTime> events);

bool same(std::span<const EventTime> a, std::span<const EventTime> b);

}  // namespace sigrun::test
