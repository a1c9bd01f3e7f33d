// `sigrun check`, `sigrun test`, `sigrun version` and --help as processes.
#include <doctest/doctest.h>

#include <cstdio>
#include <sstream>
#include <string>

#include "cli/command_fixture.h"

using namespace sigrun::cli;

namespace {

std::string rule(const std::string& title, const std::string& more = {},
                 const std::string& modifier = "endswith") {
  return "title: " + title +
         "\n"
         "id: 5d0f3c0e-7a0c-4c53-b1c4-1d7a6f1d2a11\n"
         "status: test\n"
         "level: high\n"
         "logsource: {product: windows, category: process_creation}\n"
         "detection:\n"
         "  selection: {Image|" +
         modifier +
         ": '\\whoami.exe'}\n"
         "  condition: selection\n" +
         more;
}

const char* const good_tests =
    "tests:\n"
    "  - {name: fires, expect: match, event: {Image: 'C:\\whoami.exe'}}\n"
    "  - {name: raw, expect: match, event: '{\"Image\": \"C:\\\\whoami.exe\"}'}\n"
    "  - {name: silent, expect: no match, events: [{Image: 'C:\\who.exe'}, {Image: x}]}\n"
    "  - {name: recorded, expect: match, file: data/recorded.json}\n";

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

Outcome test(const std::string& path, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"test", "--taxonomy", "none", path});
  return run(more);
}

}  // namespace

TEST_SUITE("cli check") {
  TEST_CASE("a clean rule set: counts per log source, status 0") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml", rule("A"));
    const Outcome outcome = run({"check", work.path("rules")});
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "1  product=windows category=process_creation"));
    CHECK(has(outcome.out, "1 rule loaded, 0 refused"));
    CHECK(outcome.err.empty());
  }

  TEST_CASE("a refused rule: file, line and column on standard output, status 2") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml", rule("A"));
    const std::string bad = work.write("rules/b.yml", rule("B", "", "nonsense"));
    const Outcome outcome = run({"check", work.path("rules")});
    CHECK(outcome.status == 2);
    CHECK(has(outcome.out, bad + ":7:"));
    CHECK(has(outcome.out, "error: "));
    CHECK(has(outcome.out, "nonsense"));
    CHECK(has(outcome.out, "1 rule loaded, 1 refused"));
    CHECK(run({"check", bad}).status == 2);
  }

  TEST_CASE("warnings alone are status 1") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml", rule("A", "date: someday\n"));
    const Outcome outcome = run({"check", work.path("rules")});
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, "warning: "));
    CHECK(has(outcome.out, "1 warning"));
  }

  TEST_CASE("rules without an id behind others in their file are noted, with what alerts call them") {
    if (!have_command()) return;
    TemporaryFolder work;
    const auto unnamed = [](const std::string& title) {
      const std::string text = rule(title);
      return text.substr(0, text.find("id: ")) + text.substr(text.find("status: "));
    };
    const std::string path =
        work.write("rules/a.yml", unnamed("A") + "---\n" + unnamed("B") + "---\nname: third\n" +
                                      unnamed("C") + "---\n" + rule("D"));
    const Outcome outcome = run({"check", path});
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out,
              ":1: note: this rule has no id; alerts call it 'a#2'. Give it one: id: followed by a UUID\n"));
    CHECK(has(outcome.out, ":1: note: this rule has no id; alerts call it 'a#third'."));
    CHECK_FALSE(has(outcome.out, "'a'"));
    CHECK(has(outcome.out, "0 errors, 0 warnings"));
  }

  TEST_CASE("a rule that a correlation names twice is a warning") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path = work.write("rules/a.yml",
                                        "title: C\ncorrelation: {type: event_count, rules: [one, one], "
                                        "timespan: 5m, condition: {gte: 10}}\n---\nname: one\n" +
                                            rule("A"));
    const Outcome outcome = run({"check", path});
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out,
              path + ":2:47: warning: 'one' is named twice: one event counts as two; name it once\n"));
  }

  TEST_CASE("log sources that no table knows are listed") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml",
               "title: A\nlogsource: {product: frobnicator}\ndetection:\n  s: {a: b}\n  condition: s\n");
    const Outcome outcome = run({"check", work.path("rules")});
    CHECK(has(outcome.out, "No table knows"));
    CHECK(has(outcome.out, "product=frobnicator"));
  }

  TEST_CASE("--format ndjson: one object a line") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml", rule("A"));
    work.write("rules/b.yml", rule("B", "", "nonsense"));
    const Outcome outcome = run({"check", "--format", "ndjson", work.path("rules")});
    CHECK(outcome.status == 2);
    CHECK(has(outcome.out, "{\"kind\":\"problem\",\"file\":\""));
    CHECK(has(outcome.out, "\"line\":7,"));
    CHECK(has(outcome.out, "\"severity\":\"error\""));
    CHECK(has(
        outcome.out,
        "{\"kind\":\"logsource\",\"logsource\":\"product=windows category=process_creation\",\"rules\":1,"));
    CHECK(has(outcome.out, "\"loaded\":1,\"refused\":1,"));
    CHECK(outcome.out.ends_with("}\n"));
  }

  TEST_CASE("a control character in a rule does not reach the terminal") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path = work.write("a.yml", rule("A", "", "\"x\\e[31m\"") + "level: \"\\e[2J\"\n");
    CHECK_FALSE(has(run({"check", path}).out, "\x1b"));
    CHECK_FALSE(has(run({"check", "--format", "ndjson", path}).out, "\x1b"));
  }

  TEST_CASE("nothing to check is status 3") {
    if (!have_command()) return;
    TemporaryFolder work;
    CHECK(run({"check"}).status == 3);
    CHECK(run({"check", work.path("missing")}).status == 3);
    CHECK(run({"check", work.path()}).status == 3);
  }
}

