// From paths to rules: finding files, selecting, refusing, and what the report says.
#include "rule_loader.h"
#include "table_loader.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "support/engine_fixture.h"

using namespace sigrun;
using test::Loaded;

namespace {

std::string rule(const std::string& title, const std::string& more = "") {
  return "title: " + title + "\n" + more + "logsource: {product: p}\ndetection: {s: {F: a}, condition: s}\n";
}

Loaded& write_selection(Loaded& loaded) {
  return loaded.write("rules/low/a.yml", rule("A", "id: 00000000-0000-0000-0000-00000000000a\nlevel: low\nstatus: stable\ntags: [attack.t1059.001]\n"))
      .write("rules/high/b.yml", rule("B", "id: 00000000-0000-0000-0000-00000000000b\nlevel: high\nstatus: test\ntags: [attack.t1003, cve.2024-1]\n"))
      .write("rules/high/c.yml", rule("C", "level: critical\nstatus: experimental\n"))
      .write("rules/d.yml", rule("D"));
}

std::string selected(RuleSelection selection, size_t* deselected = nullptr) {
  Loaded loaded;
  loaded.options.selection = std::move(selection);
  write_selection(loaded).load();
  if (deselected) *deselected = loaded.report.deselected;
  return loaded.titles();
}

}  // namespace

TEST_CASE("loading: rule files below a folder, in the order of their paths") {
  Loaded loaded;
  loaded.write("rules/b.yml", rule("B")).write("rules/a/z.yaml", rule("Z")).write("rules/.git/x.yml", rule("Hidden")).write("rules/.x.yml", rule("Hidden"))
      .write("rules/taxonomy/t.yml", "taxonomy: t\n").write("rules/readme.md", "x").write("rules/c.yml.bak", "x").load();
  CHECK(loaded.titles() == "Z,B");
  CHECK(loaded.report.files == 2);
  CHECK(loaded.report.loaded == 2);
  CHECK(loaded.said() == "");
}

TEST_CASE("loading: endings of rule files in capitals") {
  Loaded loaded;
  loaded.write("rules/A.YML", rule("A")).write("rules/B.Yaml", rule("B")).write("rules/YML", "x").load();
  CHECK(loaded.titles() == "A,B");
  CHECK(is_yaml_file_name("a.yml"));
  for (const char* name : {"a.yml.bak", "yml", ".yml", "a.json", "", "a."})
    CHECK_FALSE(is_yaml_file_name(name));
}

TEST_CASE("loading: a file by its name whatever its ending, and each file once") {
  Loaded loaded;
  std::string path = loaded.folder.write("rules/odd.txt", rule("A")), folder = loaded.folder.path("rules");
  loaded.write("rules/b.yml", rule("B"));
  loaded.options.rule_paths = {path, folder, folder + "/../rules/b.yml"};
  loaded.load();
  CHECK(loaded.titles() == "A,B");
}

TEST_CASE("loading: paths that cannot be followed are fatal") {
  Loaded loaded;
  loaded.options.rule_paths = {loaded.folder.path("nowhere")};
  loaded.load();
  CHECK_FALSE(loaded.engine);
  CHECK(loaded.report.fatal == loaded.folder.path("nowhere") + ": no such file or folder");
  std::filesystem::create_directory(loaded.folder.path("empty"));
  loaded.options.rule_paths = {loaded.folder.path("empty")};
  loaded.load();
  CHECK_FALSE(loaded.engine);
  CHECK(loaded.report.fatal == loaded.folder.path("empty") + ": the folder holds no rule file (*.yml, *.yaml)");
}

TEST_CASE("loading: broken rules are in the report, the others in the engine") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A")).write("rules/b.yml", rule("B", "level: x\n")).write("rules/c.yml", rule("C", "status: x\n")).load();
  CHECK(loaded.titles() == "A,C");
  CHECK(loaded.report.refused == 1);
  CHECK(loaded.report.count(Severity::error) == 1);
  CHECK(loaded.report.count(Severity::warning) == 1);
  CHECK(loaded.said() ==
        "rules/b.yml:2:1: error: unknown level 'x'; write informational, low, medium, high or critical\n"
        "rules/c.yml:2:9: warning: unknown status 'x'; write stable, test, experimental, deprecated or unsupported");
}

TEST_CASE("loading: limit of a file's bytes") {
  Loaded loaded;
  loaded.options.limits.yaml_bytes = 200;
  loaded.write("rules/a.yml", rule("A")).write("rules/b.yml", rule("B") + "# " + std::string(200, 'x') + "\n").load();
  CHECK(loaded.titles() == "A");
  CHECK(loaded.report.refused == 1);
  CHECK(loaded.said().find("rules/b.yml: error: the file has ") == 0);
}

TEST_CASE("selection: by level and status") {
  size_t deselected = 0;
  CHECK(selected({}) == "D,B,C,A");
  CHECK(selected({.min_level = sigma::Level::high}, &deselected) == "B,C");
  CHECK(deselected == 2);
  CHECK(selected({.min_level = sigma::Level::critical}) == "C");
  CHECK(selected({.min_status = sigma::Status::test}) == "B,A");
  CHECK(selected({.min_status = sigma::Status::stable}) == "A");
}

