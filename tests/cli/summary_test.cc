#include "cli/summary.h"

#include <doctest/doctest.h>

#include "cli/progress.h"
#include "cli/terminal.h"

using namespace sigrun;
using namespace sigrun::cli;

TEST_SUITE("cli summary") {
  TEST_CASE("outcomes with their sum, alerts, rules, speed") {
    LoadReport report;
    report.loaded = 3751;
    report.refused = 29;
    ScanResult result;
    result.counters.in = 20000;
    result.counters.processed = 19998;
    result.counters.degraded = 1;
    result.counters.rejected = 1;
    result.counters.bytes = 40'000'000;
    result.counters.alerts_by_level = {0, 0, 0, 30, 4, 1};
    result.inputs = 2;
    CHECK(format_summary(report, result, 0.5) ==
          "events: in 20,000 = processed 19,998 + degraded 1 + rejected 1 + dropped 0\n"
          "alerts: 35 (critical 1, high 4, medium 30)\n"
          "rules:  3,751 loaded, 29 refused\n"
          "input:  2 inputs in 0.50 s, 40,000 events/s, 80.0 MB/s");
  }

  TEST_CASE("alerts that the configuration leaves out") {
    ScanResult result;
    result.counters.in = result.counters.processed = 9;
    result.counters.alerts_by_level = {0, 0, 1, 1'500, 4, 0};
    const std::string text = format_summary({}, result, 1, {1'501, sigma::Level::high});
    CHECK(text.find("alerts: 1,505 (high 4, medium 1,500, low 1); 1,501 below high not written (output: min-level)\n") !=
          std::string::npos);
  }

  TEST_CASE("unrecognised events: count, share, commonest key sets, made printable") {
    ScanResult result;
    result.counters.in = result.counters.processed = 200;
    result.counters.unrecognised = 30;
    result.counters.unrecognised_keys = {{"a, b", 5}, {"x\x1b[0m", 21}, {"c", 3}, {"d", 1}};
    const std::string text = format_summary({}, result, 1);
    CHECK(text.find("unrecognised: 30 of 200 (15.0 %)") != std::string::npos);
    const size_t first = text.find("21 with the keys x\\x1b[0m"), second = text.find("5 with the keys a, b");
    CHECK(first < second);
    CHECK(second != std::string::npos);
    CHECK(text.find("keys d") == std::string::npos);
  }

  TEST_CASE("fields beside an envelope's events are mentioned") {
    ScanResult result;
    CHECK(format_summary({}, result, 1).find("envelopes:") == std::string::npos);
    result.counters.envelope_fields = {2, "own\x1b"};
    CHECK(format_summary({}, result, 1).find("envelopes: 2 with fields beside their events that no rule saw, such as own\\x1b") !=
          std::string::npos);
  }

  TEST_CASE("what correlations left out: times ahead, of a live input or of a file") {
    LoadReport report;
    report.correlations = 1;
    ScanResult result;
    result.times.future = 1'200;
    CHECK(format_summary(report, result, 1)
              .find("\n  1,200 events dated ahead of the clock or of the events around them: in no window if it "
                    "is a day or more\n") != std::string::npos);
  }

  TEST_CASE("rules that were stopped are told of") {
    ScanResult result;
    CHECK(format_summary({}, result, 1).find("over budget:") == std::string::npos);
    result.counters.rules_over_budget = 2000;
    CHECK(format_summary({}, result, 1).find("\nover budget: 2,000 evaluations stopped for taking too long;") !=
          std::string::npos);
  }

  TEST_CASE("dropped events are told with the reason") {
    ScanResult result;
    result.counters.in = result.counters.processed = 1;
    CHECK(format_summary({}, result, 1).find("dropped:") == std::string::npos);
    result.counters.in = 2001;
    result.counters.dropped = 2000;
    CHECK(format_summary({}, result, 1).find("dropped 2,000\ndropped: 2,000 outside --from/--to\n") !=
          std::string::npos);
  }

  TEST_CASE("what went wrong is said") {
    ScanResult result;
    result.counters.in = 5;
    result.rejections_not_shown = 7;
    result.input_errors = 1;
    result.stopped = true;
    const std::string text = format_summary({}, result, 0);
    CHECK(text.find("do not add up") != std::string::npos);
    CHECK(text.find("rejected: 7 more") != std::string::npos);
    CHECK(text.find("1 could not be read") != std::string::npos);
    CHECK(text.find("stopped before the end") != std::string::npos);
  }

  TEST_CASE("the progress line fits its terminal") {
    CHECK(progress_line(50, 100, 12000, 1, 2, 120) ==
          "[##########..........]  50 %  12,000 events  6,000/s  1 alert");
    CHECK(progress_line(50, 0, 10, 2, 0, 120) == "10 events  0/s  2 alerts");
    CHECK(progress_line(200, 100, 1, 0, 1, 120).find("100 %") != std::string::npos);
    CHECK(display_width(progress_line(50, 100, 12000, 1, 2, 30)) < 30);
  }
}
