// The tests that a rule carries: what they say, as plain values.
//
//   tests:
//     - name: fires on …
//       expect: match            # or: no match
//       event: {Image: …}        # or a string of JSON; or `events:` with a list of them; or `file:`, relative to the rule
//
// Reading only; test_rules.cc runs them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::cli {

struct RuleTest {
  std::string name;
  std::string file;  // where the test is written, with `mark`
  Mark mark;
  bool expect_match = true;
  size_t at_least = 1;              // alerts, when a match is expected
  std::vector<std::string> events;  // JSON texts, run one by one
  std::string events_file;          // or a file of events
};

// The `tests:` block of a rule in `rule_file`. Malformed tests become errors in `sink`; the others are
// returned.
std::vector<RuleTest> read_rule_tests(const sigma::YamlNode& tests, const std::string& rule_file,
                                      DiagnosticSink& sink);

// A YAML value as JSON on one line: numbers as written, quoted text stays text, maps keep their order.
void append_json(const sigma::YamlNode& node, std::string& out);

}  // namespace sigrun::cli
