// `sigrun test`: runs the tests that rules carry. All rules are loaded and events find them as in a scan; a
// test asks only whether its own rule fires. Results are data: they go to standard output.
#include <algorithm>
#include <memory>
#include <tuple>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/junit.h"
#include "cli/load_messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/regression.h"
#include "cli/rule_test.h"
#include "cli/run_test.h"
#include "cli/terminal.h"
#include "engine.h"

namespace sigrun::cli {
namespace {

constexpr size_t shown_event_bytes = 4000;

struct TestArguments {
  RuleOptions rules;
  std::string junit;
  bool verbose = false;
};

struct Totals {
  size_t passed = 0, failed = 0, errors = 0, tested_rules = 0;
  std::vector<std::string> untested;
};

std::string format_result(const TestResult& result) {
  const std::string column = result.column > 0 ? fmt::format(":{}", result.column) : std::string();
  const std::string place = fmt::format("{}:{}{}: ", printable(result.file), result.line, column);
  const std::string what = fmt::format("{} ({})\n", printable(result.name), printable(result.rule_title));
  switch (result.outcome) {
    case TestResult::Outcome::passed: return place + "passed: " + what;
    case TestResult::Outcome::error: return place + "error: " + what + "    " + printable(result.got) + "\n";
    case TestResult::Outcome::failed: break;
  }
  std::string event = printable(std::string_view(result.event).substr(0, shown_event_bytes));
  if (result.event.size() > shown_event_bytes) event += "…";
  return place + "failed: " + what +
         fmt::format("    expected: {}\n    got:      {}\n    event:    {}\n", printable(result.expected),
                     printable(result.got), event);
}

std::string format_totals(const Totals& totals) {
  return fmt::format("{} passed, {} failed, {}; {} tested, {} untested\n", group_digits(totals.passed),
                     group_digits(totals.failed), counted(totals.errors, "error"),
                     counted(totals.tested_rules, "rule"), group_digits(totals.untested.size()));
}

// A rule or correlation, and its tests as they are written.
struct Subject {
  const RuleInfo* rule = nullptr;
  const sigma::YamlNode* tests = nullptr;
  std::string regression_tests_path;
  TestedRule scope;
};

// In the order of files and lines: a correlation mostly stands in one file with its rules.
std::vector<Subject> subjects_of(const Engine& engine) {
  std::vector<Subject> subjects;
  for (size_t i = 0; i < engine.rules().size(); ++i) {
    const RuleInfo& rule = *engine.rules()[i];
    subjects.push_back(
        {&rule, &engine.rule_tests(i), engine.regression_tests_path(i), {rule.file, false, {}}});
  }
  for (size_t i = 0; i < engine.correlation_rules().size(); ++i) {
    const CorrelationInfo& correlation = engine.correlation_rules()[i];
    const RuleInfo& rule = *correlation.rule;
    subjects.push_back({&rule, &engine.correlation_tests(i), {}, {rule.file, true, correlation.group_by}});
  }
  std::stable_sort(subjects.begin(), subjects.end(), [](const Subject& a, const Subject& b) {
    return std::tie(a.rule->file, a.rule->line) < std::tie(b.rule->file, b.rule->line);
  });
  return subjects;
}

// Reads the tests of one rule; what is malformed becomes a result of its own.
std::vector<RuleTest> tests_of(const Subject& subject, const Limits& limits,
                               std::vector<TestResult>& malformed) {
  const RuleInfo& rule = *subject.rule;
  DiagnosticSink sink(rule.file);
  std::vector<RuleTest> tests = read_rule_tests(*subject.tests, subject.scope, sink);
  if (const std::string& path = subject.regression_tests_path; !path.empty()) {
    for (RuleTest& test : read_regression_tests(rule.file, rule.line, path, limits, sink))
      tests.push_back(std::move(test));
  }
  for (Diagnostic& diagnostic : sink.take()) {
    TestResult& result = malformed.emplace_back();
    result.rule_title = rule.title;
    result.rule_file = rule.file;
    result.file = diagnostic.file;
    result.line = diagnostic.mark.line;
    result.column = diagnostic.mark.column;
    result.name = "malformed test";
    result.outcome = TestResult::Outcome::error;
    result.got = diagnostic.message;
  }
  return tests;
}

TestResult load_error(std::string title, const std::string& file, uint32_t line, const std::string& message) {
  TestResult result;
  result.rule_title = title.empty() ? file : std::move(title);
  result.rule_file = result.file = file;
  result.line = line;
  result.name = "loads";
  result.outcome = TestResult::Outcome::error;
  result.got = message;
  return result;
}

// Rules that could not be loaded have no results of their own: a report without them would look green.
std::vector<TestResult> load_errors(const LoadReport& report) {
  std::vector<TestResult> results;
  if (!report.fatal.empty()) results.push_back(load_error({}, "sigrun test", 0, report.fatal));
  for (const RefusedRule& rule : report.refused_rules)
    results.push_back(load_error(rule.title, rule.file, rule.mark.line, rule.errors));
  return results;
}

bool write_junit(const std::string& path, const std::vector<TestResult>& results) {
  Output file;
  if (path.empty() || (file.open(path) && (file.write(format_junit(results)), file.close()))) return true;
  say("sigrun test: " + printable(file.error()));
  return false;
}

int run_tests(const Engine& engine, const LoadReport& report, const TestArguments& arguments) {
  Output output;
  Totals totals;
  std::vector<TestResult> results = load_errors(report);
  const auto record = [&](TestResult result) {
    switch (result.outcome) {
      case TestResult::Outcome::passed: ++totals.passed; break;
      case TestResult::Outcome::failed: ++totals.failed; break;
      case TestResult::Outcome::error: ++totals.errors; break;
    }
    if (arguments.verbose || result.outcome != TestResult::Outcome::passed)
      output.write(format_result(result));
    results.push_back(std::move(result));
  };
  for (const Subject& subject : subjects_of(engine)) {
    if (output.failed()) break;
    const RuleInfo& rule = *subject.rule;
    std::vector<TestResult> malformed;
    const std::vector<RuleTest> tests = tests_of(subject, engine.limits(), malformed);
    if (tests.empty() && malformed.empty()) {
      totals.untested.push_back(
          fmt::format("{}:{}: untested: {}", printable(rule.file), rule.line, printable(rule.title)));
      continue;
    }
    ++totals.tested_rules;
    for (TestResult& result : malformed) record(std::move(result));
    for (const RuleTest& test : tests) record(run_test(engine, rule, test));
  }
  if (arguments.verbose) {
    for (const std::string& line : totals.untested) output.write(line + "\n");
  }
  output.write(format_totals(totals));
  if (!output.close() && !output.broken_pipe()) {
    say("sigrun test: " + printable(output.error()));
    return exit_usage;
  }
  if (!write_junit(arguments.junit, results)) return exit_usage;
  if (report.refused > 0) return exit_rules;
  return totals.failed + totals.errors > 0 ? exit_findings : exit_done;
}

int load_and_test(const TestArguments& arguments) {
  auto configuration = configure(arguments.rules, "sigrun test");
  if (!configuration || !names_rules(configuration->load, "sigrun test")) return exit_usage;
  // A rule that correlations refer to is silent in a scan; its tests ask what it matches.
  configuration->load.muting = false;
  LoadReport report;
  const auto engine = Engine::load(configuration->load, report);
  report_refused(report);
  report_unmatched(report, "sigrun test");
  if (int status = exit_done;
      !has_rules(engine.get(), report, "sigrun test", status, configuration->load.selection))
    return write_junit(arguments.junit, load_errors(report)) ? status : exit_usage;
  return run_tests(*engine, report, arguments);
}

}  // namespace

void add_test_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<TestArguments>();
  auto* command = app.add_subcommand("test", "Run the tests that rules carry");
  add_rule_paths(*command, arguments->rules);
  add_interpretation_options(*command, arguments->rules);
  command->add_option("--junit", arguments->junit, "Write the results as JUnit XML to this file as well")
      ->type_name("FILE");
  command->add_flag("-v,--verbose", arguments->verbose, "List tests that pass and rules without tests too");
  command->footer(
      "A rule's tests stand in the rule:\n"
      "  tests:\n"
      "    - name: fires on an encoded command\n"
      "      expect: match                       # or: no match\n"
      "      event: {Image: 'C:\\x\\powershell.exe', CommandLine: powershell -enc SQBFAFgA}\n"
      "`events:` takes a list, `file:` a path relative to the rule, `timeline:` events with times, for\n"
      "correlations. SigmaHQ's regression_tests_path works as well.\n"
      "\n"
      "Examples:\n"
      "  sigrun test rules/\n"
      "  sigrun test --junit results.xml rules/windows rules/linux\n"
      "\n"
      "Exit status: 0 all passed; 1 a test failed or is malformed; 2 a rule could not be loaded;\n"
      "3 usage or configuration.");
  command->callback([arguments, &exit_code] { exit_code = load_and_test(*arguments); });
}

}  // namespace sigrun::cli
