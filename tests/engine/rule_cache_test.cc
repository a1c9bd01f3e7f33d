// A folder that is loaded again with a cache gives what a fresh load gives, to the letter, and parses what changed alone.
#include "rule_cache.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using test::Loaded;

namespace {

std::string rule(const std::string& title, const std::string& value) {
  return "title: " + title + "\nname: n" + title +
         "\nlogsource: {product: p}\nlevel: high\ndetection: {s: {F|contains: " + value +
         "}, condition: s}\n";
}

// Of one size whatever their letter, so that sizes tell nothing.
std::string some_text(std::mt19937_64& random) {
  const std::string letter(1, static_cast<char>('a' + random() % 6));
  switch (random() % 10) {
    case 0: return "title: [broken\n";
    case 1:
      return rule(letter, letter) + "---\n" + rule(letter + letter, letter) + "---\ntitle: no detection\n";
    case 2:
      return "title: filter " + letter + "\nlogsource: {product: p}\nfilter: {rules: [n" + letter +
             "], s: {G: x}, condition: not s}\n";
    case 3:
      return "title: c" + letter + "\ncorrelation: {type: event_count, rules: [n" + letter +
             "], timespan: 1m, group-by: [F], condition: {gte: 2}}\n";
    case 4:
      return rule(letter, letter) +
             "unknown_modifier_follows: 1\n---\ntitle: x\nlogsource: {product: p}\ndetection: {s: {F|nosuch: "
             "1}, condition: s}\n";
    case 5: return "";
    case 6: return "\xFF\xFE bytes\n";
    default: return rule(letter, letter);
  }
}

// All that a load says, but for what the cache alone can say.
std::string described(Loaded& loaded) {
  const LoadReport& report = loaded.report;
  std::string out = loaded.titles() + "\n" + loaded.said() + "\n" + report.fatal;
  for (size_t count :
       {report.files, report.loaded, report.refused, report.deselected, report.correlations, report.filters})
    out += " " + std::to_string(count);
  for (const RefusedRule& refused : report.refused_rules)
    out += "\n" + std::filesystem::path(refused.file).filename().string() + ":" +
           std::to_string(refused.mark.line) + " " + refused.title + ": " + refused.errors;
  for (const std::string& title : report.muted) out += "\nmuted " + title;
  for (const auto& [logsource, count] : report.per_logsource)
    out += "\n" + logsource + " " + std::to_string(count);
  if (!loaded.engine) return out;
  std::string events;
  for (char letter = 'a'; letter <= 'f'; ++letter) {
    events += std::string(R"({"F": ")") + letter + "\"}\n";
    events += std::string(R"({"F": ")") + letter + "\", \"G\": \"x\"}\n";
  }
  const test::Scanned scanned = test::scan_events(*loaded.engine, events);
  for (const Alert& alert : scanned.alerts)
    out += std::string("\n") + alert.id.c_str() + " " + alert.rule->title + " " + std::to_string(alert.line);
  return out;
}

// The engine that this cache gives.
void load(Loaded& loaded, RuleCache* cache) {
  loaded.options.rule_paths = {loaded.folder.path("rules")};
  loaded.report = {};
  loaded.engine = Engine::load(loaded.options, loaded.report, cache);
}

}  // namespace

TEST_CASE("rule cache: files that are edited, added and removed load as if for the first time") {
  std::mt19937_64 random(test::announce_seed("rule cache"));
  Loaded loaded;
  RuleCache cache;
  std::map<std::string, std::string> texts, parsed;
  loaded.write("rules/always.yml", rule("Always", "a"));
  texts["always"] = "";  // never changes
  for (int round = 0; round < 150; ++round) {
    for (size_t edits = random() % 4; edits > 0; --edits) {
      const std::string name = "r" + std::to_string(random() % 12);
      const std::string path = "rules/" + std::string(name == "r3" ? "sub/" : "") + name + ".yml";
      if (random() % 4 == 0) {
        std::filesystem::remove(loaded.folder.path(path));
        texts.erase(name);
      } else {
        texts[name] = some_text(random);
        loaded.write(path, texts[name]);
      }
    }
    size_t unchanged = 0;
    for (const auto& [name, text] : texts) unchanged += parsed.contains(name) && parsed[name] == text;
    INFO("round ", round);
    load(loaded, &cache);
    CHECK(loaded.report.unchanged_files == unchanged);
    const std::string with_cache = described(loaded);
    load(loaded, nullptr);
    CHECK(loaded.report.unchanged_files == 0);
    REQUIRE(with_cache == described(loaded));
    parsed = texts;
  }
}

TEST_CASE("rule cache: other limits, another folder") {
  Loaded loaded;
  RuleCache cache;
  loaded.write("rules/a.yml", rule("A", "a")).write("other/a.yml", rule("A", "a"));
  load(loaded, &cache);
  load(loaded, &cache);
  CHECK(loaded.report.unchanged_files == 1);
  loaded.options.limits.yaml_bytes = 10;
  load(loaded, &cache);
  CHECK(loaded.report.unchanged_files == 0);
  CHECK(loaded.report.refused == 1);
  loaded.options.limits = {};
  load(loaded, &cache);
  CHECK(loaded.report.unchanged_files == 0);
  CHECK(loaded.titles() == "A");
  loaded.options.rule_paths = {loaded.folder.path("other")};
  loaded.report = {};
  loaded.engine = Engine::load(loaded.options, loaded.report, &cache);
  CHECK(loaded.report.unchanged_files == 0);
  CHECK(loaded.engine->rules().front()->file == loaded.folder.path("other/a.yml"));
}

TEST_CASE("rule cache: pipelines rewrite a copy") {
  Loaded loaded;
  RuleCache cache;
  loaded.write("rules/a.yml", rule("A", "a"));
  loaded.options.pipelines = {loaded.folder.write(
      "p.yml", "name: p\ntransformations: [{id: t, type: field_name_mapping, mapping: {F: G}}]\n")};
  load(loaded, &cache);
  CHECK(test::scan_events(*loaded.engine, R"({"G": "a"})").titles() == "A");
  loaded.options.pipelines = {};
  load(loaded, &cache);
  CHECK(loaded.report.unchanged_files == 1);
  CHECK(test::scan_events(*loaded.engine, R"({"F": "a"})").titles() == "A");
}
