// What a rule cost: how often it was tried, how often it fired, and how long that took.
//
// A rule is tried on an event when the search for candidates could not rule it out. A test that several rules
// share is computed once for each event and charged to the rule that asks first. Work that is done for all
// rules at once (reading events, routing, searching values for the literals of all rules) is nobody's. Time
// is what passed, not what the processor spent: on a busy machine it has gaps in it. It is an estimate: what
// is tried often is measured on some events only. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sigrun {

struct RuleCost {
  uint64_t candidates = 0;  // tried on so many events, for each way that their log source spells its fields
  uint64_t hits = 0;        // events that it fired on
  uint64_t nanoseconds = 0;
  uint64_t over_budget = 0;  // evaluations that were stopped (Limits::rule_budget_microseconds)
};

struct RuleCosts {
  uint64_t nanoseconds = 0;     // of all threads, from a framed event to its alerts, shared work included
  std::vector<RuleCost> rules;  // by rule; empty: nothing was measured

  void add(const std::vector<RuleCost>& more) {
    if (rules.size() < more.size()) rules.resize(more.size());
    for (size_t i = 0; i < more.size(); ++i) {
      rules[i].candidates += more[i].candidates;
      rules[i].hits += more[i].hits;
      rules[i].nanoseconds += more[i].nanoseconds;
      rules[i].over_budget += more[i].over_budget;
    }
  }
};

}  // namespace sigrun
