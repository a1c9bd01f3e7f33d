// The tests that a rule carries: what they say, as plain values.
//
//   tests:
//     - name: fires on …
//       expect: match            # or: no match
//       event: {Image: …}        # or a string of JSON; or `events:` with a list of them; or `file:`, relative to
//                                # the rule; or `timeline:` (timeline.h)
//
// Reading only; test_rules.cc runs them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/expectation.h"
#include "cli/timeline.h"
#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::cli {

struct RuleTest {
  std::string name;
  std::string file;  // where the test is written, with `mark`
  Mark mark;
  Expectation expect;
  std::vector<std::string> events;   // JSON texts, run one by one
  std::string events_file;           // or a file of events
  std::optional<Timeline> timeline;  // or events with times
};

// What the tests of a rule may ask for.
struct TestedRule {
  std::string file;
  bool correlation = false;
  std::vector<std::string> group_by;  // of a correlation
};

// The `tests:` block of a rule. Malformed tests become errors in `sink`; the others are returned.
std::vector<RuleTest> read_rule_tests(const sigma::YamlNode& tests, const TestedRule& rule,
                                      DiagnosticSink& sink);

}  // namespace sigrun::cli
