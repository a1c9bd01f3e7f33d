#include "time/time_stream.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sigrun::test {

std::vector<EventStamp> stamps(std::initializer_list<int64_t> after) {
  std::vector<EventStamp> stream;
  for (int64_t second : after) stream.push_back({year_2026 + second * seconds});
  return stream;
}

std::vector<EventStamp> run_of(size_t count, int64_t from, int64_t step) {
  std::vector<EventStamp> stream;
  for (size_t i = 0; i < count; ++i)
    stream.push_back({year_2026 + (from + static_cast<int64_t>(i) * step) * seconds});
  return stream;
}

std::vector<EventStamp>& operator+=(std::vector<EventStamp>& stream, const std::vector<EventStamp>& more) {
  stream.insert(stream.end(), more.begin(), more.end());
  return stream;
}

Decided decide_file(std::span<const EventStamp> stream, const Limits& limits) {
  InputClock clock(InputKind::file, limits);
  Decided decided;
  clock.add(stream, 0, decided.events);
  CHECK(decided.events.size() + clock.undecided() == stream.size());
  CHECK(clock.undecided() < std::max<size_t>(limits.undecided_events, 1));
  clock.end(decided.events);
  CHECK(decided.events.size() == stream.size());
  CHECK(clock.watermark() == forever);
  decided.counters = clock.counters();
  return decided;
}

Decided decide_in_batches(std::span<const EventStamp> stream, std::span<const size_t> sizes) {
  InputClock clock(InputKind::file);
  Decided decided;
  size_t given = 0;
  for (size_t i = 0; given < stream.size(); ++i) {
    const size_t size = std::min(sizes[i % sizes.size()], stream.size() - given);
    clock.add(stream.subspan(given, size), 0, decided.events);
    given += size;
    CHECK(decided.events.size() + clock.undecided() == given);
  }
  clock.end(decided.events);
  decided.counters = clock.counters();
  return decided;
}

std::string timings(std::span<const EventTime> events) {
  std::string letters;
  for (const EventTime& event : events) {
    switch (event.timing) {
      case Timing::on_time: letters += 'o'; break;
      case Timing::segment_start: letters += 'S'; break;
      case Timing::late: letters += 'l'; break;
      case Timing::future: letters += 'f'; break;
      case Timing::ahead: letters += 'a'; break;
      case Timing::timeless: letters += 't'; break;
    }
  }
  return letters;
}

bool same(std::span<const EventTime> a, std::span<const EventTime> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const EventTime& one, const EventTime& other) {
    return one.time == other.time && one.watermark == other.watermark && one.timing == other.timing;
  });
}

}  // namespace sigrun::test
