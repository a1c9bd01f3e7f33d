// The Correlator against the naive correlator, on timelines counted out by hand and on random streams.
//
// SIGRUN_DIFFERENTIAL_STREAMS=N  how many random streams of each kind (default 1,000)
// SIGRUN_DIFFERENTIAL_SEED=N     another sequence of them
#include <doctest/doctest.h>

#include <iostream>

#include "differential/comparison.h"
#include "differential/correlation_comparison.h"
#include "differential/correlation_generator.h"
#include "differential/correlation_timelines.h"

namespace sigrun::differential {
namespace {

constexpr uint64_t shown_differences = 5;

uint64_t first_seed() { return environment_number("SIGRUN_DIFFERENTIAL_SEED", 20'261'123); }
uint64_t wanted_streams() { return environment_number("SIGRUN_DIFFERENTIAL_STREAMS", 1'000); }

// Each event a batch; or all of them one; or batches of any size.
enum class Batches { single, one, any };

Stream stream_of(const std::string& rules, const std::vector<naive::RuleEvent>& events, int64_t lateness, Batches batches, Random& random) {
  Stream stream{rules, {}, lateness};
  const size_t size = random.pick(std::vector<size_t>{2, 5, 20});
  for (const naive::RuleEvent& event : events)
    stream.arrivals.push_back({event, batches == Batches::single || (batches == Batches::any && random.below(size) == 0)});
  return stream;
}

int64_t some_lateness(const GeneratedCorrelations& made, Random& random) {
  const int64_t timespan = made.longest_timespan;
  return random.pick(std::vector<int64_t>{1, timespan / 4, timespan / 2, timespan, timespan + 1, 2 * timespan, 5 * timespan});
}

Batches some_batches(Random& random) { return random.pick(std::vector<Batches>{Batches::single, Batches::any, Batches::any, Batches::one}); }

void compare(const Stream& stream, uint64_t seed, ComparisonTotals& totals, const CorrelatorRun::Settings& settings = {}) {
  const uint64_t before = totals.differences;
  difference(stream, settings, &totals);
  if (totals.differences == before || totals.differences > shown_differences) return;
  const Stream small = minimised(stream, settings);
  std::cerr << "\nDIFFERENCE, SIGRUN_DIFFERENTIAL_SEED=" << seed << "\n" << difference(small, settings) << to_text(small);
}

void report(const ComparisonTotals& totals) {
  MESSAGE("streams ", totals.streams, ", events ", totals.events, ", firings ", totals.firings, ", on arrival ", totals.on_arrival, ", of closed windows ",
          totals.closed);
  CHECK(totals.differences == 0);
  // Streams in which nothing happens prove nothing.
  CHECK(totals.firings >= totals.streams);
  CHECK(totals.on_arrival >= totals.streams / 2);
  CHECK(totals.closed >= totals.streams / 4);
}

std::vector<std::string> texts_of(const std::vector<Fired>& fired) {
  std::vector<std::string> texts;
  for (const Fired& one : fired) texts.push_back(to_text(one.firing));
  return texts;
}

std::vector<Fired> run_all(CorrelatorRun& run, const Stream& stream) {
  for (const Stream::Arrival& arrival : stream.arrivals) {
    run.arrive(arrival.event);
    if (arrival.ends_batch) run.end_batch();
  }
  run.close();
  return run.fired();
}

}  // namespace

TEST_CASE("correlations: timelines counted out by hand") {
  for (const Timeline& timeline : correlation_timelines()) {
    for (const Batches batches : {Batches::single, Batches::one}) {
      Random random(1);
      const Stream stream = stream_of(timeline.rules, read_events(timeline.events), nanoseconds(timeline.lateness), batches, random);
      INFO(timeline.name, "\n", to_text(stream));
      CHECK(difference(stream) == "");
    }
  }
}

TEST_CASE("random correlations: events in order") {
  ComparisonTotals totals;
  for (uint64_t seed = first_seed(); totals.streams < wanted_streams(); ++seed) {
    Random random(seed);
    const GeneratedCorrelations made = generate_correlations(random, {});
    const int64_t lateness = random.chance(50) ? 0 : some_lateness(made, random);
    compare(stream_of(made.rules, made.events, lateness, some_batches(random), random), seed, totals);
  }
  report(totals);
}

TEST_CASE("random correlations: events in any order within the lateness") {
  ComparisonTotals totals;
  for (uint64_t seed = first_seed(); totals.streams < wanted_streams(); ++seed) {
    Random random(seed);
    const GeneratedCorrelations made = generate_correlations(random, {});
    const int64_t lateness = some_lateness(made, random);
    compare(stream_of(made.rules, delayed(made.events, lateness, random), lateness, some_batches(random), random), seed, totals);
  }
  report(totals);
}

TEST_CASE("random correlations: sums that more events may lower") {
  ComparisonTotals totals;
  for (uint64_t seed = first_seed(); totals.streams < wanted_streams() / 4; ++seed) {
    Random random(seed);
    CorrelationWishes wishes;
    wishes.negative_sums = true;
    const GeneratedCorrelations made = generate_correlations(random, wishes);
    const int64_t lateness = some_lateness(made, random);
    compare(stream_of(made.rules, delayed(made.events, lateness, random), lateness, some_batches(random), random), seed, totals);
  }
  report(totals);
}

TEST_CASE("random correlations: what fires does not depend on how shards are worked on, evictions included") {
  uint64_t evicted = 0, firings = 0;
  uint64_t seed = first_seed();
  for (const uint64_t end = seed + wanted_streams() / 10; seed < end; ++seed) {
    Random random(seed);
    CorrelationWishes wishes;
    wishes.most_events = 400;
    wishes.keys = 12;
    const GeneratedCorrelations made = generate_correlations(random, wishes);
    const int64_t lateness = some_lateness(made, random);
    const Stream stream = stream_of(made.rules, delayed(made.events, lateness, random), lateness, Batches::any, random);
    INFO("SIGRUN_DIFFERENTIAL_SEED=", seed, "\n", made.rules);
    const sigma::RuleSet rules = correlation_rules(stream.rules);
    CorrelatorRun::Settings settings;
    settings.lateness = lateness;
    settings.options.state_bytes = random.pick(std::vector<size_t>{1, 20'000, 100'000, 1'000'000});
    settings.options.rule_bytes = random.pick(std::vector<size_t>{1, 10'000, 100'000, 1'000'000});
    settings.options.evidence_bytes = random.pick(std::vector<size_t>{1, 100'000, 1'000'000});
    CorrelatorRun one_by_one(rules, settings);
    const std::vector<std::string> expected = texts_of(run_all(one_by_one, stream));
    firings += expected.size();
    evicted += one_by_one.counters().evicted;
    for (const ForEach& for_each : {ForEach(backwards), ForEach(in_threads)}) {
      settings.for_each = for_each;
      CorrelatorRun other(rules, settings);
      REQUIRE(texts_of(run_all(other, stream)) == expected);
      REQUIRE(other.counters() == one_by_one.counters());
    }
  }
  MESSAGE("firings ", firings, ", evicted groups ", evicted);
  CHECK(firings > 0);
  CHECK(evicted > 0);
}

TEST_CASE("random correlations: a closed Correlator begins anew") {
  uint64_t firings = 0;
  uint64_t seed = first_seed();
  for (const uint64_t end = seed + wanted_streams() / 10; seed < end; ++seed) {
    Random random(seed);
    const GeneratedCorrelations made = generate_correlations(random, {});
    const Stream stream = stream_of(made.rules, delayed(made.events, 1'000'000'000, random), 1'000'000'000, Batches::any, random);
    INFO("SIGRUN_DIFFERENTIAL_SEED=", seed, "\n", to_text(stream));
    const sigma::RuleSet rules = correlation_rules(stream.rules);
    CorrelatorRun::Settings settings;
    settings.lateness = stream.lateness;
    CorrelatorRun run(rules, settings);
    const std::vector<std::string> first = texts_of(run_all(run, stream));
    run.forget();
    REQUIRE(texts_of(run_all(run, stream)) == first);
    firings += first.size();
  }
  CHECK(firings > 0);
}

}  // namespace sigrun::differential
