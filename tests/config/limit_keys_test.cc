// Every limit has a key, each key sets its own limit, and the engine runs at both ends of what may be written.
#include "config/limit_keys.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>

#include "cli/command_fixture.h"
#include "support/engine_fixture.h"

using namespace sigrun;

namespace {

// "rule-budget" for rule_budget_microseconds: a key's value has a unit of its own.
std::string key_of_field(std::string name) {
  name = std::regex_replace(name, std::regex("_(nano|micro|milli)?seconds$"), "");
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

}  // namespace

TEST_SUITE("limit keys") {
  TEST_CASE("every field of Limits has a key, and no key is without a field") {
    const std::string header = cli::read_whole_file("engine/support/limits.h");
    const std::regex field("\n  [a-z0-9_]+ ([a-z_]+) =");
    std::set<std::string> expected, known;
    for (std::sregex_iterator at(header.begin(), header.end(), field), end; at != end; ++at)
      expected.insert(key_of_field((*at)[1]));
    for (const LimitKey& key : limit_keys()) known.emplace(key.name);
    CHECK(expected.size() * sizeof(uint64_t) == sizeof(Limits));  // none was overlooked
    CHECK(known == expected);
    CHECK(known.size() == limit_keys().size());
  }

  TEST_CASE("a key sets its own field alone, and the default is one of its values") {
    for (const LimitKey& key : limit_keys()) {
      INFO(key.name);
      const uint64_t standard = key.get(Limits());
      CHECK(standard >= key.bounds.least);
      CHECK(standard <= key.bounds.most);
      CHECK(standard % key.bounds.step == 0);
      CHECK(find_limit_key(key.name) == &key);
      for (const uint64_t value : {key.bounds.least, key.bounds.most}) {
        CHECK(value % key.bounds.step == 0);
        Limits limits;
        key.set(limits, value);
        CHECK(key.get(limits) == value);
        key.set(limits, standard);
        CHECK(limits == Limits());
      }
    }
    CHECK_FALSE(find_limit_key("yaml_bytes"));
    CHECK_FALSE(find_limit_key(""));
  }

  TEST_CASE("the engine runs at both ends of each limit") {
    const std::string events = "{\"f\":\"x\"}\n[{\"f\":[[\"x\"],\"y\"]},{\"f\":{\"g\":\"x\"}}]\n{\"f\":\"" +
                               std::string(5'000, 'x') + "\"}\n{broken\n";
    for (const LimitKey& key : limit_keys()) {
      for (const uint64_t value : {key.bounds.least, key.bounds.most}) {
        INFO(key.name << " " << value);
        test::Loaded loaded;
        key.set(loaded.options.limits, value);
        loaded
            .write("rules/a.yml",
                   "title: A\nlogsource: {product: p}\ndetection:\n  s: {f|contains: x}\n  t: {f|re: 'y+'}\n"
                   "  condition: s or (t and not s)\nlevel: low\n")
            .load();
        REQUIRE_MESSAGE(loaded.engine, loaded.report.fatal);
        const test::Scanned scanned = test::scan_events(*loaded.engine, events);  // checks the balance
        CHECK(scanned.result.counters.in >= 1);
      }
    }
  }

  TEST_CASE("what is nested as deep as a configuration allows does not overflow the stack") {
    const auto nested = [](size_t depth, const std::string& open, const std::string& inside,
                           const std::string& close) {
      std::string text;
      for (size_t i = 0; i < depth; ++i) text += open;
      text += inside;
      for (size_t i = 0; i < depth; ++i) text += close;
      return text;
    };
    test::Loaded loaded;
    for (const LimitKey& key : limit_keys()) key.set(loaded.options.limits, key.bounds.most);
    const size_t conditions = find_limit_key("condition-depth")->bounds.most - 2;
    const size_t collections = find_limit_key("yaml-depth")->bounds.most - 1;
    const auto rule = [](const std::string& title, const std::string& condition, const std::string& more) {
      return "title: " + title +
             "\nlogsource: {product: p}\ndetection:\n  s: {f: x}\n  condition: " + condition + "\n" + more;
    };
    loaded.write("rules/a.yml", rule("A", nested(conditions, "(", "s", ")"), ""))
        .write("rules/b.yml", rule("B", nested(conditions / 4 * 2, "not (", "s", ")"), ""))
        .write("rules/c.yml", rule("C", "s", "custom: " + nested(collections, "[", "", "]") + "\n"))
        .load();
    REQUIRE(loaded.engine);
    CHECK(loaded.said() == "");
    CHECK(loaded.report.loaded == 3);
    const size_t events = find_limit_key("event-depth")->bounds.most - 1;
    const std::string text = "{\"f\":" + nested(events, "[", "\"x\"", "]") +
                             "}\n{\"f\":" + nested(events, "{\"f\":", "\"x\"", "}") + "}\n";
    std::string titles;
    ScanObserver observer;
    observer.alert = [&](const Alert& alert) { titles += alert.rule->title; };
    const ScanResult result = scan_text(*loaded.engine, text, "events", {}, observer);
    CHECK(result.counters.in == 2);
    CHECK(result.counters.rejected == 0);
    CHECK(titles == "ABC");
  }
}
