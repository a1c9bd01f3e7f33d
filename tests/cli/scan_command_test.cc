// `sigrun scan` as a process: exit statuses, what goes to which stream, formats, inputs, signals. Log source
// tables are switched off (--taxonomy none) except where they are the point.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>

#include "cli/command_fixture.h"

using namespace sigrun::cli;

namespace {

const char* const high_rule =
    "title: Whoami\n"
    "id: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01\n"
    "status: test\n"
    "level: high\n"
    "tags: [attack.discovery, attack.t1033]\n"
    "logsource: {product: windows, category: process_creation}\n"
    "detection:\n"
    "  selection: {Image|endswith: '\\whoami.exe'}\n"
    "  condition: selection\n";

const char* const low_rule =
    "title: Hostname\n"
    "id: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c02\n"
    "status: experimental\n"
    "level: low\n"
    "tags: [attack.discovery, attack.t1082]\n"
    "logsource: {product: windows, category: process_creation}\n"
    "detection:\n"
    "  selection: {Image|endswith: '\\hostname.exe'}\n"
    "  condition: selection\n";

const char* const broken_rule =
    "title: Broken\n"
    "logsource: {product: windows}\n"
    "detection:\n"
    "  selection: {Image|nonsense: x}\n"
    "  condition: selection\n";

const char* const whoami =
    R"({"UtcTime":"2026-11-20 09:00:00.000","Image":"C:\\Windows\\System32\\whoami.exe"})";
const char* const host =
    R"({"UtcTime":"2026-11-20 10:00:00.000","Image":"C:\\Windows\\System32\\hostname.exe"})";
const char* const other = R"({"Image":"C:\\Windows\\explorer.exe"})";

struct Workspace : TemporaryFolder {
  std::string rules = path("rules");
  std::string events = write("events.ndjson", std::string(whoami) + "\n" + host + "\n" + other + "\n");