TEST_CASE("selection: by id, tag and glob over the path") {
  CHECK(selected({.select = {"00000000-0000-0000-0000-00000000000b"}}) == "B");
  CHECK(selected({.select = {"attack.t1059.001"}}) == "A");
  CHECK(selected({.select = {"attack.t1059*"}}) == "A");
  CHECK(selected({.select = {"attack.*"}}) == "B,A");
  CHECK(selected({.select = {"*/high/*"}}) == "B,C");
  CHECK(selected({.select = {"low/a.yml"}}) == "A");
  CHECK(selected({.select = {"cve.*", "d.yml"}}) == "D,B");
  CHECK(selected({.select = {"nothing"}}) == "");
  CHECK(selected({.select = {"00000000-0000-0000-0000-00000000000B"}}) == "B");
  CHECK(selected({.select = {"ATTACK.T1059*"}}) == "A");
  CHECK(selected({.exclude = {"Attack.*"}}) == "D,C");
}

TEST_CASE("selection: what is excluded is out whatever selects it") {
  CHECK(selected({.exclude = {"attack.*"}}) == "D,C");
  CHECK(selected({.select = {"attack.*"}, .exclude = {"*/high/*"}}) == "A");
}

TEST_CASE("loading: muted rules, correlations and filters are counted") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A", "name: a\n") + "---\n" + rule("B") +
                                  "---\ntitle: C\ncorrelation: {type: event_count, rules: [a], timespan: 1m, condition: {gte: 2}}\n"
                                  "---\ntitle: X\nlogsource: {product: p}\nfilter: {rules: any, s: {G: x}, condition: not s}\n")
      .load();
  CHECK(loaded.report.correlations == 1);
  CHECK(loaded.report.filters == 1);
  CHECK(loaded.report.muted == std::vector<std::string>{"A"});
  CHECK(test::scan_events(*loaded.engine, "{\"F\":\"a\"}\n{\"F\":\"a\",\"G\":\"x\"}\n").titles() == "B");
  loaded.options.muting = false;
  loaded.load();
  CHECK(loaded.report.muted.empty());
  CHECK(test::scan_events(*loaded.engine, "{\"F\":\"a\"}\n").titles() == "A,B");
}

TEST_CASE("loading: references reach over files") {
  Loaded loaded;
  loaded.write("rules/z.yml", rule("A", "name: a\n")).write("rules/b.yml", rule("B", "name: a\n"))
      .write("rules/a.yml", "title: X\nlogsource: {product: p}\nfilter: {rules: [a], s: {G: x}, condition: not s}\n").load();
  CHECK(loaded.titles() == "B");
  CHECK(loaded.said().find("rules/z.yml:1:1: error: the name 'a' is also that of ") == 0);
  CHECK(test::scan_events(*loaded.engine, "{\"F\":\"a\",\"G\":\"x\"}\n").titles() == "");
}

TEST_CASE("loading: placeholder values") {
  Loaded loaded;
  loaded.write("rules/a.yml", "title: A\nlogsource: {product: p}\ndetection: {s: {F|expand: '%users%'}, condition: s}\n").load();
  CHECK(loaded.titles() == "");
  CHECK(loaded.said() == "rules/a.yml:3:27: error: the placeholder %users% has no value: give it one with --vars");
  loaded.options.vars_path = loaded.folder.write("vars.yml", "users: [x, y]\n");
  loaded.load();
  CHECK(loaded.titles() == "A");
  CHECK(test::scan_events(*loaded.engine, "{\"F\":\"Y\"}").titles() == "A");
  loaded.options.vars_path = loaded.folder.write("bad.yml", "[x]\n");
  loaded.load();
  CHECK(loaded.report.fatal == loaded.folder.path("bad.yml") + ":1:1: error: placeholder values are one map: name: value, or name: [value, value]");
  loaded.options.vars_path = loaded.folder.path("none.yml");
  loaded.load();
  CHECK(loaded.report.fatal == loaded.folder.path("none.yml") + ": No such file or directory");
}

TEST_CASE("loading: log sources with and without a table") {
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.options.taxonomy_path = loaded.folder.write("tables/t.yml", "taxonomy: t\nlogsources: [{product: p, category: c}]\n");
  loaded.write("rules/a.yml", rule("A")).write("rules/b.yml", "title: B\nlogsource: {product: q}\ndetection: {s: {F: a}, condition: s}\n").load();
  CHECK(loaded.report.per_logsource == std::map<std::string, size_t>{{"product=p", 1}, {"product=q", 1}});
  CHECK(loaded.report.unknown_logsource == std::map<std::string, size_t>{{"product=q", 1}});
}

