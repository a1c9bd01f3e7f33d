// `sigrun test`: runs the tests that rules carry. All rules are loaded and events find them as in a scan; a
// test asks only whether its own rule fires. Results are data: they go to standard output.
#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/junit.h"
#include "cli/load_messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/regression.h"
#include "cli/rule_test.h"
#include "cli/terminal.h"
#include "scan.h"

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

// What one piece of input did to the rule under test.
struct Observation {
  size_t alerts = 0;
  std::string other_rules;  // titles of others that fired: helps to see what is going on
  std::string problem;      // the events could not be read
  uint64_t events = 0, unrecognised = 0;
};

bool same_rule(const RuleInfo& a, const RuleInfo& b) {
  return &a == &b || (a.file == b.file && a.line == b.line);
}

Observation observe(const Engine& engine, const RuleInfo& rule, const std::string* text,
                    const std::string& path) {
  Observation seen;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) {
    if (alert.kind == AlertKind::health) {
      if (same_rule(*alert.rule, rule) && seen.problem.empty()) seen.problem = alert.message;
    } else if (same_rule(*alert.rule, rule))
      ++seen.alerts;
    else if (seen.other_rules.size() < 200 && seen.other_rules.find(alert.rule->title) == std::string::npos)
      seen.other_rules += (seen.other_rules.empty() ? "" : ", ") + alert.rule->title;
  };
  observer.rejected = [&](const std::string&, const Rejection& rejection) {
    if (seen.problem.empty())
      seen.problem = fmt::format("an event was rejected: {} (line {})", rejection.reason, rejection.line);
  };
  observer.input_error = [&](const std::string&, const std::string& message) { seen.problem = message; };
  ScanOptions options;
  options.threads = 1;
  const ScanResult result =
      text ? scan_text(engine, *text, "test", options, observer) : scan(engine, {path}, options, observer);
  seen.events = result.counters.in;
  seen.unrecognised = result.counters.unrecognised;
  if (seen.events == 0 && seen.problem.empty())
    seen.problem = text ? "the text holds no event" : path + ": holds no event";
  return seen;
}

bool is_muted(const LoadReport& report, const RuleInfo& rule) {
  return std::any_of(report.muted_places.begin(), report.muted_places.end(), [&](const auto& place) {
    return place.first == rule.file && place.second.line == rule.line;
  });
}

std::string describe_miss(const Observation& seen, size_t expected, bool muted) {
  if (muted)
    return "no match: a correlation refers to this rule, which silences it; write `generate: true` into the "
           "correlation, or test the rule without it";
  std::string text = seen.alerts == 0 ? "no match" : fmt::format("{} of {} matches", seen.alerts, expected);
  if (seen.unrecognised > 0) text += "; no log source table recognised the event";
  if (!seen.other_rules.empty()) text += "; fired instead: " + seen.other_rules;
  return text;
}

TestResult run_test(const Engine& engine, const RuleInfo& rule, const RuleTest& test, bool muted) {
  TestResult result;
  result.rule_title = rule.title;
  result.rule_file = rule.file;
  result.file = test.file;
  result.line = test.mark.line;
  result.name = test.name;
  const auto started = std::chrono::steady_clock::now();
  const size_t pieces = test.events_file.empty() ? test.events.size() : 1;
  Observation all;
  std::string first_match;
  for (size_t i = 0; i < pieces; ++i) {
    const std::string* text = test.events_file.empty() ? &test.events[i] : nullptr;
    const Observation seen = observe(engine, rule, text, test.events_file);
    if (!seen.problem.empty()) {
      result.outcome = TestResult::Outcome::error;
      result.got = pieces > 1 ? fmt::format("event {}: {}", i + 1, seen.problem) : seen.problem;
      break;
    }
    if (seen.alerts > 0 && first_match.empty()) first_match = text ? *text : test.events_file;
    all.alerts += seen.alerts;
    all.unrecognised += seen.unrecognised;
    if (all.other_rules.empty()) all.other_rules = seen.other_rules;
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (result.outcome == TestResult::Outcome::error) return result;
  if (test.expect_match ? all.alerts >= test.at_least : all.alerts == 0) return result;
  result.outcome = TestResult::Outcome::failed;
  result.expected = !test.expect_match  ? "no match"
                    : test.at_least > 1 ? fmt::format("{} matches", test.at_least)
                                        : "match";
  result.got = test.expect_match ? describe_miss(all, test.at_least, muted) : "match";
  result.event = !first_match.empty()        ? first_match
                 : !test.events_file.empty() ? test.events_file
                                             : test.events.front();
  return result;
}

std::string format_result(const TestResult& result) {
  const std::string place = fmt::format("{}:{}: ", printable(result.file), result.line);
  const std::string what = fmt::format("{} ({})\n", printable(result.name), printable(result.rule_title));
  switch (result.outcome) {
    case TestResult::Outcome::passed: return place + "passed: " + what;
    case TestResult::Outcome::error: return place + "error: " + what + "    " + printable(result.got) + "\n";
    case TestResult::Outcome::failed: break;
  }
  std::string event = printable(std::string_view(result.event).substr(0, shown_event_bytes));
  if (result.event.size() > shown_event_bytes) event += "…";
  return place + "failed: " + what +
         fmt::format("    expected: {}\n    got:      {}\n    event:    {}\n", result.expected,
                     printable(result.got), event);
}

std::string format_totals(const Totals& totals) {
  return fmt::format("{} passed, {} failed, {}; {} tested, {} untested\n", group_digits(totals.passed),
                     group_digits(totals.failed), counted(totals.errors, "error"),
                     counted(totals.tested_rules, "rule"), group_digits(totals.untested.size()));
}

// Reads the tests of one rule; what is malformed becomes a result of its own.
std::vector<RuleTest> tests_of_rule(const Engine& engine, size_t index, std::vector<TestResult>& malformed) {
  const RuleInfo& rule = *engine.rules()[index];
  DiagnosticSink sink(rule.file);
  std::vector<RuleTest> tests = read_rule_tests(engine.rule_tests(index), rule.file, sink);
  if (const std::string& path = engine.regression_tests_path(index); !path.empty()) {
    for (RuleTest& test : read_regression_tests(rule.file, rule.line, path, engine.limits(), sink))
      tests.push_back(std::move(test));
  }
  for (Diagnostic& diagnostic : sink.take()) {
    malformed.push_back({rule.title,
                         rule.file,
                         diagnostic.file,
                         diagnostic.mark.line,
                         "malformed test",
                         TestResult::Outcome::error,
                         {},
                         diagnostic.message,
                         {},
                         0});
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
  for (size_t i = 0; i < engine.rules().size() && !output.failed(); ++i) {
    const RuleInfo& rule = *engine.rules()[i];
    std::vector<TestResult> malformed;
    const std::vector<RuleTest> tests = tests_of_rule(engine, i, malformed);
    if (tests.empty() && malformed.empty()) {
      totals.untested.push_back(
          fmt::format("{}:{}: untested: {}", printable(rule.file), rule.line, printable(rule.title)));
      continue;
    }
    ++totals.tested_rules;
    for (TestResult& result : malformed) record(std::move(result));
    for (const RuleTest& test : tests) record(run_test(engine, rule, test, is_muted(report, rule)));
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
  const auto configuration = configure(arguments.rules, "sigrun test");
  if (!configuration || !names_rules(configuration->load, "sigrun test")) return exit_usage;
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
      "`events:` takes a list, `file:` a path relative to the rule. SigmaHQ's regression_tests_path works as "
      "well.\n"
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
