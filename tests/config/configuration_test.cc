// What a configuration says, and what is said of one that is wrong.
#include "config/configuration.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/command_fixture.h"

using namespace sigrun;

namespace {

using Texts = std::vector<std::string>;

std::string said(const DiagnosticSink& sink) {
  std::string text;
  for (const Diagnostic& diagnostic : sink.diagnostics())
    text += (text.empty() ? "" : "\n") + diagnostic.to_string();
  return text;
}

Configuration read(std::string_view text, const std::string& file = "conf/sigrun.yaml") {
  DiagnosticSink sink(file);
  INFO(text);
  auto configuration = read_configuration(text, file, sink);
  REQUIRE_MESSAGE(configuration, said(sink));
  CHECK(sink.error_count() == 0);
  return *configuration;
}

// Everything that is said of a text that is refused.
std::string refused(std::string_view text) {
  DiagnosticSink sink("c.yaml");
  INFO(text);
  CHECK_FALSE(read_configuration(text, "c.yaml", sink));
  CHECK(sink.error_count() > 0);
  return said(sink);
}

}  // namespace

TEST_SUITE("configuration") {
  TEST_CASE("what says nothing changes nothing") {
    for (const char* text :
         {"", "# nothing\n", "{}", "limits:\ntime:\nstate:\nselection:\noutput: # later\n", "---\n{}\n"}) {
      const Configuration read_one = read(text);
      INFO(text);
      CHECK(read_one.load.rule_paths.empty());
      CHECK(read_one.load.use_taxonomy);
      CHECK(read_one.load.limits == Limits());
      CHECK(read_one.load.time == TimeOptions());
      CHECK(read_one.load.logsource.kind == LogSourceMode::Kind::automatic);
      CHECK(read_one.state == StateOptions());
      CHECK(read_one.output.format == OutputOptions::Format::automatic);
    }
  }

  TEST_CASE("rules, pipelines, tables: paths are relative to the file") {
    const std::string text =
        "rules: [rules, ../more, /abs/rules, one.yml]\npipelines: [sysmon, own.yml, ./windows-audit, p/q]\n"
        "taxonomy: tables\nvars: v.yml\noutput: {file: alerts.ndjson}\nstate: {folder: state}\n";
    const Configuration one = read(text);
    CHECK(one.load.rule_paths == Texts{"conf/rules", "conf/../more", "/abs/rules", "conf/one.yml"});
    CHECK(one.load.pipelines == Texts{"sysmon", "conf/own.yml", "conf/./windows-audit", "conf/p/q"});
    CHECK(one.load.use_taxonomy);
    CHECK(one.load.taxonomy_path == "conf/tables");
    CHECK(one.load.vars_path == "conf/v.yml");
    CHECK(one.output.file == "conf/alerts.ndjson");
    CHECK(one.state.folder == "conf/state");
    CHECK(read(text, "sigrun.yaml").load.rule_paths == Texts{"rules", "../more", "/abs/rules", "one.yml"});
    CHECK(read(text, "/etc/sigrun/sigrun.yaml").load.vars_path == "/etc/sigrun/v.yml");
  }

  TEST_CASE("one value may stand without brackets") {
    const Configuration one = read(
        "rules: r\npipelines: sysmon\ntaxonomy: none\nselection: {select: attack.*, exclude: x}\ntime: "
        "{field: ts}");
    CHECK(one.load.rule_paths == Texts{"conf/r"});
    CHECK(one.load.pipelines == Texts{"sysmon"});
    CHECK_FALSE(one.load.use_taxonomy);
    CHECK(one.load.taxonomy_path.empty());
    CHECK(one.load.selection.select == Texts{"attack.*"});
    CHECK(one.load.selection.exclude == Texts{"x"});
    CHECK(one.load.time.fields == Texts{"ts"});
  }

  TEST_CASE("log source: a word, a text or a map") {
    CHECK(read("logsource: auto").load.logsource.kind == LogSourceMode::Kind::automatic);
    CHECK(read("logsource: off").load.logsource.kind == LogSourceMode::Kind::off);
    for (const char* text :
         {"logsource: {product: windows, service: sysmon}", "logsource: product=windows,service=sysmon"}) {
      const LogSourceMode mode = read(text).load.logsource;
      CHECK(mode.kind == LogSourceMode::Kind::fixed);
      CHECK(mode.logsource.product == "windows");
      CHECK(mode.logsource.service == "sysmon");
      CHECK(mode.logsource.category.empty());
    }
    CHECK(refused("logsource: windows") ==
          "c.yaml:1:12: error: \"windows\" is no log source; write auto, off, or "
          "product=…,category=…,service=…");
    CHECK(refused("logsource: {}") ==
          "c.yaml:1:12: error: logsource must be auto, off, or a map with product, category or service; this "
          "is a map");
    CHECK(refused("logsource: {product: }").find("product must be text; this is empty") != std::string::npos);
    CHECK(refused("logsource: {produkt: x}") ==
          "c.yaml:1:13: error: unknown key 'produkt' in logsource; did you mean product?");
  }

  TEST_CASE("selection, time, state, limits and output") {
    const Configuration one = read(R"(
selection: {min-level: medium, min-status: test}
time: {field: [a, b.c], zone: '-03:30', lateness: 15m}
state: {memory: 64MiB, rule-memory: 2 MiB, evidence-memory: 0, snapshot-interval: 2m}
limits: {event-bytes: 1 MB, rule-budget: 0, event-depth: 10, rejected-reports: 0}
output: {format: table, min-level: high}
)");
    CHECK(one.load.selection.min_level == sigma::Level::medium);
    CHECK(one.load.selection.min_status == sigma::Status::test);
    CHECK(one.load.time.fields == Texts{"a", "b.c"});
    CHECK(one.load.time.zone_seconds == -12'600);
    CHECK(one.load.time.lateness_seconds == 900);
    CHECK(one.state.memory == 64u << 20);
    CHECK(one.state.rule_memory == 2u << 20);
    CHECK(one.state.evidence_memory == 0);
    CHECK(one.state.snapshot_interval_seconds == 120);
    Limits limits;
    limits.event_bytes = 1'000'000;
    limits.rule_budget_microseconds = 0;
    limits.event_depth = 10;
    limits.rejected_reports = 0;
    CHECK(one.load.limits == limits);
    CHECK(one.output.format == OutputOptions::Format::table);
    CHECK(one.output.min_level == sigma::Level::high);
    CHECK(read("limits: {rule-budget: 20ms}").load.limits.rule_budget_microseconds == 20'000);
    CHECK(read("time: {lateness: 0s, zone: +05:30}").load.time.lateness_seconds == 0);
  }

  TEST_CASE("a rule's memory is at most that of all") {
    CHECK(read("state: {memory: 8MiB}").state.rule_memory == 8u << 20);
    CHECK(read("state: {memory: 1GiB}").state.rule_memory == 64u << 20);
    CHECK(refused("state: {memory: 8MiB, rule-memory: 9MiB}")
              .find("c.yaml:1:36: error: rule-memory, 9 MiB, is more than memory, 8 MiB") !=
          std::string::npos);
  }

  TEST_CASE("of what is right nothing is said") {
    DiagnosticSink sink("c.yaml");
    CHECK(read_configuration("rules: r\nstate: {memory: 8MiB, folder: s}", "c.yaml", sink));
    CHECK(said(sink) == "");
  }

  TEST_CASE("unknown keys: what was meant, or where it belongs") {
    CHECK(refused("rule: x") == "c.yaml:1:1: error: unknown key 'rule'; did you mean rules?");
    CHECK(refused("a: 1\nRules: x") ==
          "c.yaml:1:1: error: unknown key 'a'; known are rules, pipelines, taxonomy, vars, logsource, "
          "selection, time, state, live, "
          "limits and output\nc.yaml:2:1: error: unknown key 'Rules'; did you mean rules?");
    CHECK(refused("limits:\n  event_bytes: 1MiB") ==
          "c.yaml:2:3: error: unknown key 'event_bytes' in limits; did you mean event-bytes?");
    CHECK(
        refused("state: {rule_memroy: 1MiB}")
            .starts_with("c.yaml:1:9: error: unknown key 'rule_memroy' in state; did you mean rule-memory?"));
    CHECK(refused("min-level: low") ==
          "c.yaml:1:1: error: unknown key 'min-level'; min-level belongs under selection: or output:");
    CHECK(refused("time: {event-bytes: 1}") ==
          "c.yaml:1:8: error: unknown key 'event-bytes' in time; event-bytes belongs under limits:");
    CHECK(refused("output: {rules: x}") ==
          "c.yaml:1:10: error: unknown key 'rules' in output; rules belongs to the top of the file");
  }

  TEST_CASE("values that are none") {
    CHECK(refused("selection: {min-level: urgent}") ==
          "c.yaml:1:24: error: min-level must be informational, low, medium, high or critical; this is "
          "'urgent'");
    CHECK(refused("selection: {min-status: [test]}") ==
          "c.yaml:1:25: error: min-status must be unsupported, deprecated, experimental, test or stable; "
          "this is a list");
    CHECK(refused("output: {format: tabel}") ==
          "c.yaml:1:18: error: format must be table or ndjson; this is 'tabel'");
    CHECK(refused("time: {zone: CET}") ==
          "c.yaml:1:14: error: zone must be UTC or an offset such as +02:00; this is 'CET'");
    CHECK(refused("time: {lateness: 120}") ==
          "c.yaml:1:18: error: lateness must be a whole number with a unit such as 250ms, 60s or 2m; this is "
          "'120'");
    CHECK(refused("time: {lateness: 1500ms}") ==
          "c.yaml:1:18: error: lateness is 1500ms; write a multiple of 1 s");
    CHECK(refused("time: {lateness: 8d}") ==
          "c.yaml:1:18: error: lateness is 8d; write at least 0 and at most 7 d");
    CHECK(refused("limits: {event-bytes: 1.5MiB}") ==
          "c.yaml:1:23: error: event-bytes must be a whole number of bytes such as 64KiB or 16MiB; this is "
          "'1.5MiB'");
    CHECK(refused("limits: {event-depth: 1e2}") ==
          "c.yaml:1:23: error: event-depth must be a whole number such as 100000; this is '1e2'");
    CHECK(refused("limits: {event-depth: 100000}") ==
          "c.yaml:1:23: error: event-depth is 100000; write at least 1 and at most 1000");
    CHECK(refused("limits: {rule-budget: 1500ns}") ==
          "c.yaml:1:23: error: rule-budget is 1500ns; write a multiple of 1 us");
    CHECK(refused("state: {snapshot-interval: 0}")
              .find("c.yaml:1:28: error: snapshot-interval is 0; write at least 1 s and at most 1 d") !=
          std::string::npos);
    CHECK(refused("rules:") ==
          "c.yaml:1:1: error: rules names nothing; write a file or folder or a list of them, or leave rules "
          "out");
    CHECK(refused("rules: []").starts_with("c.yaml:1:1: error: rules names nothing"));
    CHECK(refused("rules: [a, {b: c}, '']") ==
          "c.yaml:1:12: error: rules must be a file or folder or a list of them; this is a map\n"
          "c.yaml:1:20: error: rules must be a file or folder or a list of them; this is an empty text");
    CHECK(refused("vars: {a: b}") ==
          "c.yaml:1:7: error: vars must be a file of placeholders' values; this is a map");
    CHECK(refused("limits: 5").starts_with("c.yaml:1:9: error: limits must be a map with yaml-bytes, "));
    CHECK(refused("taxonomy: ''").find("taxonomy must be a file or folder of log source tables, or none") !=
          std::string::npos);
  }

  TEST_CASE("texts that are no configuration") {
    CHECK(refused("just words") ==
          "c.yaml:1:1: error: a configuration is a map with keys such as rules:, not text");
    CHECK(refused("[a]") ==
          "c.yaml:1:1: error: a configuration is a map with keys such as rules:, not a list");
    CHECK(refused("rules: a\n---\nrules: b\n")
              .find("a configuration is one document; write all of it into the first") != std::string::npos);
    CHECK(refused("rules: a\nrules: b\n").starts_with("c.yaml:2:1: error: the key 'rules' stands twice"));
    CHECK(refused("rules: [a").starts_with("c.yaml:"));
    CHECK(refused(std::string(2 << 20, ' ')).find("at most 1048576 are read") != std::string::npos);
  }

  TEST_CASE("a file is read, and one that cannot be read is an error") {
    cli::TemporaryFolder folder;
    const std::string path = folder.write("sigrun.yaml", "rules: [rules]\n");
    DiagnosticSink sink(path);
    const auto configuration = load_configuration(path, sink);
    REQUIRE(configuration);
    CHECK(configuration->load.rule_paths == Texts{folder.path("rules")});
    const std::string missing = folder.path("missing.yaml");
    DiagnosticSink none(missing);
    CHECK_FALSE(load_configuration(missing, none));
    CHECK(said(none) == missing + ": error: No such file or directory");
    DiagnosticSink of_folder(folder.path());
    CHECK_FALSE(load_configuration(folder.path(), of_folder));
    CHECK(of_folder.error_count() == 1);
  }
}
