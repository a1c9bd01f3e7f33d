// SigmaHQ's way of testing a rule: `regression_tests_path: regression_data/…/info.yml`, a file that names
// recorded events and how many of them match. Paths in both are relative to the root of the rule repository,
// which is looked for from the rule upwards. Recordings are .evtx with the same events as .json beside them;
// the .json is read.
#pragma once

#include <string>
#include <vector>

#include "cli/rule_test.h"
#include "support/limits.h"

namespace sigrun::cli {

// `sink` reports for the rule file: what is wrong with info.yml is an error there as well.
std::vector<RuleTest> read_regression_tests(const std::string& rule_file, uint32_t rule_line,
                                            const std::string& regression_tests_path, const Limits& limits,
                                            DiagnosticSink& sink);

}  // namespace sigrun::cli
