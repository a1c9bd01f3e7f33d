// What the sketches of correlations take for each value: distinct counts of sliding windows with few, some
// and many values live, and quantiles.
#include <benchmark/benchmark.h>

#include <cmath>
#include <random>
#include <vector>

#include "sketches/quantile_sketch.h"
#include "sketches/sliding_distinct.h"

namespace sigrun::bench {
namespace {

constexpr int64_t minute = 60'000'000'000;

// As seeded_hash() would give them: numbers of which all bits are fair.
std::vector<uint64_t> hashes(size_t count) {
  std::mt19937_64 random(count);
  std::vector<uint64_t> all(count);
  for (uint64_t& hash : all) hash = random();
  return all;
}

enum Stream : int64_t {
  again,   // values that are live anyway, in random order: the window holds each about 16 times
  always,  // never the same value twice
};

struct Source {
  Source(size_t live, Stream stream)
      : step(stream == again ? minute / static_cast<int64_t>(16 * live)
                             : minute / static_cast<int64_t>(live)) {
    constexpr size_t count = 1 << 18;
    const std::vector<uint64_t> values = hashes(stream == again ? live : count);
    std::mt19937_64 random(live);
    for (size_t i = 0; i < count; ++i)
      drawn.push_back(stream == again ? values[random() % values.size()] : values[i]);
  }
  std::vector<uint64_t> drawn;
  int64_t step;
};

// Fills the window, then adds for as long as the benchmark runs, doing `more` each time.
template <class More>
void add_values(benchmark::State& state, More&& more) {
  const Source source(static_cast<size_t>(state.range(0)), static_cast<Stream>(state.range(2)));
  SlidingDistinct distinct({minute, static_cast<uint32_t>(state.range(1))});
  int64_t time = 1'700'000'000'000'000'000;
  size_t at = 0;
  const auto add_one = [&] {
    distinct.add(time += source.step, source.drawn[at]);
    at = (at + 1) % source.drawn.size();
  };
  for (size_t i = 0; i < static_cast<size_t>(state.range(0)) * 40; ++i) add_one();
  for (auto pass : state) {
    (void)pass;
    add_one();
    more(distinct, time);
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(distinct.bytes());
  state.counters["values"] = static_cast<double>(distinct.count(time, minute).values);
}

void distinct_add(benchmark::State& state) {
  add_values(state, [](SlidingDistinct&, int64_t) {});
}
void distinct_add_at_least(benchmark::State& state) {
  add_values(state, [exact = static_cast<uint64_t>(state.range(1))](SlidingDistinct& distinct, int64_t now) {
    benchmark::DoNotOptimize(distinct.at_least(exact, now, minute));
  });
}
void distinct_add_count(benchmark::State& state) {
  add_values(state, [](SlidingDistinct& distinct, int64_t now) {
    benchmark::DoNotOptimize(distinct.count(now, minute).values);
  });
}

const std::vector<std::string> distinct_names = {"live", "exact", "never_twice"};
const std::vector<std::vector<int64_t>> distinct_ranges = {
    {10, 1'800, 10'000}, {64, 20'000}, {again, always}};
BENCHMARK(distinct_add)->ArgNames(distinct_names)->ArgsProduct(distinct_ranges);
BENCHMARK(distinct_add_at_least)->ArgNames(distinct_names)->ArgsProduct(distinct_ranges);
BENCHMARK(distinct_add_count)->ArgNames(distinct_names)->ArgsProduct(distinct_ranges);

// Every other value comes late by up to a tenth of the window.
void distinct_add_late(benchmark::State& state) {
  const Source source(static_cast<size_t>(state.range(0)), again);
  SlidingDistinct distinct({minute, static_cast<uint32_t>(state.range(1))});
  std::mt19937_64 random(7);
  std::vector<int64_t> late(source.drawn.size());
  for (size_t i = 0; i < late.size(); i += 2) late[i] = static_cast<int64_t>(random() % (minute / 10));
  int64_t time = 1'700'000'000'000'000'000;
  size_t at = 0;
  for (auto pass : state) {
    (void)pass;
    distinct.add((time += source.step) - late[at], source.drawn[at]);
    at = (at + 1) % source.drawn.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(distinct_add_late)->ArgNames({"live", "exact"})->ArgsProduct({{10, 1'800, 10'000}, {64, 20'000}});

std::vector<double> amounts() {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> amount(8, 2);
  std::vector<double> all(1 << 16);
  for (double& each : all) each = amount(random);
  return all;
}

void quantile_add(benchmark::State& state) {
  const std::vector<double> values = amounts();
  QuantileSketch sketch;
  size_t at = 0;
  for (auto pass : state) {
    (void)pass;
    sketch.add(values[at]);
    at = (at + 1) % values.size();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["bytes"] = static_cast<double>(sketch.bytes());
}
BENCHMARK(quantile_add);

void quantile_of(benchmark::State& state) {
  const std::vector<double> values = amounts();
  QuantileSketch sketch;
  for (int64_t i = 0; i < state.range(0); ++i) sketch.add(values[static_cast<size_t>(i)]);
  for (auto pass : state) {
    (void)pass;
    benchmark::DoNotOptimize(sketch.quantile(0.95).value);
  }
}
BENCHMARK(quantile_of)->ArgName("values")->Arg(64)->Arg(65'536);

}  // namespace
}  // namespace sigrun::bench
