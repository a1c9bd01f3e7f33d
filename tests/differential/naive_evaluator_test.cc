// The naive evaluator against the conformance files (when the corpus is there) and against cases of its own.
#include "differential/naive_evaluator.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

using namespace sigrun::naive;

namespace {

std::string rule_with(const std::string& detection, const std::string& condition = "sel") {
  return "title: t\nlogsource: {category: test}\ndetection:\n" + detection + "\n  condition: " + condition +
         "\n";
}

std::string selection(const std::string& item) { return rule_with("  sel:\n    " + item); }

// Whether the rule matches; a rule or an event that does not parse fails the test with its reason.
bool decide(const std::string& rule, const std::string& event, const Placeholders& placeholders = {},
            const Spelling& spelling = {}) {
  std::string error;
  const auto parsed_rule = parse_rule(rule, placeholders, &error);
  INFO(rule);
  REQUIRE_MESSAGE(parsed_rule, error);
  const auto parsed_event = parse_event(event, &error);
  INFO(event);
  REQUIRE_MESSAGE(parsed_event, error);
  return matches(*parsed_rule, *parsed_event, spelling);
}

bool item_matches(const std::string& item, const std::string& event) {
  return decide(selection(item), event);
}

std::optional<std::string> reason_refused(const std::string& rule) {
  std::string error;
  if (parse_rule(rule, {}, &error)) return {};
  return error;
}

bool refused(const std::string& item) { return reason_refused(selection(item)).has_value(); }

std::filesystem::path corpus() {
  const char* named = std::getenv("SIGRUN_CORPUS");
  return named ? named : "../shared/corpus";
}

// Calls `row` for each line of a conformance file; false after a "SKIPPED:" line when there is no such file.
template <typename Row>
bool for_each_row(const char* name, Row row) {
  const auto path = corpus() / "conformance" / name;
  simdjson::padded_string text;
  if (simdjson::padded_string::load(path.string()).get(text)) {
    std::fprintf(stderr, "SKIPPED: naive evaluator: no %s (SIGRUN_CORPUS)\n", path.c_str());
    return false;
  }
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document_stream rows;
  REQUIRE(!parser.iterate_many(text).get(rows));
  for (auto document : rows) row(document.get_object());
  return true;
}

template <typename Result>
std::string text_of(Result result) {
  std::string_view text;
  REQUIRE(!std::move(result).get_string().get(text));
  return std::string(text);
}

size_t check_triples(const char* name) {
  size_t rows = 0;
  for_each_row(name, [&](simdjson::ondemand::object row) {
    const std::string title = text_of(row["name"]), rule = text_of(row["rule"]);
    // An event given as a string is the raw line, for what another writer of JSON would change.
    simdjson::ondemand::value event;
    REQUIRE(!row["event"].get(event));
    std::string line;
    if (event.type().value() == simdjson::ondemand::json_type::string)
      line = text_of(std::move(event));
    else
      line = std::string(event.get_object().value().raw_json().value());
    const bool expected = row["expected"].get_bool().value();
    Placeholders placeholders;
    simdjson::ondemand::object values;
    if (!row["placeholders"].get_object().get(values))
      for (auto field : values) {
        const std::string key(field.unescaped_key().value());
        for (auto value : field.value().get_array()) placeholders[key].push_back(text_of(value));
      }
    INFO(title);
    CHECK(decide(rule, line, placeholders) == expected);
    ++rows;
  });
  return rows;
}

}  // namespace

