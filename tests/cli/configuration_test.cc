// --config as a process: what the file says takes effect, options go over it, and what is wrong in it is told.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command_fixture.h"

using namespace sigrun::cli;

namespace {

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

std::string rule(const std::string& title, const std::string& level, const std::string& more = {}) {
  return "title: " + title + "\nstatus: test\n" + (level.empty() ? "" : "level: " + level + "\n") +
         "logsource: {product: windows, category: process_creation}\ndetection:\n"
         "  s: {Image|endswith: '\\whoami.exe'}\n  condition: s\n" +
         more;
}

// A folder with rules, events and a configuration that is written by each test.
struct Work {
  TemporaryFolder folder;
  std::string events = folder.write("events.ndjson", "{\"Image\":\"C:\\\\whoami.exe\"}\n");
  Work() {
    folder.write("conf/rules/high.yml", rule("High", "high"));
    folder.write("conf/rules/low.yml", rule("Low", "low"));
    folder.write("conf/rules/none.yml", rule("None", ""));
  }
  std::string configure(const std::string& text) const { return folder.write("conf/sigrun.yaml", text); }
  Outcome scan(const std::string& configuration, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"scan", "--config", configure(configuration), events});
    return run(more);
  }
};

std::string fired(const Outcome& outcome) {
  std::string titles;
  for (const char* title : {"High", "Low", "None"})
    if (has(outcome.out, "\"title\":\"" + std::string(title) + "\"")) titles += title[0];
  return titles;
}

}  // namespace

