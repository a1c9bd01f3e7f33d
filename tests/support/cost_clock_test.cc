#include "support/cost_clock.h"

#include <doctest/doctest.h>

#include <chrono>

using namespace sigrun;

TEST_CASE("cost clock: goes at the pace of the steady clock") {
  const CostClock clock;
  // Losing the processor between two readings spoils an attempt, not the clock.
  bool agreed = false;
  for (int attempt = 0; attempt < 20 && !agreed; ++attempt) {
    const auto began = std::chrono::steady_clock::now();
    const uint64_t first = clock.now();
    while (std::chrono::steady_clock::now() - began < std::chrono::milliseconds(2)) continue;
    const uint64_t last = clock.now();
    const std::chrono::duration<double, std::nano> passed = std::chrono::steady_clock::now() - began;
    const double measured = static_cast<double>(clock.nanoseconds(first, last));
    agreed = measured > 0.98 * passed.count() && measured < 1.02 * passed.count();
  }
  CHECK(agreed);
  CHECK(clock.nanoseconds(0, clock.ticks(1'000'000)) >= 999'000);
  CHECK(clock.nanoseconds(0, clock.ticks(1'000'000)) <= 1'001'000);
}

TEST_CASE("cost clock: a time that lies before the first is no time at all") {
  const CostClock clock;
  CHECK(clock.nanoseconds(100, 99) == 0);
  CHECK(clock.nanoseconds(100, 100) == 0);
}

TEST_CASE("cost clock: what a thread spends on the processor grows, and only while it works") {
  const CostClock clock;
  const uint64_t before = clock.computing();
  while (clock.computing() - before < 1'000'000) continue;
  CHECK(clock.computing() - before >= 1'000'000);
}

TEST_CASE("cost clock: a given one is followed") {
  uint64_t time = 5, spent = 1;
  const CostClock clock([&] { return time; }, [&] { return spent; });
  CHECK(clock.now() == 5);
  time = 25;
  CHECK(clock.nanoseconds(5, clock.now()) == 20);
  CHECK(clock.ticks(7) == 7);
  CHECK(clock.computing() == 1);
}