TEST_SUITE("naive evaluator") {
  TEST_CASE("the conformance triples") {
    const size_t seed = check_triples("seed.ndjson"), more = check_triples("more.ndjson");
    if (seed) CHECK(seed >= 160);
    if (more) CHECK(more >= 460);
  }

  TEST_CASE("rules to refuse and their well-formed twins") {
    size_t rows = 0;
    const bool present = for_each_row("refuse.ndjson", [&](simdjson::ondemand::object row) {
      const std::string name = text_of(row["name"]), rule = text_of(row["rule"]);
      const std::string expected = text_of(row["expected"]);
      // Correlations, filters and files of several documents are not this evaluator's business.
      for (const char* other : {"correlation:", "filter:\n", "\n---", "action:"})
        if (rule.find(other) != std::string::npos) return;
      INFO(name);
      INFO(reason_refused(rule).value_or("accepted"));
      CHECK(reason_refused(rule).has_value() == (expected == "refuse"));
      ++rows;
    });
    if (present) CHECK(rows >= 200);
  }

  TEST_CASE("field paths") {
    CHECK(item_matches("a.b: x", R"({"a":{"b":["y",["x"]]}})"));
    CHECK(item_matches("a.b.c: x", R"({"a.b":{"c":"x"},"a":{"b.c":"y"}})"));
    CHECK_FALSE(item_matches("a.b.c: y", R"({"a.b":{"c":"x"},"a":{"b.c":"y"}})"));
    // A longer key that leads nowhere does not hide a shorter one that does.
    CHECK(item_matches("a.b.c: y", R"({"a.b":{"d":"x"},"a":{"b.c":"y"}})"));
    CHECK(item_matches("a.b: x", R"({"a":[[{"b":"x"}]]})"));
  }

  TEST_CASE("duplicate keys: any of their values may match, keys compared unescaped") {
    const char* event = R"({"F":"a","\u0046":"b","o":{"k":1},"o":{"k":2}})";
    CHECK(item_matches("F: a", event));
    CHECK(item_matches("F: b", event));
    CHECK(item_matches("o.k: 1", event));
    CHECK(item_matches("o.k: 2", event));
    CHECK_FALSE(item_matches("F: c", event));
    CHECK(item_matches("F: null", R"({"F":"a","F":null})"));
  }

  TEST_CASE("numbers that no machine holds are text and presence only") {
    for (const char* number : {"1e400", "-1e400", "18446744073709551616", "-9223372036854775809"}) {
      const std::string event = std::string(R"({"F":)") + number + "}";
      CHECK_FALSE(item_matches("F|gt: 5", event));
      CHECK_FALSE(item_matches("F|lt: 5", event));
      CHECK(item_matches("F|exists: true", event));
      CHECK(item_matches(std::string("F: '") + number + "'", event));
    }
    CHECK_FALSE(item_matches("F: 18446744073709551616", R"({"F":18446744073709551616})"));
    CHECK(item_matches("F|gt: 5", R"({"F":1e308})"));
  }

  TEST_CASE("decimals are exact") {
    CHECK(item_matches("F|gt: 0.1", R"({"F":0.1000000000000000000001})"));
    CHECK_FALSE(item_matches("F|gt: 0.1", R"({"F":0.10})"));
    CHECK(item_matches("F|lt: 18446744073709551615", R"({"F":"18446744073709551614.999"})"));
    CHECK(item_matches("F|lte: -1.5", R"({"F":-15e-1})"));
    CHECK(item_matches("F|gt: -2", R"({"F":"-1.99"})"));
    CHECK(item_matches("F: 0", R"({"F":-0.0e9})"));
    CHECK(item_matches("F: 1.50", R"({"F":"1.5"})"));
    CHECK(item_matches("F: 1.0", R"({"F":"1"})"));
  }

  TEST_CASE("what is typed in YAML") {
    CHECK(item_matches("F: 010", R"({"F":"010"})"));
    CHECK_FALSE(item_matches("F: 010", R"({"F":8})"));
    CHECK(item_matches("F: yes", R"({"F":"YES"})"));
    CHECK_FALSE(item_matches("F: yes", R"({"F":true})"));
    CHECK(item_matches("F:", R"({"G":1})"));
    CHECK(item_matches("F: ~", R"({"F":null})"));
    CHECK(item_matches("F: NULL", R"({"F":"null"})"));
    CHECK_FALSE(item_matches("F: NULL", R"({"F":null})"));
    CHECK(item_matches("F: !!str 5", R"({"F":5})"));
    CHECK_FALSE(item_matches("F: '5'", R"({"F":5.0})"));
    CHECK(item_matches("F|contains: 5", R"({"F":1.5})"));
  }

  TEST_CASE("text that had to be repaired") {
    CHECK(item_matches("F: 'a?b'", R"({"F":"a\ud800b"})"));
    CHECK(item_matches("F: 'a?z'", "{\"F\":\"a\xffz\"}"));
    CHECK(item_matches("F: '😀'", R"({"F":"\ud83d\ude00"})"));
    CHECK(item_matches("F: 'x?*'", R"({"F":"x\udc00\ud800"})"));
  }

  TEST_CASE("modifiers in chains") {
    CHECK(item_matches("F|windash|base64offset|contains: ' -enc'", R"({"F":"eCAvZW5j"})"));  // "x /enc"
    CHECK_FALSE(item_matches("F|windash|base64offset|contains: ' -enc'", R"({"F":"eCArZW5j"})"));
    CHECK(item_matches("F|re|startswith: 'a|b'", R"({"F":"bx"})"));
    CHECK_FALSE(item_matches("F|re|startswith: 'a|b'", R"({"F":"xb"})"));
    CHECK_FALSE(item_matches("F|re|endswith: 'a|b'", R"({"F":"bx"})"));
    CHECK(item_matches("F|re|contains: 'a|b'", R"({"F":"xbx"})"));
    CHECK(item_matches("F|all|re: [a, b]", R"({"F":"ab"})"));
    CHECK(item_matches("F|all|neq: [a*, '*b']", R"({"F":"ax"})"));
    CHECK_FALSE(item_matches("F|all|neq: [a*, '*b']", R"({"F":"ab"})"));
    CHECK(item_matches("F|wide|contains: 'ab'", R"({"F":"xa\u0000b\u0000"})"));
    CHECK(item_matches("F|windash: '*_-a'", R"({"F":"x_-a"})"));
    CHECK_FALSE(item_matches("F|windash: '*_-a'", R"({"F":"x_/a"})"));
  }

  TEST_CASE("placeholders") {
    const Placeholders values = {{"admins", {"root", "adm*"}}, {"n", {"1", "2"}}};
    const std::string rule = selection("F|expand: '%admins%-%n%'");
    CHECK(decide(rule, R"({"F":"Administrator-2"})", values));
    CHECK(decide(rule, R"({"F":"root-1"})", values));
    CHECK_FALSE(decide(rule, R"({"F":"root-3"})", values));
    CHECK(decide(selection("F|contains|expand: '50% \\%n\\%'"), R"({"F":"a 50% %n% b"})", values));
    CHECK(decide(selection("F|contains|all|expand: ['%n%', x]"), R"({"F":"x2"})", values));
    CHECK(reason_refused(selection("F|expand: '%nobody%'")) == "unresolved placeholder nobody");
  }

  TEST_CASE("keywords") {
    CHECK(item_matches("'|re': '^b$'", R"({"x":["a",{"y":"b"}]})"));
    CHECK(item_matches("'|startswith': 'b'", R"({"x":"bc"})"));
    CHECK_FALSE(item_matches("'|startswith': 'b'", R"({"x":"ab"})"));
    CHECK(decide(rule_with("  sel: {'|all': [a, 7], G: x}"), R"({"m":"ba","n":71,"G":"x"})"));
    CHECK_FALSE(decide(rule_with("  sel: {'|all': [a, 7], G: x}"), R"({"m":"ba","n":71,"G":"y"})"));
    CHECK_FALSE(decide(rule_with("  sel: [foo]"), R"({"m":null,"foo":{}})"));
  }

  TEST_CASE("spellings: the first that is present wins, for a fieldref too") {
    const Spelling spelling = [](const std::string& name) {
      return std::vector<std::string>{name, "data." + name, name + "Name"};
    };
    CHECK(decide(selection("Host: a"), R"({"data":{"Host":"a"},"HostName":"b"})", {}, spelling));
    CHECK_FALSE(decide(selection("Host: b"), R"({"data":{"Host":"a"},"HostName":"b"})", {}, spelling));
    CHECK(decide(selection("Host: null"), R"({"data":{"Host":null},"HostName":"b"})", {}, spelling));
    CHECK(decide(selection("Host|fieldref: Peer"), R"({"HostName":"b","data":{"Peer":"B"}})", {}, spelling));
    CHECK_FALSE(decide(selection("Host: a"), R"({"data":{"Host":"a"}})"));
  }

  TEST_CASE("time parts around the epoch and in all ISO weeks of a turn of the year") {
    CHECK(item_matches("F|year: 1969", R"({"F":-1})"));
    CHECK(item_matches("F|hour: 23", R"({"F":-0.5})"));
    CHECK(item_matches("F|day: 29", R"({"F":"2024-02-29"})"));
    CHECK_FALSE(item_matches("F|day: 29", R"({"F":"2023-02-29"})"));
    CHECK(item_matches("F|week: 52", R"({"F":"2022-01-02"})"));
    CHECK(item_matches("F|week: 1", R"({"F":"2022-01-03"})"));
    CHECK(item_matches("F|week: 53", R"({"F":"2027-01-01"})"));
    CHECK_FALSE(item_matches("F|minute|gte: 0", R"({"F":"2024-03-10"})"));
    CHECK_FALSE(item_matches("F|hour|gte: 0", R"({"F":"2024-03-10T24:00:00Z"})"));
  }

  TEST_CASE("conditions") {
    const std::string two = "  a: {A: 1}\n  b: {B: 1}\n  _c: {C: 1}";
    CHECK(decide(rule_with(two, "not (a or b) and _c"), R"({"C":1})"));
    CHECK(decide(rule_with(two, "not a or b"), R"({"A":0})"));
    CHECK(decide(rule_with(two, "[a and b, _c]"), R"({"C":1})"));
    CHECK_FALSE(decide(rule_with(two, "all of *"), R"({"A":1})"));
    CHECK(decide(rule_with(two, "all of *"), R"({"A":1,"B":1})"));
    CHECK(reason_refused(rule_with(two, "3 of *")).has_value());
    CHECK(reason_refused(rule_with(two, "a | count() > 5")).value_or("").find("correlation") !=
          std::string::npos);
  }

  TEST_CASE("chains and values that the description forbids") {
    for (const char* item :
         {"F|cidr|expand: 10.0.0.0/8", "F|cased: null", "F|hour: 24", "F|hour: 1.5", "F|month: 0",
          "F|re|re: a", "F|contains|fieldref: G", "F|exists: [true]", "F|gt|lt: 5", "'|gt': 5", "F|i|re: a",
          "F: [[a]]", "F|hour|day: 5", "F|neq|exists|contains: true", "F|cidr: 'fe80::%1/10'"}) {
      INFO(item);
      CHECK(refused(item));
    }
    for (const char* item : {"F|neq|exists: true", "F|hour: 1.0", "F|neq|cidr: 10.0.0.0/8",
                             "F|all|re: [a, b]", "F|re|i|contains: a", "F|fieldref|contains|neq: G"}) {
      INFO(item);
      CHECK_FALSE(refused(item));
    }
  }

  TEST_CASE("events that are no JSON object are refused") {
    for (const char* event :
         {"", "[]", "{", R"({"a":01})", R"({"a":1}x)", R"({"a":"\x"})", R"({"a":tru})", R"({"a":1,})",
          "{\"a\":\"\n\"}", R"({"a":"\u12g4"})", R"({"a" 1})", R"({"a":1.})", R"({"a":--1})"}) {
      std::string error;
      INFO(event);
      CHECK_FALSE(parse_event(event, &error));
      CHECK_FALSE(error.empty());
    }
    CHECK(parse_event("\xEF\xBB\xBF {\"a\":[]} \n", nullptr));
  }
}
