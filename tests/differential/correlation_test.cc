// The Correlator against the naive correlator, on timelines counted out by hand and on random streams.
//
// SIGRUN_DIFFERENTIAL_STREAMS=N  how many random streams of each kind (default 1,000)
// SIGRUN_DIFFERENTIAL_SEED=N     another sequence of them
#include <doctest/doctest.h>
#include <fmt/format.h>

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

Stream stream_of(const std::string& rules, const std::vector<naive::RuleEvent>& events, int64_t lateness,
                 Batches batches, Random& random) {
  Stream stream{rules, {}, lateness};
  const size_t size = random.pick(std::vector<size_t>{2, 5, 20});
  for (const naive::RuleEvent& event : events)
    stream.arrivals.push_back(
        {event, batches == Batches::single || (batches == Batches::any && random.below(size) == 0)});
  return stream;
}

int64_t some_lateness(const GeneratedCorrelations& made, Random& random) {
  const int64_t timespan = made.longest_timespan;
  return random.pick(std::vector<int64_t>{1, timespan / 4, timespan / 2, timespan, timespan + 1, 2 * timespan,
                                          5 * timespan});
}

Batches some_batches(Random& random) {
  return random.pick(std::vector<Batches>{Batches::single, Batches::any, Batches::any, Batches::one});
}

void compare(const Stream& stream, uint64_t seed, ComparisonTotals& totals,
             const CorrelatorRun::Settings& settings = {}) {
  const uint64_t before = totals.differences;
  difference(stream, settings, &totals);
  if (totals.differences == before || totals.differences > shown_differences) return;
  const Stream small = minimised(stream, settings);
  std::cerr << "\nDIFFERENCE, SIGRUN_DIFFERENTIAL_SEED=" << seed << "\n"
            << difference(small, settings) << to_text(small);
}

void report(const ComparisonTotals& totals) {
  MESSAGE("streams ", totals.streams, ", events ", totals.events, ", firings ", totals.firings,
          ", on arrival ", totals.on_arrival, ", of closed windows ", totals.closed);
  CHECK(totals.differences == 0);
  // Streams in which nothing happens prove nothing.
  CHECK(totals.firings >= totals.streams);
  CHECK(totals.on_arrival >= totals.streams / 2);
  CHECK(totals.closed >= totals.streams / 4);
}

