// Random rules against random events: the engine and the naive evaluator give the same answer to every pair.
//
// SIGRUN_DIFFERENTIAL_PAIRS=N  how many pairs (default 60,000)
// SIGRUN_DIFFERENTIAL_SEED=N   another sequence of rules and events
#include <doctest/doctest.h>

#include <iostream>
#include <set>

#include "differential/comparison.h"
#include "differential/generator.h"

namespace sigrun::differential {
namespace {

constexpr size_t rules_per_batch = 24, events_per_batch = 60, shown_differences = 10;

naive::Placeholders placeholders() {
  naive::Placeholders values;
  for (const auto& [name, list] : sample_placeholders()) values[name] = list;
  return values;
}

struct Totals {
  uint64_t rules = 0, refused = 0, pairs = 0, matches = 0, differences = 0;
};

void report(uint64_t seed, const Disagreement& difference, const std::string& yaml, const JsonTree& event) {
  std::string text = event.to_text();
  auto said = [](bool refused, bool match) { return refused ? "refused" : match ? "match" : "no match"; };
  std::cerr << "\nDIFFERENCE, SIGRUN_DIFFERENTIAL_SEED=" << seed << ", engine: " << said(difference.engine_refused, difference.engine)
            << ", naive: " << said(difference.naive_refused, difference.naive) << "\n"
            << yaml << text << "\nminimised: " << minimised(yaml, text, &event, placeholders());
}

void run_batch(uint64_t seed, Totals& totals) {
  Random random(seed);
  Comparison comparison;
  std::vector<GeneratedRule> rules;
  for (size_t i = 0; i < rules_per_batch; ++i) {
    GeneratedRule rule = generate_rule(random, i);
    std::string why;
    Comparison::Loaded loaded = comparison.add(rule.yaml, placeholders(), &why);
    ++totals.rules;
    if (loaded == Comparison::Loaded::both) {
      rules.push_back(std::move(rule));
      continue;
    }
    ++totals.refused;
    if (loaded == Comparison::Loaded::neither) continue;
    if (++totals.differences <= shown_differences)
      std::cerr << "\nDIFFERENCE, SIGRUN_DIFFERENTIAL_SEED=" << seed << ": only one side loads\n" << rule.yaml << why;
  }
  comparison.prepare();
  for (size_t i = 0; i < events_per_batch && !rules.empty(); ++i) {
    JsonTree event = generate_event(rules[i % rules.size()], random);
    for (const Disagreement& difference : comparison.compare(event.to_text()))
      if (++totals.differences <= shown_differences) report(seed, difference, comparison.text(difference.rule), event);
  }
  totals.pairs += comparison.pairs();
  totals.matches += comparison.matches();
}

}  // namespace

TEST_CASE("random rules and events: the engine agrees with the naive evaluator") {
  uint64_t wanted = environment_number("SIGRUN_DIFFERENTIAL_PAIRS", 60'000);
  uint64_t seed = environment_number("SIGRUN_DIFFERENTIAL_SEED", 20'261'123);
  Totals totals;
  // Each batch has a seed of its own: a difference is found again without what came before it.
  for (; totals.pairs < wanted; ++seed) run_batch(seed, totals);
  INFO("pairs ", totals.pairs, ", matches ", totals.matches, ", rules ", totals.rules, ", refused ", totals.refused);
  MESSAGE("pairs ", totals.pairs, ", matches ", totals.matches, ", rules ", totals.rules, ", refused ", totals.refused);
  CHECK(totals.differences == 0);
  // A comparison of misses proves nothing.
  CHECK(totals.matches * 10 >= totals.pairs);
  CHECK(totals.refused * 20 <= totals.rules);
}

}  // namespace sigrun::differential
