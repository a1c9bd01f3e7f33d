// `sigrun test` over correlations, as a process.
#include <doctest/doctest.h>

#include <string>

#include "cli/command_fixture.h"

using namespace sigrun::cli;

namespace {

const char* const base =
    "title: Failed\n"
    "name: failed\n"
    "logsource: {product: p}\n"
    "detection:\n"
    "  s: {Action: login, Result: failed}\n"
    "  condition: s\n";

std::string correlation(const std::string& tests) {
  return "title: Many\n"
         "id: 5d0f3c0e-7a0c-4c53-b1c4-1d7a6f1d2a11\n"
         "correlation:\n"
         "  type: event_count\n"
         "  rules: [failed]\n"
         "  group-by: [User]\n"
         "  timespan: 5m\n"
         "  condition: {gte: 3}\n"
         "tests:\n" +
         tests;
}

// An event of the base rule in a timeline.
std::string failure(const std::string& user) {
  return "event: {Action: login, Result: failed, User: " + user + "}}\n";
}

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

Outcome test(const std::string& path, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"test", "--taxonomy", "none", path});
  return run(more);
}

}  // namespace

TEST_SUITE("cli test of correlations") {
  TEST_CASE("timelines: threshold, timespan and groups") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path = work.write(
        "rules/a.yml",
        correlation(
            "  - name: three\n"
            "    timeline:\n"
            "      - {at: +0s, repeat: 2, every: 1s, " +
            failure("alice") + "      - {at: +5m, " + failure("alice") +
            "    expect: {alerts: 1, group: {User: alice}, at: +5m, value: 3, events: 3}\n"
            "  - name: two\n"
            "    timeline: [{at: +0s, repeat: 2, event: {Action: login, Result: failed, User: alice}}]\n"
            "    expect: no match\n"
            "  - name: three over too long\n"
            "    timeline:\n"
            "      - {at: +0s, repeat: 2, every: 1s, " +
            failure("alice") + "      - {at: +5m1s, " + failure("alice") +
            "    expect: no match\n"
            "  - name: of two users\n"
            "    timeline:\n"
            "      - {at: +0s, repeat: 2, every: 1s, " +
            failure("alice") + "      - {at: +0s, repeat: 2, every: 1s, " + failure("bob") +
            "    expect: no match\n"
            "  - name: both users\n"
            "    timeline:\n"
            "      - {at: +0s, repeat: 6, every: 10s, " +
            failure("'u{n}'") + "      - {at: +5s, repeat: 6, every: 10s, " + failure("alice") +
            "      - {at: +6s, repeat: 3, every: 10s, " + failure("bob") +
            "    expect: [{group: {User: alice}, at: +25s}, {group: {User: bob}, at: +26s}]\n"
            "  - name: not by one event\n"
            "    timeline: [{at: +0s, event: {Action: login, Result: failed}}]\n"
            "    expect: {alerts: 0}\n") +
            "---\n" + base +
            "tests:\n  - {name: its own, expect: match, event: {Action: login, Result: failed}}\n");
    const Outcome outcome = test(work.path("rules"), {"-v"});
    CAPTURE(outcome.out);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, path + ":10: passed: three (Many)\n"));
    CHECK(has(outcome.out, "passed: its own (Failed)\n"));
    CHECK(has(outcome.out, "7 passed, 0 failed, 0 errors; 2 rules tested, 0 untested\n"));
  }

  TEST_CASE("a failure says which alerts came, and what else fired") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path = work.write(
        "rules/a.yml",
        correlation(
            "  - name: wrong group\n"
            "    timeline: [{at: +0s, repeat: 3, every: 1s, event: {Action: login, Result: failed, User: "
            "bob}}]\n"
            "    expect: {group: {User: alice}}\n"
            "  - name: too few\n"
            "    timeline: [{at: +0s, repeat: 2, every: 1s, event: {Action: login, Result: failed, User: "
            "bob}}]\n"
            "    expect: match\n"
            "  - name: one too many\n"
            "    timeline: [{at: +0s, repeat: 3, event: {Action: login, Result: failed, User: bob}}]\n"
            "    expect: no match\n"));
    work.write("rules/b.yml", base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out,
              path + ":10: failed: wrong group (Many)\n    expected: 1 alert of User=alice\n"
                     "    got:      1 alert: User=bob at +2s, value 3, events 3; other rules that fired: "
                     "Failed (3 times)\n"
                     "    event:    3 events from +0s to +2s; the first to arrive: {\"@timestamp\":"));
    CHECK(has(outcome.out,
              "    expected: match\n    got:      no match; no log source table recognised 2 of 2 events; "
              "other rules that "
              "fired: Failed (2 times)\n"));
    CHECK(has(outcome.out, "    expected: no match\n    got:      1 alert: User=bob at +0s"));
    CHECK(has(outcome.out, "0 passed, 3 failed, 0 errors; 1 rule tested, 1 untested\n"));
  }

  TEST_CASE("sums and averages stay finite: what is beyond 1e288 counts as 1e288") {
    if (!have_command()) return;
    TemporaryFolder work;
    const auto summed = [](const std::string& type, const std::string& bound, const std::string& sizes,
                           const std::string& value) {
      return "title: '" + type + " " + bound + "'" + "\ncorrelation: {type: " + type +
             ", rules: [failed], timespan: 5m, condition: {" + bound +
             ", field: Size}}\ntests:\n  - name: huge\n    timeline:\n      - {at: +0s, repeat: 3, event: '" +
             "{\"Action\": \"login\", \"Result\": \"failed\", \"Size\": " + sizes +
             "}'}\n    expect: {alerts: 1, value: " + value + ", events: 3}\n---\n";
    };
    // Decided when the window is over, so that all three are in it; `gt` on arrival would be of the first.
    work.write("rules/a.yml",
               summed("value_sum", "neq: 5", "1.7e308", "3000000000000000" + std::string(273, '0')) +
                   summed("value_sum", "neq: 6", "-1.7e308", "-3000000000000000" + std::string(273, '0')) +
                   summed("value_avg", "gt: 0", "1.7e308", "1000000000000000" + std::string(273, '0')) +
                   base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
    std::string events;
    for (int i = 0; i < 4; ++i)
      events +=
          "{\"@timestamp\":\"2026-01-01T00:00:0" + std::to_string(i) +
          "Z\",\"Action\":\"login\",\"Result\":\"failed\",\"Size\":" + (i % 2 ? "-1.7e308}\n" : "1.7e308}\n");
    // On arrival: added, taken off again as the window slides, and never infinite or no number.
    const std::string sliding = work.write("sliding/a.yml",
                                           "title: S\ncorrelation: {type: value_sum, rules: [failed], "
                                           "timespan: 1s, condition: {gte: 1e287, field: Size}}\n---\n" +
                                               std::string(base));
    const Outcome scanned =
        run({"scan", "--taxonomy", "none", "-r", sliding, work.write("events.ndjson", events)});
    CAPTURE(scanned.out);
    CHECK(has(scanned.err, "\n  4 values beyond 1e288 in sums and averages, taken for 1e288"));
    CHECK(has(scanned.out, "\"value\":1e+288"));
    CHECK_FALSE(has(scanned.out, "inf"));
    CHECK_FALSE(has(scanned.out, "nan"));
  }

  TEST_CASE("a correlation that another refers to is tested as if it were not silent") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write(
        "rules/a.yml",
        "title: Then\ncorrelation:\n  type: temporal_ordered\n  rules: [many, success]\n  group-by: [User]\n"
        "  timespan: 10m\ntests:\n"
        "  - name: failures, then success\n"
        "    timeline:\n"
        "      - {at: +0s, repeat: 3, every: 1s, " +
            failure("alice") +
            "      - {at: +1m, event: {Action: login, Result: ok, User: alice}}\n"
            "    expect: {alerts: 1, group: {User: alice}, at: +1m}\n"
            "  - name: the other way round\n"
            "    timeline:\n"
            "      - {at: +1m, repeat: 3, every: 1s, " +
            failure("alice") +
            "      - {at: +0s, event: {Action: login, Result: ok, User: alice}}\n"
            "    expect: no match\n"
            "---\ntitle: Success\nname: success\nlogsource: {product: p}\n"
            "detection:\n  s: {Action: login, Result: ok}\n  condition: s\n---\n" +
            correlation(
                "  - name: by itself\n"
                "    timeline: [{at: +0s, repeat: 3, event: {Action: login, Result: failed, User: bob}}]\n"
                "    expect: {alerts: 1, group: {User: bob}}\n") +
            "name: many\n---\n" + base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "3 passed, 0 failed, 0 errors; 2 rules tested, 2 untested\n"));
  }

  TEST_CASE("a window that is decided when it is over is decided by the end of the timeline") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write(
        "rules/a.yml",
        std::string("title: Few\ncorrelation:\n  type: event_count\n  rules: [failed]\n  group-by: [User]\n"
                    "  timespan: 5m\n  condition: {lte: 2}\ntests:\n"
                    "  - name: two in five minutes\n"
                    "    timeline:\n"
                    "      - {at: +0s, repeat: 2, every: 1s, ") +
            failure("alice") + "      - {at: +0s, repeat: 3, every: 1s, " + failure("bob") +
            "    expect: {alerts: 1, group: {User: alice}, at: +5m, value: 2}\n---\n" + base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
  }

  TEST_CASE("events that arrive late, within the lateness and beyond it") {
    if (!have_command()) return;
    TemporaryFolder work;
    const auto with_delay = [](const std::string& delay) {
      return "    timeline:\n"
             "      - {at: +0s, " +
             failure("alice") + "      - {at: +1s, delay: " + delay + ", " + failure("alice") +
             "      - {at: +2s, " + failure("alice") + "      - {at: +1m, event: {Action: logout}}\n";
    };
    work.write("rules/a.yml", correlation("  - name: a minute late\n" + with_delay("1m") +
                                          "    expect: {alerts: 1, group: {User: alice}, value: 3}\n") +
                                  "---\n" + base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
  }

  TEST_CASE("the times of a timeline are meant, however far apart") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml",
               "title: Slow\ncorrelation:\n  type: event_count\n  rules: [failed]\n  timespan: 1w\n"
               "  condition: {gte: 2}\ntests:\n"
               "  - name: three days, and once more after years\n"
               "    timeline:\n"
               "      - {at: +0s, " +
                   failure("alice") + "      - {at: +3d, " + failure("alice") + "      - {at: +10y, " +
                   failure("alice") + "    expect: {alerts: 1, at: +3d, value: 2}\n---\n" + base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "1 passed, 0 failed, 0 errors; 1 rule tested, 1 untested\n"));
  }

  TEST_CASE("a file of events; event by event is refused") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string line =
        R"({"Action":"login","Result":"failed","User":"alice","@timestamp":"2026-11-20T09:00:0)";
    work.write("rules/data/three.ndjson", line + "0Z\"}\n" + line + "1Z\"}\n" + line + "2Z\"}\n");
    const std::string path = work.write(
        "rules/a.yml",
        correlation("  - {name: recorded, file: data/three.ndjson, expect: {group: {User: alice}, at: "
                    "2026-11-20T09:00:02Z}}\n"
                    "  - {name: one by one, events: [{Action: login}], expect: no match}\n"
                    "  - {name: no such group, file: data/three.ndjson, expect: {group: {Usr: alice}}}\n") +
            "---\n" + base);
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, "1 passed, 0 failed, 2 errors"));
    CHECK(has(outcome.out,
              path + ":11:24: error: malformed test (Many)\n    a correlation is tested with a `timeline`"));
    CHECK(has(outcome.out, path + ":12:"));
    CHECK(has(outcome.out, "the correlation does not group by 'Usr'; it groups by User\n"));
  }
}
