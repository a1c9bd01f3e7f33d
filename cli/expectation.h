// What a rule's test expects of its alerts, and whether those that came are it.
//
//   expect: match                                           # at least one
//   expect: no match
//   expect: {alerts: 1, group: {User: alice}, at: +9s}      # just these; or a list of such
//
// Plain values and pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::cli {

using GroupValues = std::vector<std::pair<std::string, std::string>>;  // field and value

// Some of the alerts: what is not said is not asked.
struct ExpectedAlerts {
  Mark mark;
  uint64_t alerts = 1;
  GroupValues group;
  std::optional<int64_t> at;
  std::optional<double> value;
  std::optional<uint64_t> events;
};

// An alert of the rule under test.
struct SeenAlert {
  std::optional<int64_t> time;
  GroupValues group;
  double value = 0;
  uint64_t events = 0;
  bool correlation = false;
};

struct Expectation {
  bool match = true;
  uint64_t at_least = 1;  // alerts, when a match is expected
  std::vector<ExpectedAlerts>
      described;  // where there are any: these, as many of each as it says, and no others
};

// What a test may say of its rule's alerts.
struct ExpectationScope {
  bool correlation = false;           // of other rules only `alerts` and `at` can be told
  std::vector<std::string> group_by;  // of the correlation
  std::optional<int64_t> start;       // what `at: +10s` counts from; none: only whole times
};

// Empty after an error in `sink`.
std::optional<Expectation> read_expectation(const sigma::YamlNode& node, const ExpectationScope& scope,
                                            DiagnosticSink& sink);

bool is_met(const Expectation& expectation, std::span<const SeenAlert> seen);

// For people; times from `start`, where it is given.
std::string describe(const Expectation& expectation, std::optional<int64_t> start);
std::string describe(std::span<const SeenAlert> seen, std::optional<int64_t> start);

}  // namespace sigrun::cli