TEST_SUITE("cli test") {
  TEST_CASE("rules that pass their tests: status 0 and the counts") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml", rule("A", good_tests));
    work.write("rules/data/recorded.json", "[{\"Image\":\"x\"},\n {\"Image\":\"D:\\\\whoami.exe\"}]\n");
    work.write("rules/b.yml",
               "title: B\nlogsource: {product: windows}\ndetection:\n  s: {a: b}\n  condition: s\n");
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "4 passed, 0 failed, 0 errors; 1 rule tested, 1 untested\n");
    const Outcome verbose = test(work.path("rules"), {"-v"});
    CHECK(has(verbose.out, "a.yml:10: passed: fires (A)"));
    CHECK(has(verbose.out, "b.yml:1: untested: B"));
  }

  TEST_CASE("a failing test: where, which, expected, got and the event; status 1") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path = work.write(
        "rules/a.yml", rule("A",
                            "tests:\n"
                            "  - {name: too hopeful, expect: match, event: {Image: 'x', Count: 1}}\n"
                            "  - name: too sure\n"
                            "    expect: no match\n"
                            "    events: [{Image: y}, {Image: 'C:\\whoami.exe'}]\n"));
    const Outcome outcome = test(work.path("rules"), {"--junit", work.path("junit.xml")});
    CHECK(outcome.status == 1);
    CHECK(
        has(outcome.out, path + ":10: failed: too hopeful (A)\n    expected: match\n    got:      no match"));
    CHECK(has(outcome.out, "event:    {\"Image\":\"x\",\"Count\":1}\n"));
    CHECK(has(outcome.out, path + ":11: failed: too sure (A)\n    expected: no match\n    got:      match\n"
                                  "    event:    {\"Image\":\"C:\\\\whoami.exe\"}\n"));
    CHECK(has(outcome.out, "0 passed, 2 failed, 0 errors"));
    const std::string junit = read_whole_file(work.path("junit.xml"));
    CHECK(has(junit, "tests=\"2\" failures=\"2\" errors=\"0\""));
    CHECK(has(junit, "<testcase classname=\"A\" name=\"too hopeful\" file=\"" + path + "\" line=\"10\""));
    CHECK(test(work.path("rules"), {"--junit", "/dev/full"}).status == 3);
  }

  TEST_CASE("another rule's alert does not make a test pass") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml", rule("Other"));
    work.write("rules/b.yml",
               "title: B\nlogsource: {product: windows}\ndetection:\n  s: {Image: nothing}\n  condition: s\n"
               "tests:\n  - {name: fires, expect: match, event: {Image: 'C:\\whoami.exe'}}\n");
    const Outcome outcome = test(work.path("rules"));
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, "fired instead: Other"));
  }

  TEST_CASE("a rule that a correlation silences is tested as if it were not") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string tests =
        "name: base\ntests:\n"
        "  - {name: fires, expect: match, event: {Image: 'C:\\whoami.exe'}}\n"
        "  - {name: silent, expect: no match, event: {Image: x}}\n"
        "  - {name: wrong, expect: no match, event: {Image: 'C:\\whoami.exe'}}\n";
    work.write("rules/a.yml", rule("A", tests));
    work.write("rules/b.yml",
               "title: Many\ncorrelation:\n  type: event_count\n  rules: [base]\n"
               "  timespan: 1m\n  group-by: [Image]\n  condition: {gte: 2}\n");
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, "failed: wrong (A)\n    expected: no match\n    got:      match\n"));
    CHECK(has(outcome.out, "2 passed, 1 failed"));
  }

  TEST_CASE("a timeline of a rule that is no correlation") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path = work.write(
        "rules/a.yml", rule("A",
                            "tests:\n"
                            "  - name: twice\n"
                            "    timeline:\n"
                            "      - {at: +0s, repeat: 2, every: 1m, event: {Image: 'C:\\whoami.exe'}}\n"
                            "      - {at: +30s, event: {Image: 'C:\\who{n}.exe'}}\n"
                            "    expect: [{at: +0s}, {at: +1m}]\n"
                            "  - name: thrice\n"
                            "    timeline: [{at: +0s, repeat: 2, event: {Image: 'C:\\whoami.exe'}}]\n"
                            "    expect: {alerts: 3}\n"
                            "  - name: no time\n"
                            "    timeline: [{event: {Image: 'C:\\whoami.exe'}}]\n"
                            "    expect: match\n"));
    const Outcome outcome = test(work.path("rules"));
    CAPTURE(outcome.out);
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out,
              path + ":15: failed: thrice (A)\n    expected: 3 alerts\n    got:      2 alerts: +0s; +0s"));
    CHECK(has(outcome.out,
              "    event:    2 events from +0s to +0s; the first to arrive: "
              "{\"@timestamp\":\"2026-01-01T00:00:00.000Z\",\"Image\":\"C:\\\\whoami.exe\"}\n"));
    CHECK(has(outcome.out,
              path + ":19:16: error: no time (A)\n    the step has no `at`, and its event has no time"));
    CHECK(has(outcome.out, "1 passed, 1 failed, 1 error;"));
  }

  TEST_CASE("a test that cannot be run never passes") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string path =
        work.write("rules/a.yml", rule("A",
                                       "tests:\n"
                                       "  - {name: broken event, expect: no match, event: '{\"Image\": '}\n"
                                       "  - {name: no event, expect: no match, event: ' '}\n"
                                       "  - {name: no file, expect: no match, file: missing.json}\n"
                                       "  - {name: no expectation, event: {a: 1}}\n"));
    const Outcome outcome = test(work.path("rules"));
    CHECK(outcome.status == 1);
    CHECK(has(outcome.out, path + ":10: error: broken event (A)\n    an event was rejected: "));
    CHECK(has(outcome.out, path + ":11: error: no event (A)\n"));
    CHECK(has(outcome.out, path + ":12: error: no file (A)\n"));
    CHECK(has(outcome.out, path + ":13:5: error: malformed test (A)\n"));
    CHECK(has(outcome.out, "0 passed, 0 failed, 4 errors"));
  }

  TEST_CASE("a rule that cannot be loaded is status 2") {
    if (!have_command()) return;
    TemporaryFolder work;
    work.write("rules/a.yml",
               rule("A", "tests:\n  - {name: fires, expect: match, event: {Image: 'C:\\whoami.exe'}}\n"));
    work.write("rules/b.yml", rule("B", "", "nonsense"));
    const Outcome outcome = test(work.path("rules"));
    CHECK(outcome.status == 2);
    CHECK(has(outcome.out, "1 passed"));
    CHECK(has(outcome.err, "b.yml:7:"));
  }

  TEST_CASE("--junit has refused rules as errors, and is written when none is left") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string junit = work.path("junit.xml");
    work.write("rules/a.yml",
               rule("A", "tests:\n  - {name: fires, expect: match, event: {Image: 'C:\\whoami.exe'}}\n"));
    const std::string bad = work.write("rules/b.yml", rule("B", "", "nonsense") + "---\ntitle: C\nlevel: odd\n");
    CHECK(test(work.path("rules"), {"--junit", junit}).status == 2);
    std::string text = read_whole_file(junit);
    CHECK(has(text, "tests=\"3\" failures=\"0\" errors=\"2\""));
    CHECK(has(text, "<testcase classname=\"B\" name=\"loads\" file=\"" + bad + "\" line=\"1\""));
    CHECK(has(text, "<error message=\"unknown modifier 'nonsense'\"/>"));
    CHECK(has(text, "<testcase classname=\"C\" name=\"loads\" file=\"" + bad + "\" line=\"10\""));
    CHECK(has(text,
              "unknown level 'odd'; write informational, low, medium, high or critical&#10;the logsource is"));
    CHECK(has(text, "<testcase classname=\"A\" name=\"fires\""));

    CHECK(test(bad, {"--junit", work.path("none.xml")}).status == 2);
    CHECK(has(read_whole_file(work.path("none.xml")), "tests=\"2\" failures=\"0\" errors=\"2\""));
    CHECK(test(work.path("missing"), {"--junit", work.path("usage.xml")}).status == 3);
    CHECK(has(read_whole_file(work.path("usage.xml")), "no such file or folder"));
    CHECK(test(bad, {"--junit", "/dev/full"}).status == 3);
  }

  TEST_CASE("SigmaHQ's regression data: found above the rule, .json instead of .evtx, counts") {
    if (!have_command()) return;
    TemporaryFolder work;
    const std::string info = "regression_data/rules/a/info.yml";
    const std::string path =
        work.write("rules/deep/a.yml", rule("A", "regression_tests_path: " + info + "\n"));
    const Outcome missing = test(path);
    CHECK(missing.status == 1);
    CHECK(has(missing.out, "no regression_data/rules/a/info.yml in any folder above the rule"));

    const std::string head =
        "id: x\nregression_tests_info:\n  - name: Positive Detection Test\n    type: evtx\n    provider: P\n";
    work.write("regression_data/rules/a/e.json",
               "{\n  \"Image\": \"C:\\\\whoami.exe\"\n}\n{\n  \"Image\": \"D:\\\\whoami.exe\"\n}\n");
    work.write("regression_data/rules/a/e.evtx", "ElfFile");
    const auto with_count = [&](const std::string& count) {
      work.write(info, head + "    match_count: " + count + "\n    path: regression_data/rules/a/e.evtx\n");
      return test(path);
    };
    CHECK(with_count("2").status == 0);
    CHECK(with_count("1").status == 0);
    CHECK(with_count("").status == 0);
    const Outcome more = with_count("3");
    CHECK(more.status == 1);
    CHECK(has(more.out, "expected: 3 matches\n    got:      2 of 3 matches"));
    CHECK(with_count("0").status == 1);
    CHECK(has(with_count("many").out, "`match_count` is a whole number"));

    work.write(info, head + "    path: regression_data/rules/a/other.evtx\n");
    CHECK(has(test(path).out, "are not there"));
    work.write("regression_data/rules/a/other.evtx", "ElfFile");
    CHECK(has(test(path).out, "convert it"));
    work.write(info, "id: x\n");
    CHECK(has(test(path).out, "no list `regression_tests_info`"));
  }
}