  Workspace() {
    write("rules/high.yml", high_rule);
    write("rules/low.yml", low_rule);
  }
  std::vector<std::string> scan(std::vector<std::string> more) const {
    more.insert(more.begin(), {"scan", "--taxonomy", "none", "-r", rules});
    return more;
  }
};

size_t lines(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}
bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_SUITE("cli scan") {
  TEST_CASE("alerts on standard output, everything else on standard error, status 0") {
    if (!have_command()) return;
    const Workspace work;
    const Outcome outcome = run(work.scan({work.events}));
    CHECK(outcome.status == 0);
    CHECK(lines(outcome.out) == 2);
    for (size_t begin = 0; begin < outcome.out.size(); begin = outcome.out.find('\n', begin) + 1)
      CHECK(outcome.out[begin] == '{');
    CHECK(has(outcome.out, "\"Whoami\""));
    CHECK(has(outcome.out, "\"Hostname\""));
    CHECK(has(outcome.err, "in 3 = processed 3 + degraded 0 + rejected 0 + dropped 0"));
    CHECK(has(outcome.err, "alerts: 2 (high 1, low 1)"));
    CHECK(has(outcome.err, "2 loaded, 0 refused"));
    CHECK(has(outcome.err, "unrecognised: 3 of 3 (100.0 %)"));
    CHECK_FALSE(has(outcome.err, "\x1b"));
  }

  TEST_CASE("a table on request, even through a pipe, without colour") {
    if (!have_command()) return;
    const Workspace work;
    const Outcome outcome = run(work.scan({"--format", "table", work.events}));
    CHECK(outcome.status == 0);
    CHECK(lines(outcome.out) == 3);
    CHECK(outcome.out.starts_with("TIME (UTC)"));
    CHECK(has(outcome.out, "high      Whoami"));
    CHECK(has(outcome.out, "events.ndjson:2"));
    CHECK_FALSE(has(outcome.out, "\x1b"));
  }

  TEST_CASE("on a terminal: a table in its width, coloured unless NO_COLOR") {
    if (!have_command() || !have_terminal()) return;
    const Workspace work;
    const Outcome coloured = run_on_terminal(work.scan({work.events}), 100);
    CHECK(coloured.status == 0);
    CHECK(has(coloured.out, "TIME (UTC)"));
    CHECK(has(coloured.out, "\x1b[1;31mhigh"));
    const Outcome plain = run_on_terminal(work.scan({work.events}), 100, {{"NO_COLOR", "1"}});
    CHECK(has(plain.out, "high      Whoami"));
    CHECK_FALSE(has(plain.out, "\x1b[1"));
    CHECK_FALSE(has(plain.out, "\x1b[3"));
    CHECK(has(run_on_terminal(work.scan({"--format", "ndjson", work.events}), 100).out, "\"Whoami\""));
  }

  TEST_CASE("event data cannot write escape sequences to a terminal") {
    if (!have_command() || !have_terminal()) return;
    const Workspace work;
    const std::string hostile = R"({"Image":"\u001b]0;owned\u0007\u001b[2J\\whoami.exe"})";
    const Outcome outcome = run_on_terminal(work.scan({"-e", hostile}), 100, {{"NO_COLOR", "1"}});
    CHECK(has(outcome.out, "\\whoami.exe"));
    CHECK_FALSE(has(outcome.out, "\x1b]0"));
    CHECK_FALSE(has(outcome.out, "\x1b[2J"));
  }

  TEST_CASE("-e takes an event, and several") {
    if (!have_command()) return;
    const Workspace work;
    CHECK(lines(run(work.scan({"-e", whoami})).out) == 1);
    CHECK(run(work.scan({"-e", other})).out.empty());
    CHECK(lines(run(work.scan({"-e", whoami, "-e", host})).out) == 2);
    CHECK(lines(run(work.scan({"-e", "[" + std::string(whoami) + "," + host + "]"})).out) == 2);
    const Outcome both = run(work.scan({"-e", whoami, work.events}));
    CHECK(both.status == 3);
  }

  TEST_CASE("--profile lists the dearest rules on standard error, and never takes an input for its number") {
    if (!have_command()) return;
    const Workspace work;
    const Outcome outcome = run(work.scan({"--profile", work.events}));
    CHECK(outcome.status == 0);
    CHECK(lines(outcome.out) == 2);
    CHECK(has(outcome.err, "TIME ms"));
    CHECK(has(outcome.err, "2 of 2 rules tried"));
    CHECK(has(outcome.err, "high.yml:1"));
    CHECK(has(run(work.scan({"--profile=1", work.events})).err, "1 other rule"));
    CHECK_FALSE(has(run(work.scan({"--profile=all", work.events})).err, "other rule"));
    CHECK_FALSE(has(run(work.scan({work.events})).err, "TIME ms"));
    const Outcome wrong = run(work.scan({"--profile=many", work.events}));
    CHECK(wrong.status == 3);
    CHECK(has(wrong.err, "no number of rules"));
  }

  TEST_CASE("standard input is read when nothing is named, and for -") {
    if (!have_command()) return;
    const Workspace work;
    CommandInput input;
    input.text = std::string(whoami) + "\n";
    CHECK(lines(run(work.scan({}), input).out) == 1);
    CHECK(lines(run(work.scan({"-"}), input).out) == 1);
    if (!have_terminal()) return;
    const Outcome terminal = run_on_terminal(work.scan({}), 100);
    CHECK(terminal.status == 3);
    CHECK(has(terminal.out, "no events"));
  }

  TEST_CASE("--fail-on turns alerts of that level into status 1") {
    if (!have_command()) return;
    const Workspace work;
    CHECK(run(work.scan({"--fail-on", "high", work.events})).status == 1);
    CHECK(run(work.scan({"--fail-on", "critical", work.events})).status == 0);
    CHECK(run(work.scan({"--fail-on", "low", "-e", host})).status == 1);
    CHECK(run(work.scan({"--fail-on", "medium", "-e", host})).status == 0);
    const Outcome wrong = run(work.scan({"--fail-on", "urgent", work.events}));
    CHECK(wrong.status == 3);
    CHECK(has(wrong.err, "informational, low, medium, high or critical"));
  }

  TEST_CASE("selection: levels, statuses, ids, tags, globs") {
    if (!have_command()) return;
    const Workspace work;
    const auto fired = [&](std::vector<std::string> more) {
      more.push_back(work.events);
      const std::string out = run(work.scan(more)).out;
      return std::string(has(out, "\"Whoami\"") ? "W" : "") + (has(out, "\"Hostname\"") ? "H" : "");
    };
    CHECK(fired({"--min-level", "medium"}) == "W");
    CHECK(fired({"--min-level", "low"}) == "WH");
    CHECK(fired({"--min-status", "test"}) == "W");
    CHECK(fired({"--select", "3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c02"}) == "H");
    CHECK(fired({"--select", "attack.t1033"}) == "W");
    CHECK(fired({"--select", "attack.*"}) == "WH");
    CHECK(fired({"--exclude", "attack.t1082"}) == "W");
    CHECK(fired({"--select", "attack.*", "--exclude", "*/high.yml"}) == "H");
    CHECK(has(run(work.scan({"--min-level", "high", work.events})).err, "1 not selected"));
    const Outcome none = run(work.scan({"--select", "attack.t9999", work.events}));
    CHECK(none.status == 3);
    CHECK(has(none.err, "sigrun scan: warning: select attack.t9999 matches no rule\n"));
    CHECK(has(none.err, "sigrun scan: no rule is left by select\n"));
    const Outcome neither = run(work.scan({"--min-level", "critical", "--exclude", "none.yml", work.events}));
    CHECK(has(neither.err, "exclude none.yml matches no rule\n"));
    CHECK(has(neither.err, "sigrun scan: no rule is left by min-level and exclude\n"));
    CHECK(fired({"--select", "ATTACK.T1033"}) == "W");
  }

  TEST_CASE("repeatable options take one value each; a rule among the events is pointed out") {
    if (!have_command()) return;
    const Workspace work;
    const std::string high = work.path("rules/high.yml"), low = work.path("rules/low.yml");
    const Outcome both = run({"scan", "--taxonomy", "none", "-r", high, "-r", low, work.events});
    CHECK(both.status == 0);
    CHECK(lines(both.out) == 2);
    CHECK_FALSE(has(both.err, "looks like a rule"));
    const Outcome one = run({"scan", "--taxonomy", "none", "-r", high, low, work.events});
    CHECK(has(one.err, "sigrun scan: " + low + ": looks like a rule; write -r before each\n"));
    CHECK(lines(one.out) == 1);
    const std::string help = run({"scan", "--help"}).out;
    for (const char* option : {"-r,--rules PATH", "-p,--pipeline PIPELINE", "--unwrap PATH", "-e,--event JSON"}) {
      CHECK_MESSAGE(has(help, option), option);
      CHECK_FALSE_MESSAGE(has(help, std::string(option) + " ..."), option);
    }
  }

  TEST_CASE("--from and --to bound the time of events; those without a time pass") {
    if (!have_command()) return;
    const Workspace work;
    work.write("tables/t.yml",
               "taxonomy: test\ntitle: Test events\nrecognise: {Image|exists: true}\n"
               "logsources:\n  - {product: windows, category: process_creation}\n"
               "time: {fields: [UtcTime], zone: UTC}\n");
    const auto fired = [&](std::vector<std::string> more) {
      more.insert(more.begin(), {"scan", "--taxonomy", work.path("tables"), "-r", work.rules});
      more.push_back(work.events);
      const Outcome outcome = run(more);
      CHECK(outcome.status == 0);
      return std::string(has(outcome.out, "\"Whoami\"") ? "W" : "") +
             (has(outcome.out, "\"Hostname\"") ? "H" : "");
    };
    CHECK(fired({}) == "WH");
    CHECK(fired({"--from", "2026-11-20T09:30"}) == "H");
    CHECK(fired({"--to", "2026-11-20T09:30"}) == "W");
    CHECK(fired({"--from", "2026-11-20", "--to", "2026-11-20"}) == "WH");
    CHECK(fired({"--from", "2026-11-20T09:00", "--to", "2026-11-20T09:00"}) == "W");
    CHECK(fired({"--to", "2026-11-20T11:30+02:00"}) == "W");
    CHECK(fired({"--from", "2026-11-21"}).empty());
    CHECK(run(work.scan({"--from", "2026-11-21", "--to", "2026-11-20", work.events})).status == 3);
    const Outcome wrong = run(work.scan({"--from", "yesterday", work.events}));
    CHECK(wrong.status == 3);
    CHECK(has(wrong.err, "\"yesterday\" is no time"));
  }

  TEST_CASE("refused rules are named and the scan goes on; --strict ends with 2; none left is 2") {
    if (!have_command()) return;
    const Workspace work;
    work.write("rules/broken.yml", broken_rule);
    const Outcome lenient = run(work.scan({work.events}));
    CHECK(lenient.status == 0);
    CHECK(lines(lenient.out) == 2);
    CHECK(has(lenient.err, "broken.yml:4:"));
    CHECK(has(lenient.err, "2 loaded, 1 refused"));
    const Outcome strict = run(work.scan({"--strict", work.events}));
    CHECK(strict.status == 2);
    CHECK(strict.out.empty());
    CHECK(has(strict.err, "broken.yml:4:"));
    const Outcome none =
        run({"scan", "--taxonomy", "none", "-r", work.path("rules/broken.yml"), work.events});
    CHECK(none.status == 2);
    CHECK(none.out.empty());
  }

  TEST_CASE("at most 20 refused rules are listed, the rest counted") {
    if (!have_command()) return;
    const Workspace work;
    for (int i = 0; i < 25; ++i) work.write("rules/broken" + std::to_string(10 + i) + ".yml", broken_rule);
    const Outcome outcome = run(work.scan({work.events}));
    CHECK(has(outcome.err, "broken29.yml:4:"));
    CHECK_FALSE(has(outcome.err, "broken30.yml"));
    CHECK(has(outcome.err, "and 5 more: `sigrun check`"));
  }

  TEST_CASE("inputs that cannot be read are status 3 with their name") {
    if (!have_command()) return;
    const Workspace work;
    work.write("empty/readme.txt", "no events");
    work.write("log.evtx", std::string("ElfFile\0", 8) + std::string(100, '\0'));
    const auto refused = [&](const std::string& path, const std::string& words) {
      const Outcome outcome = run(work.scan({path}));
      CAPTURE(outcome.err);
      CHECK(outcome.status == 3);
      CHECK(outcome.out.empty());
      CHECK(has(outcome.err, path));
      CHECK(has(outcome.err, words));
    };
    refused(work.path("missing.json"), "");
    refused(work.path("empty"), "");
    refused(work.path("log.evtx"), "evtx");
    refused(work.path("*.nothing"), "");
    // What can be read is scanned all the same.
    const Outcome partly = run(work.scan({work.path("missing.json"), work.events}));
    CHECK(partly.status == 3);
    CHECK(lines(partly.out) == 2);
  }

  TEST_CASE("configuration that cannot be read is status 3") {
    if (!have_command()) return;
    const Workspace work;
    CHECK(run({"scan", "-r", work.path("nothing"), work.events}).status == 3);
    CHECK(run({"scan", "-r", work.rules, "--taxonomy", work.path("nothing"), work.events}).status == 3);
    CHECK(run(work.scan({"-p", work.path("nothing.yml"), work.events})).status == 3);
    CHECK(run(work.scan({"--vars", work.path("nothing.yml"), work.events})).status == 3);
    CHECK(run(work.scan({"--logsource", "windows", work.events})).status == 3);
    CHECK(run(work.scan({"--format", "xml", work.events})).status == 3);
    CHECK(run(work.scan({"--no-such-option", work.events})).status == 3);
    CHECK(run({}).status == 3);
    CHECK(run({"frobnicate"}).status == 3);
  }

  TEST_CASE("a rejected event is reported with file, line and offset, and counted") {
    if (!have_command()) return;
    const Workspace work;
    const std::string path =
        work.write("bad.ndjson", std::string(whoami) + "\n{\"Image\": \"unterminated\n" + host + "\n");
    const Outcome outcome = run(work.scan({path}));
    CHECK(outcome.status == 0);
    CHECK(lines(outcome.out) == 2);
    CHECK(has(outcome.err, path + ":2: rejected: "));
    CHECK(has(outcome.err, "(offset " + std::to_string(std::string(whoami).size() + 1) + ")"));
    CHECK(has(outcome.err, "in 3 = processed 2 + degraded 0 + rejected 1 + dropped 0"));
  }

  TEST_CASE("nothing but rejected events is status 3 with a hint") {
    if (!have_command()) return;
    const Workspace work;
    const std::string text = work.write("syslog.log", "Nov 20 09:00:00 host sshd[1]: hello\n{\"a\": \n");
    const Outcome outcome = run(work.scan({text}));
    CHECK(outcome.status == 3);
    CHECK(has(outcome.err,
              "sigrun scan: no JSON found: every event was rejected; sigrun reads JSON objects, one to a line or "
              "otherwise, also .gz and .zst\n"));
    CHECK(run(work.scan({"-e", "hello"})).status == 3);
    // One that can be read is enough, and so is a file without anything in it.
    const Outcome mixed = run(work.scan({text, work.events}));
    CHECK(mixed.status == 0);
    CHECK_FALSE(has(mixed.err, "no JSON found"));
    CHECK(run(work.scan({work.write("empty.json", "")})).status == 0);
  }

  TEST_CASE("-o writes a file; its failures are status 3 with the reason") {
    if (!have_command()) return;
    const Workspace work;
    const Outcome outcome = run(work.scan({"-o", work.path("alerts.ndjson"), work.events}));
    CHECK(outcome.status == 0);
    CHECK(outcome.out.empty());
    CHECK(lines(read_whole_file(work.path("alerts.ndjson"))) == 2);
    CHECK(run(work.scan({"-o", work.path("alerts.txt"), "--format", "table", work.events})).status == 0);
    CHECK(read_whole_file(work.path("alerts.txt")).starts_with("TIME (UTC)"));

    const Outcome full = run(work.scan({"-o", "/dev/full", work.events}));
    CHECK(full.status == 3);
    CHECK(has(full.err, "No space left on device"));
    CHECK(run(work.scan({"-o", work.path("no/such/folder/x"), work.events})).status == 3);
    const std::string before = read_whole_file(work.events);
    const Outcome itself = run(work.scan({"-o", work.events, work.events}));
    CHECK(itself.status == 3);
    CHECK(read_whole_file(work.events) == before);
  }

  TEST_CASE("a full disk behind standard output is status 3") {
    if (!have_command()) return;
    const Workspace work;
    CommandInput full;
    full.out_path = "/dev/full";
    for (const auto& arguments :
         {work.scan({work.events}), {"check", work.rules}, {"test", work.rules}, {"version"}}) {
      const Outcome outcome = run(arguments, full);
      CHECK(outcome.status == 3);
      CHECK(has(outcome.err, "No space left on device"));
    }
  }

  TEST_CASE("a reader that goes away ends the scan quietly") {
    if (!have_command()) return;
    const Workspace work;
    std::string many;
    for (int i = 0; i < 50000; ++i) many += std::string(whoami) + "\n";
    const Outcome outcome = run_and_hang_up(work.scan({work.write("many.ndjson", many)}));
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "\"Whoami\""));
    CHECK(outcome.err.empty());
  }

  TEST_CASE("SIGINT and SIGTERM end the scan with a summary") {
    if (!have_command()) return;
    const Workspace work;
    std::string text = std::string(whoami) + "\n";
    for (int i = 0; i < 2000; ++i) text += std::string(other) + "\n";
    for (const int number : {SIGINT, SIGTERM}) {
      const Outcome outcome = run_and_signal(work.scan({"-"}), text, number);
      CHECK(outcome.status == 128 + number);
      CHECK(has(outcome.err, "events: in "));
      CHECK(has(outcome.err, "stopped before the end"));
      CHECK(outcome.out.ends_with("\n"));
    }
  }

  TEST_CASE("an idle standard input does not keep a signal waiting") {
    if (!have_command()) return;
    const Workspace work;
    for (const int number : {SIGINT, SIGTERM}) {
      const Outcome outcome = run_idle_and_signal(work.scan({"-"}), std::string(whoami) + "\n", number);
      CHECK(outcome.status == 128 + number);
      CHECK(has(outcome.out, "\"Whoami\""));
      CHECK(has(outcome.err, "in 1 = processed 1 + degraded 0 + rejected 0 + dropped 0"));
    }
  }

  TEST_CASE("the shipped rules are taken when none are named, and said so") {
    if (!have_command()) return;
    const Workspace work;
    work.write("share/rules/windows/high.yml", high_rule);
    work.write("share/rules/taxonomy/t.yml",
               "taxonomy: test\ntitle: Test events\nrecognise: {Image|exists: true}\n"
               "logsources:\n  - {product: windows, category: process_creation}\n");
    CommandInput input;
    input.environment["SIGRUN_SHARE"] = work.path("share");
    const Outcome outcome = run({"scan", work.events}, input);
    CHECK(outcome.status == 0);
    CHECK(lines(outcome.out) == 1);
    CHECK(has(outcome.err, "shipped rules of " + work.path("share")));
    CHECK_FALSE(has(outcome.err, "unrecognised"));
    CHECK(has(outcome.err, "1 loaded, 0 refused"));
  }

  TEST_CASE("the same alerts for any number of threads") {
    if (!have_command()) return;
    const Workspace work;
    std::string many;
    for (int i = 0; i < 30000; ++i)
      many += std::string(i % 7 == 0 ? whoami : i % 5 == 0 ? host : other) + "\n";
    const std::string path = work.write("many.ndjson", many);
    const std::string one = run(work.scan({"-j", "1", path})).out;
    CHECK(lines(one) > 4000);
    CHECK(run(work.scan({"-j", "2", path})).out == one);
    CHECK(run(work.scan({"-j", "7", path})).out == one);
  }
}
