// What a command says about loading its rules, and which status follows from it.
#pragma once

#include <string>

#include "engine.h"

namespace sigrun::cli {

// Lists refused rules on standard error: the first 20, then how many more there are.
void report_refused(const LoadReport& report);

// The status when there is no engine: exit_rules if rules were refused until none was left, else exit_usage.
int status_without_engine(const LoadReport& report);

}  // namespace sigrun::cli