TEST_CASE("loading: broken tables are fatal, and so are two of one name") {
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.write("rules/a.yml", rule("A"));
  std::string folder = loaded.folder.path("tables");
  loaded.options.taxonomy_path = folder;
  loaded.write("tables/t.yml", "taxonomy: t\nlogsources: []\n").load();
  CHECK(loaded.report.fatal == folder + "/t.yml:1:1: error: the table names no log source; write logsources:");
  loaded.write("tables/t.yml", "taxonomy: t\nlogsources: [{product: p}]\n").write("tables/u.yml", "taxonomy: t\norder: 1\nlogsources: [{product: p}]\n").load();
  CHECK(loaded.report.fatal == folder + "/t.yml:1:1: error: the table name 't' is also that of " + folder + "/u.yml");
  loaded.options.taxonomy_path = loaded.folder.path("none");
  loaded.load();
  CHECK(loaded.report.fatal ==
        loaded.folder.path("none") +
            ": no such file or folder; name a file or folder of log source tables with --taxonomy, or none");
  loaded.options.taxonomy_path = loaded.folder.path("empty");
  loaded.write("empty/readme.md", "x").load();
  CHECK(loaded.report.fatal ==
        loaded.folder.path("empty") + ": holds no log source table; name another with --taxonomy, or none");
}

TEST_CASE("loading: tables in ascending order, then by file") {
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.options.taxonomy_path = loaded.folder.path("tables");
  loaded.write("tables/a.yml", "taxonomy: last\norder: 200\nlogsources: [{product: p}]\n").write("tables/b.yml", "taxonomy: second\nlogsources: [{product: p}]\n")
      .write("tables/c.yml", "taxonomy: third\nlogsources: [{product: p}]\n---\ntaxonomy: first\norder: -5\nlogsources: [{product: p}]\n");
  LoadReport report;
  auto tables = load_tables(loaded.options, report);
  REQUIRE(tables);
  std::string names;
  for (const auto& table : *tables) names += table.name + " ";
  CHECK(names == "first second third last ");
}

TEST_CASE("loading: an unknown pipeline is fatal") {
  Loaded loaded;
  loaded.options.pipelines = {"nonsense"};
  loaded.write("rules/a.yml", rule("A")).load();
  CHECK(loaded.report.fatal == "there is no pipeline 'nonsense': neither a file nor one of those that are shipped");
}

TEST_CASE("loading: a word is a shipped pipeline, whatever lies where the engine was started") {
  Loaded loaded;
  const auto before = std::filesystem::current_path();
  loaded.folder.write("sysmon", "no: [pipeline");
  std::filesystem::current_path(loaded.folder.path());
  loaded.options.pipelines = {"sysmon"};
  loaded.write("rules/a.yml", rule("A")).load();
  CHECK(loaded.report.fatal == "");
  loaded.options.pipelines = {"./sysmon"};
  loaded.load();
  std::filesystem::current_path(before);
  CHECK(loaded.report.fatal.starts_with("./sysmon:1:"));
}

TEST_CASE("loading: a configuration beside the rules is none of them") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A")).write("rules/sigrun.yaml", "rules: [.]\n").write("rules/b/sigrun.yml", "rules: [.]\n").load();
  CHECK(loaded.titles() == "A");
  CHECK(loaded.report.refused == 0);
  // Named outright, it is read as what it was named for.
  loaded.options.rule_paths = {loaded.folder.path("rules/sigrun.yaml")};
  loaded.load();
  CHECK(loaded.report.refused == 1);
}

TEST_CASE("loading: the tables that ship are sound") {
  LoadOptions options;
  LoadReport report;
  auto tables = load_tables(options, report);
  REQUIRE_MESSAGE(tables, report.fatal);
  CHECK(tables->size() > 30);
}

TEST_CASE("loading: the report names each refused rule once, with all its errors") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A", "name: a\n") + "---\n" + rule("Twice", "name: a\n"))
      .write("rules/b.yml", "title: Broken\nlevel: odd\nlogsource: {product: p}\n---\nhello\n---\na: 'b\n")
      .write("rules/c.yml", "title: Lost\ncorrelation: {type: temporal, rules: [nobody], timespan: 1m}\n---\n"
                            "title: Cyclic\nname: x\ncorrelation: {type: temporal, rules: [x], timespan: 1m}\n")
      .write("rules/d.yml", "title: Placeholders\nlogsource: {product: p}\ndetection:\n"
                            "  s: {F|expand: '%one%', G|expand: '%two%'}\n  condition: s\n")
      .load();
  std::string named;
  for (const RefusedRule& refused : loaded.report.refused_rules) {
    named += refused.title + ":" + std::to_string(refused.mark.line) + " ";
    CHECK_FALSE(refused.errors.empty());
    CHECK(refused.file.find("rules/") != std::string::npos);
  }
  CHECK(named == ":7 Broken:1 :5 :6 Placeholders:1 :2 :4 ");
  CHECK(loaded.report.refused_rules.size() == loaded.report.refused);
}

TEST_CASE("loading: the report names what selected nothing") {
  Loaded loaded;
  loaded.options.selection.select = {"attack.t9999", "ATTACK.T1003", "Cve.*"};
  loaded.options.selection.exclude = {"d.yml", "*.txt"};
  write_selection(loaded).load();
  CHECK(loaded.titles() == "B");
  CHECK(loaded.report.unmatched_select == std::vector<std::string>{"attack.t9999"});
  CHECK(loaded.report.unmatched_exclude == std::vector<std::string>{"*.txt"});
}