std::vector<std::string> texts_of(const std::vector<Fired>& fired, bool evidence = true) {
  std::vector<std::string> texts;
  for (const Fired& one : fired) texts.push_back(to_text(one.firing, evidence));
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
      const Stream stream = stream_of(timeline.rules, read_events(timeline.events),
                                      nanoseconds(timeline.lateness), batches, random);
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
    compare(
        stream_of(made.rules, delayed(made.events, lateness, random), lateness, some_batches(random), random),
        seed, totals);
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
    compare(
        stream_of(made.rules, delayed(made.events, lateness, random), lateness, some_batches(random), random),
        seed, totals);
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
    const Stream stream =
        stream_of(made.rules, delayed(made.events, lateness, random), lateness, Batches::any, random);
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

TEST_CASE("correlations: a full log tells of the alerts that wait before it lets go of their windows") {
  // The alert of 11.6 waits for the watermark, because the one of 2 is too near; the log has room for seven.
  std::string events = "0 a\n1 a\n2 a\n11.5 a\n11.6 a\n";
  for (int i = 0; i < 20; ++i) events += "11.7 a\n";
  Random random(1);
  const Stream stream = stream_of("n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}\n",
                                  read_events(events), 30'000'000'000, Batches::single, random);
  CorrelatorRun::Settings settings;
  settings.limits.correlation_log_entries = 4;
  CHECK(difference(stream, settings) == "");
}

TEST_CASE("random correlations: full logs, events in order") {
  ComparisonTotals totals;
  for (uint64_t seed = first_seed(); totals.streams < wanted_streams() / 2; ++seed) {
    Random random(seed);
    CorrelationWishes wishes;
    wishes.only_counts = true;
    wishes.chains = false;  // their events may come late, which is what a full log cannot do with
    const GeneratedCorrelations made = generate_correlations(random, wishes);
    const int64_t lateness = random.chance(50) ? 0 : some_lateness(made, random);
    CorrelatorRun::Settings settings;
    settings.limits.correlation_log_entries = random.between(2, 6);
    compare(stream_of(made.rules, made.events, lateness, some_batches(random), random), seed, totals,
            settings);
  }
  report(totals);
}

TEST_CASE("random correlations: hundreds of events and values in a window") {
  ComparisonTotals totals;
  for (uint64_t seed = first_seed(); totals.streams < wanted_streams() / 50; ++seed) {
    Random random(seed);
    CorrelationWishes wishes;
    wishes.dense = true;
    wishes.chains = false;
    wishes.most_events = 700;
    wishes.keys = 1;
    const GeneratedCorrelations made = generate_correlations(random, wishes);
    const int64_t lateness = random.chance(50) ? 0 : some_lateness(made, random) / 4;
    const std::vector<naive::RuleEvent> events =
        lateness == 0 ? made.events : delayed(made.events, lateness, random);
    CorrelatorRun::Settings settings;
    if (lateness == 0 && random.chance(50)) settings.limits.correlation_log_entries = random.between(20, 100);
    compare(stream_of(made.rules, events, lateness, some_batches(random), random), seed, totals, settings);
  }
  MESSAGE("streams ", totals.streams, ", events ", totals.events, ", firings ", totals.firings);
  CHECK(totals.differences == 0);
  CHECK(totals.firings >= totals.streams);
}

TEST_CASE("random correlations: full logs, events in any order: what is let go of is counted") {
  uint64_t settled_early = 0;
  uint64_t seed = first_seed();
  for (const uint64_t end = seed + wanted_streams(); seed < end; ++seed) {
    Random random(seed);
    CorrelationWishes wishes;
    wishes.chains = false;
    const GeneratedCorrelations made = generate_correlations(random, wishes);
    const int64_t lateness = some_lateness(made, random);
    const Stream stream =
        stream_of(made.rules, delayed(made.events, lateness, random), lateness, Batches::any, random);
    INFO("SIGRUN_DIFFERENTIAL_SEED=", seed, "\n", to_text(stream));
    const sigma::RuleSet rules = correlation_rules(stream.rules);
    const naive::NaiveCorrelator naive(rules);
    CorrelatorRun::Settings settings;
    settings.lateness = lateness;
    settings.limits.correlation_log_entries = random.between(1, 6);
    CorrelatorRun run(rules, settings);
    run_all(run, stream);
    naive::Outcomes outcomes;
    for (size_t i = 0; i < naive.correlations(); ++i) naive.groups(i, made.events, {}, &outcomes);
    REQUIRE(run.counters().occurrences + run.counters().late == outcomes.entered);
    settled_early += run.counters().settled_early;
  }
  CHECK(settled_early > 0);
}

TEST_CASE("random correlations: a state saved while the stream goes on is that of the moment") {
  uint64_t firings = 0;
  uint64_t seed = first_seed();
  for (const uint64_t end = seed + wanted_streams(); seed < end; ++seed) {
    Random random(seed);
    CorrelationWishes wishes;
    wishes.dense = random.chance(5);
    wishes.most_events = wishes.dense ? 700 : 60;
    const GeneratedCorrelations made = generate_correlations(random, wishes);
    const int64_t lateness = some_lateness(made, random);
    Stream stream =
        stream_of(made.rules, delayed(made.events, lateness, random), lateness, Batches::any, random);
    INFO("SIGRUN_DIFFERENTIAL_SEED=", seed, "\n", to_text(stream));
    const sigma::RuleSet rules = correlation_rules(stream.rules);
    CorrelatorRun::Settings settings;
    settings.lateness = lateness;
    if (random.chance(50)) settings.limits.correlation_log_entries = random.between(4, 8);
    const size_t moment = random.below(stream.arrivals.size());
    stream.arrivals[moment].ends_batch = true;
    CorrelatorRun undisturbed(rules, settings), restored(rules, settings);
    size_t before = 0;
    for (size_t i = 0; i < stream.arrivals.size(); ++i) {
      undisturbed.arrive(stream.arrivals[i].event);
      if (stream.arrivals[i].ends_batch) undisturbed.end_batch();
      if (i != moment) continue;
      before = undisturbed.fired().size();
      undisturbed.begin_save();
    }
    const std::vector<std::string> sections = undisturbed.saved();
    undisturbed.close();
    REQUIRE(restored.restore(sections, undisturbed));
    for (size_t i = moment + 1; i < stream.arrivals.size(); ++i) {
      restored.arrive(stream.arrivals[i].event);
      if (stream.arrivals[i].ends_batch) restored.end_batch();
    }
    restored.close();
    std::vector<std::string> expected = texts_of(undisturbed.fired(), false);
    expected.erase(expected.begin(), expected.begin() + static_cast<ptrdiff_t>(before));
    const std::vector<std::string> fired = texts_of(restored.fired(), false);
    REQUIRE(fmt::format("{}", fmt::join(fired, "\n")) == fmt::format("{}", fmt::join(expected, "\n")));
    firings += expected.size();
  }
  CHECK(firings > 0);
}

TEST_CASE("random correlations: a closed Correlator begins anew") {
  uint64_t firings = 0;
  uint64_t seed = first_seed();
  for (const uint64_t end = seed + wanted_streams() / 10; seed < end; ++seed) {
    Random random(seed);
    const GeneratedCorrelations made = generate_correlations(random, {});
    const Stream stream = stream_of(made.rules, delayed(made.events, 1'000'000'000, random), 1'000'000'000,
                                    Batches::any, random);
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
