// What a command says about loading its rules, and which status follows from it.
#pragma once

#include <string>

#include "engine.h"

namespace sigrun::cli {

// Lists refused rules on standard error: the first 20, then how many more there are.
void report_refused(const LoadReport& report);

// Are there rules to load? False after saying that there are not.
bool names_rules(const LoadOptions& options, const std::string& command);

// Warns of each value of `select` and `exclude` that matched no rule.
void report_unmatched(const LoadReport& report, const std::string& command);

// Is there anything to run? False, after saying why, with the status in `status`: exit_rules if rules were
// refused until none was left, else exit_usage. `selection`: what may have left out the rules.
bool has_rules(const Engine* engine, const LoadReport& report, const std::string& command, int& status,
               const RuleSelection& selection = {});

}  // namespace sigrun::cli