TEST_SUITE("cli configuration") {
  TEST_CASE("scan takes rules, selection and tables from the file; options go over it") {
    if (!have_command()) return;
    const Work work;
    CHECK(fired(work.scan("rules: rules\ntaxonomy: none\n")) == "HLN");
    const std::string choosy =
        "rules: [rules]\ntaxonomy: none\nselection: {min-level: low, exclude: [high.yml]}\n";
    CHECK(fired(work.scan(choosy)) == "L");
    CHECK(fired(work.scan(choosy, {"--exclude", "low.yml"})) == "H");
    CHECK(fired(work.scan(choosy, {"-r", work.folder.path("conf/rules/none.yml"), "--min-level", "low"})) ==
          "");
    CHECK(fired(work.scan("rules: rules\nlogsource: {product: linux}\n")) == "");
    CHECK(fired(work.scan("rules: rules\nlogsource: {product: linux}\n", {"--logsource", "off"})) == "HLN");
    const Outcome none = work.scan("rules: rules\nselection: {select: [nothing]}\n");
    CHECK(none.status == 3);
    CHECK(has(none.err, "sigrun scan: warning: select nothing matches no rule\n"));
    CHECK(has(none.err, "sigrun scan: no rule is left by select\n"));
  }

  TEST_CASE("output: file, format and level; --fail-on looks at all alerts") {
    if (!have_command()) return;
    const Work work;
    const std::string to_file =
        "rules: rules\ntaxonomy: none\noutput: {file: out.txt, format: table, min-level: low}\n";
    Outcome outcome = work.scan(to_file);
    CHECK(outcome.status == 0);
    CHECK(outcome.out.empty());
    CHECK(has(outcome.err,
              "alerts: 3 (high 1, low 1, without level 1); 1 below low not written (output: min-level)"));
    const std::string table = read_whole_file(work.folder.path("conf/out.txt"));
    CHECK(table.starts_with("TIME"));
    CHECK(has(table, "High"));
    CHECK(has(table, "Low"));
    CHECK_FALSE(has(table, "None"));
    outcome = work.scan(to_file, {"-o", work.folder.path("other.txt"), "--format", "ndjson"});
    CHECK(read_whole_file(work.folder.path("other.txt")).starts_with("{"));
    CHECK(fired(work.scan("rules: rules\ntaxonomy: none\noutput: {min-level: informational}\n")) == "HLN");
    outcome =
        work.scan("rules: rules\ntaxonomy: none\noutput: {min-level: critical}\n", {"--fail-on", "high"});
    CHECK(outcome.status == 1);
    CHECK(outcome.out.empty());
  }

  TEST_CASE("the output is none of the files that the scan reads") {
    if (!have_command()) return;
    const Work work;
    for (const char* file : {"sigrun.yaml", "rules/high.yml", "values.yml", "../events.ndjson"}) {
      INFO(file);
      const std::string values = work.folder.write("conf/values.yml", "a: b\n");
      const std::string before = read_whole_file(work.folder.path("conf/rules/high.yml"));
      const Outcome outcome = work.scan(
          "rules: [rules, rules/high.yml]\nvars: values.yml\noutput: {file: " + std::string(file) + "}\n");
      CHECK(outcome.status == 3);
      CHECK(has(outcome.err, "cannot be the output"));
      CHECK(read_whole_file(work.folder.path("conf/rules/high.yml")) == before);
      CHECK(read_whole_file(values) == "a: b\n");
    }
  }

  TEST_CASE("time and limits reach the engine") {
    if (!have_command()) return;
    const Work work;
    const std::string events = work.folder.write("timed.ndjson",
                                                 "{\"Image\":\"C:\\\\whoami.exe\",\"seen\":\"2026-11-20 "
                                                 "10:00:00\",\"time\":\"2020-01-01 00:00:00\"}\n");
    const std::string file =
        work.configure("rules: rules/high.yml\ntaxonomy: none\ntime: {field: seen, zone: '+01:00'}\n");
    CHECK(has(run({"scan", "--config", file, events}).out, "\"time\":\"2026-11-20T09:00:00.000Z\""));
    work.configure("rules: rules/high.yml\ntaxonomy: none\nlimits: {event-depth: 1}\n");
    const std::string deep =
        work.folder.write("deep.ndjson", "{\"a\":{\"b\":1}}\n{\"Image\":\"C:\\\\whoami.exe\"}\n");
    const Outcome outcome = run({"scan", "--config", file, deep});
    CHECK(has(outcome.err, "rejected: nested deeper than 1"));
    CHECK(fired(outcome) == "H");
  }

  TEST_CASE("check and test take their rules from the file; without any they say so") {
    if (!have_command()) return;
    const Work work;
    work.folder.write("conf/rules/tested.yml",
                      rule("Tested", "high",
                           "tests:\n  - {name: fires, expect: match, event: {Image: 'C:\\whoami.exe'}}\n"));
    const std::string file =
        work.configure("rules: rules\ntaxonomy: none\nselection: {select: [tested.yml]}\n");
    const Outcome check = run({"check", "--config", file});
    CHECK(check.status == 0);
    CHECK(has(check.out, "1 rule loaded, 0 refused"));
    CHECK(check.err.empty());
    const Outcome test = run({"test", "--config", file});
    CHECK(test.status == 0);
    CHECK(has(test.out, "1 passed, 0 failed, 0 errors; 1 rule tested, 0 untested"));
    CHECK(has(run({"check", "--config", file, work.folder.path("conf/rules/low.yml")}).err,
              "select tested.yml matches no rule"));
    work.configure("taxonomy: none\n");
    for (const char* command : {"check", "test"}) {
      const Outcome nothing = run({command, "--config", file});
      CHECK(nothing.status == 3);
      CHECK(nothing.err ==
            "sigrun " + std::string(command) +
                ": no rules: name files or folders, or a configuration (--config) that does\n");
    }
  }

  TEST_CASE("everything that is wrong is told, and nothing is run") {
    if (!have_command()) return;
    const Work work;
    for (const char* command : {"scan", "check", "test"}) {
      const std::string file = work.configure("rulez: rules\nlimits: {event-depth: many}\n");
      const Outcome outcome = run({command, "--config", file, work.events});
      CHECK(outcome.status == 3);
      CHECK(outcome.out.empty());
      CHECK(outcome.err ==
            file + ":1:1: error: unknown key 'rulez'; did you mean rules?\n" + file +
                ":2:23: error: event-depth must be a whole number such as 100000; this is 'many'\n");
    }
    const Outcome missing = run({"scan", "--config", work.folder.path("no.yaml"), work.events});
    CHECK(missing.status == 3);
    CHECK(has(missing.err, "no.yaml: error: No such file or directory\n"));
    CHECK_FALSE(has(run({"scan", "--config", work.configure("\"\\e[31m\": 1\n"), work.events}).err, "\x1b"));
  }

  TEST_CASE("what it names and is not there is told with the place that names it") {
    if (!have_command()) return;
    const Work work;
    const auto said = [&](const std::string& configuration) {
      const Outcome outcome = work.scan(configuration);
      CHECK(outcome.status == 3);
      return outcome.err;
    };
    const std::string file = work.folder.path("conf/sigrun.yaml"), folder = work.folder.path("conf") + "/";
    CHECK(has(said("rules: rules\npipelines:\n  - sysmon\n  - gone\n"),
              file + ":4:5: error: there is no pipeline 'gone'"));
    CHECK(has(said("rules: rules\npipelines: gone.yml\n"),
              file + ":2:12: error: there is no pipeline '" + folder + "gone.yml'"));
    CHECK(has(said("rules: rules\nvars: gone.yml\n"),
              file + ":2:7: error: " + folder + "gone.yml: No such file or directory"));
    CHECK(has(said("rules: rules\ntaxonomy: gone\n"),
              file + ":2:11: error: " + folder + "gone: no such file or folder"));
    CHECK(has(said("rules: [rules, gone]\n"),
              file + ":1:16: error: " + folder + "gone: no such file or folder"));
  }

  TEST_CASE("no configuration is read unless it is named") {
    if (!have_command()) return;
    const Work work;
    work.folder.write("conf/rules/sigrun.yaml", "nonsense: 1\n");
    work.configure("nonsense: 1\n");
    const Outcome outcome = run({"scan", "--taxonomy", "none", "-r", work.folder.path("conf"), work.events});
    CHECK(outcome.status == 0);
    CHECK(fired(outcome) == "HLN");
    CHECK_FALSE(has(outcome.err, "nonsense"));
  }

  TEST_CASE("the example that ships names rules that can be checked") {
    if (!have_command()) return;
    TemporaryFolder folder;
    // Its values.yml and folders are those of a host; all else is as it stands.
    std::string text = read_whole_file("docs/sigrun.yaml");
    const std::string rules = std::filesystem::absolute("rules").string();
    text.erase(text.find("vars: "), text.find('\n', text.find("vars: ")) + 1 - text.find("vars: "));
    for (size_t at; (at = text.find("../rules")) != text.npos;) text.replace(at, 8, rules);
    const Outcome outcome = run({"check", "--config", folder.write("sigrun.yaml", text)});
    CHECK(outcome.status < 2);
    CHECK(has(outcome.out, "loaded, 0 refused"));
  }
}