TEST_SUITE("cli") {
  TEST_CASE("what README.md shows of the demo is what the demo prints") {
    if (!have_command()) return;
    const std::string readme = read_whole_file("README.md");
    if (readme.empty()) {
      std::fputs("SKIPPED: no README.md in this folder: its table was not compared\n", stderr);
      return;
    }
    const Outcome demo = run({"scan", "--rules", "rules", "--format", "table", "rules/samples"});
    size_t rows = 0;
    std::istringstream text(readme);
    for (std::string line; std::getline(text, line);) {
      if (!line.starts_with("2026-11-20 ")) continue;
      ++rows;
      CHECK_MESSAGE(has(demo.out, line + "\n"), line);
    }
    CHECK(rows > 5);
    CHECK(has(readme, "TIME (UTC) "));
    for (const char* sum :
         {"events: in 283 = processed 283 +", "alerts: 27 (critical 3, high 17, medium 7)", "rules:  113 loaded"}) {
      CHECK(has(readme, sum));
      CHECK(has(demo.err, sum));
    }
  }

  TEST_CASE("version and help go to standard output with status 0") {
    if (!have_command()) return;
    const Outcome version = run({"--version"});
    CHECK(version.status == 0);
    CHECK(version.out.starts_with("sigrun "));
    CHECK(has(run({"version"}).out, version.out));
    for (const char* arguments : {"--version", "version", "--help"}) {
      // The shell expands the variable: the folder may have a blank in its name.
      const std::string command = std::string("\"$SIGRUN_BIN\" ") + arguments + " >/dev/full 2>/dev/null";
      CHECK_MESSAGE(WEXITSTATUS(std::system(command.c_str())) == 3, arguments);
    }
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                      {"scan", "--help"},
                                                      {"check", "--help"},
                                                      {"test", "--help"},
                                                      {"version", "--help"}}) {
      const Outcome help = run(arguments);
      CHECK(help.status == 0);
      CHECK(has(help.out, "Example"));
      CHECK(help.err.empty());
    }
  }
}
