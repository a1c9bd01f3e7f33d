// The clock of a file and of a live input, in batches of 512 events: in order, shuffled within the lateness,
// with an odd event among every hundred, and the worst that events can do to it. No event is read: times are
// numbers.
#include <random>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#include "time/input_clock.h"

namespace sigrun::bench {
namespace {

constexpr int64_t seconds = 1'000'000'000;
constexpr int64_t start = 1'767'225'600 * seconds;
constexpr size_t events = 1 << 20, batch = 512;

std::vector<EventStamp> in_order() {
  std::vector<EventStamp> stream;
  for (size_t i = 0; i < events; ++i) stream.push_back({start + static_cast<int64_t>(i) * seconds / 10});
  return stream;
}

std::vector<EventStamp> shuffled() {
  std::mt19937_64 random(1);
  std::vector<EventStamp> stream = in_order();
  for (EventStamp& event : stream) *event.time -= static_cast<int64_t>(random() % 100) * seconds;
  return stream;
}

std::vector<EventStamp> odd() {
  std::vector<EventStamp> stream = in_order();
  for (size_t i = 0; i < events; i += 100) *stream[i].time += (i % 200 ? 1 : -1) * 100'000 * seconds;
  return stream;
}

// Each an hour before the one in front of it: every event asks all that may wait.
std::vector<EventStamp> descending() {
  std::vector<EventStamp> stream = in_order();
  for (size_t i = 0; i < events; ++i) stream[i].time = start - static_cast<int64_t>(i) * 3600 * seconds;
  return stream;
}

void decide(benchmark::State& state, InputKind kind, std::vector<EventStamp> (*make)()) {
  const std::vector<EventStamp> stream = make();
  std::vector<EventTime> decided;
  for (auto pass : state) {
    (void)pass;
    InputClock clock(kind);
    for (size_t i = 0; i < events; i += batch) {
      decided.clear();
      clock.add(std::span(stream).subspan(i, batch), *stream[i].time, decided);
      benchmark::DoNotOptimize(decided.data());
    }
    clock.end(decided);
    benchmark::DoNotOptimize(clock.counters());
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * events));
}

BENCHMARK_CAPTURE(decide, file_in_order, InputKind::file, in_order)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decide, file_shuffled, InputKind::file, shuffled)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decide, file_odd, InputKind::file, odd)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decide, file_descending, InputKind::file, descending)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decide, live_in_order, InputKind::live, in_order)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigrun::bench
