// Runs one test of a rule through the engine and says how it went.
//
// Only alerts of the rule under test count; what else fired is told where the test fails. The engine should be loaded without
// muting (LoadOptions::muting), so that rules that correlations refer to can be tested. Threads: as for Engine.
#pragma once

#include "cli/junit.h"
#include "cli/rule_test.h"
#include "engine.h"

namespace sigrun::cli {

TestResult run_test(const Engine& engine, const RuleInfo& rule, const RuleTest& test);

}  // namespace sigrun::cli
