// Correlation documents: what is read, and every way to get one wrong.
#include <doctest/doctest.h>

#include <string>

#include "sigma/rule_reader.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

// `block` stands from line 3, column 3.
std::string document(const std::string& block) {
  std::string out = "title: C\ncorrelation:\n  ";
  for (char c : block) out += c == '\n' ? "\n  " : std::string(1, c);
  return out + "\n";
}

CorrelationRule read(const std::string& block) {
  DiagnosticSink sink("c.yml");
  RuleFile file = read_rules(document(block), {}, sink);
  REQUIRE_MESSAGE(file.correlations.size() == 1, (sink.diagnostics().empty() ? block : sink.diagnostics()[0].to_string()));
  return file.correlations[0];
}

// Without their `warning: `.
std::string warned(const std::string& block) {
  DiagnosticSink sink("c.yml");
  read_rules(document(block), {}, sink);
  std::string said;
  for (const Diagnostic& diagnostic : sink.diagnostics()) {
    CHECK_MESSAGE(diagnostic.severity == Severity::warning, diagnostic.to_string());
    said += (said.empty() ? "" : "\n") + std::to_string(diagnostic.mark.line) + ":" + std::to_string(diagnostic.mark.column) + ": " + diagnostic.message;
  }
  return said;
}

std::string refused(const std::string& block) {
  DiagnosticSink sink("c.yml");
  RuleFile file = read_rules(document(block), {}, sink);
  CHECK(file.correlations.empty());
  CHECK(file.refused == 1);
  return sink.diagnostics().empty() ? "" : sink.diagnostics()[0].to_string();
}

const std::string count = "type: event_count\nrules: [a]\ntimespan: 5m\n";

}  // namespace

TEST_CASE("correlation: all attributes") {
  CorrelationRule rule = read(
      "type: value_percentile\nrules: [a, b]\ngroup-by: [user, host]\naliases: {user: {a: User, b: Account}}\ntimespan: 1h\ngenerate: true\n"
      "condition: {gt: 10, lte: 20.5, field: [bytes, size], percentile: 95}");
  CHECK(rule.type == CorrelationType::value_percentile);
  CHECK(rule.rules.size() == 2);
  CHECK(rule.rules[1].first == "b");
  CHECK(rule.rules[1].second == Mark{4, 14});
  CHECK(rule.group_by == std::vector<std::string>{"user", "host"});
  REQUIRE(rule.aliases.size() == 1);
  CHECK(rule.aliases[0].fields[1] == std::pair<std::string, std::string>{"b", "Account"});
  CHECK(rule.timespan_seconds == 3600);
  CHECK(rule.generate);
  REQUIRE(rule.bounds.size() == 2);
  CHECK(rule.bounds[0].first == CountOrder::gt);
  CHECK(rule.bounds[1].second.canonical() == "20.5");
  CHECK(rule.fields.size() == 2);
  CHECK(rule.percentile->canonical() == "95");
}

TEST_CASE("correlation: timespans") {
  auto seconds = [](const std::string& span) { return read("type: temporal\nrules: [a]\ntimespan: " + span).timespan_seconds; };
  CHECK(seconds("90s") == 90);
  CHECK(seconds("5m") == 300);
  CHECK(seconds("2h") == 7200);
  CHECK(seconds("1d") == 86400);
  CHECK(seconds("1w") == 604800);
  CHECK(seconds("1M") == 2629746);
  CHECK(seconds("1y") == 31556952);
}

TEST_CASE("correlation: types, operators, group-by as text, generate at the top") {
  for (const std::string type : {"event_count", "temporal", "temporal_ordered"}) CHECK(read("type: " + std::string(type) + "\nrules: a\ntimespan: 1m\ncondition: {gte: 1}").rules.size() == 1);
  for (const std::string type : {"value_count", "value_sum", "value_avg", "value_median"}) CHECK(read("type: " + std::string(type) + "\nrules: [a]\ntimespan: 1m\ncondition: {lt: 1, field: f}").fields.size() == 1);
  for (const std::string order : {"gt", "gte", "lt", "lte", "eq", "neq"}) CHECK(read(count + "condition: {" + order + ": 3}").bounds.size() == 1);
  CHECK(read(count + "group-by: user\ncondition: {gte: 1}").group_by.size() == 1);
  CHECK(read(count + "condition: {gte: 1}").group_by.empty());
  DiagnosticSink sink;
  RuleFile file = read_rules("generate: true\n" + document(count + "condition: {gte: 1}"), {}, sink);
  REQUIRE(file.correlations.size() == 1);
  CHECK(file.correlations[0].generate);
  CHECK(file.correlations[0].tests.is_null());
}

TEST_CASE("correlation: its tests are kept as they are") {
  DiagnosticSink sink;
  RuleFile file = read_rules(document(count + "condition: {gte: 1}") + "tests:\n  - {name: t}\n", {}, sink);
  REQUIRE(file.correlations.size() == 1);
  CHECK(file.correlations[0].tests.is_sequence());
}

TEST_CASE("correlation: expressions over rule names, operators in both cases") {
  CorrelationRule rule = read("type: temporal\nrules: [a, b, c]\ntimespan: 1m\ncondition: a AND (b or NOT c)");
  REQUIRE(rule.expression);
  CHECK(rule.expression->kind == RuleExpression::Kind::all_of);
  REQUIRE(rule.expression->children.size() == 2);
  CHECK(rule.expression->children[0].rule == "a");
  CHECK(rule.expression->children[1].children[1].kind == RuleExpression::Kind::negation);
}

TEST_CASE("correlation: errors") {
  const std::string at = "c.yml:2:1: error: ";
  CHECK(refused("{}") == at + "the correlation has no type; write event_count, value_count, temporal…");
  CHECK(refused("type: often") == "c.yml:3:3: error: unknown correlation type 'often'; write event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile or value_median");
  CHECK(refused("type: temporal\ntimespan: 1m") == at + "the correlation names no rules");
  CHECK(refused("type: temporal\nrules: []\ntimespan: 1m") == "c.yml:4:3: error: rules must be a list of rule ids or names, and not empty");
  CHECK(refused("type: temporal\nrules: [[a]]\ntimespan: 1m") == "c.yml:4:11: error: rules must be ids or names");
  CHECK(refused("type: temporal\nrules: [a]") == at + "the correlation has no timespan; write for example timespan: 5m");
  for (const std::string span : {"0s", "5", "m", "5x", "-5m", "1.5h", "5 furlongs"}) {
    INFO(span);
    CHECK(refused("type: temporal\nrules: [a]\ntimespan: " + std::string(span)) == "c.yml:5:3: error: '" + std::string(span) + "' is no timespan; write a whole number from 1 and a unit: s, m, h, d, w, M or y");
  }
  CHECK(refused(count) == at + "the correlation has no condition; write for example condition: {gte: 10}");
  for (const char* bounds : {"{gte: 5, lte: 3}", "{gt: 5, lt: 5}", "{eq: 5, gt: 5}", "{eq: 1, lte: 0.5}"})
    CHECK(refused(count + "condition: " + bounds) == "c.yml:6:3: error: no number meets this condition: its bounds exclude each other");
  CHECK(refused("type: temporal\nrules: [a, b]\ntimespan: 1m\ncondition: {gte: 3}") ==
        "c.yml:6:3: error: the condition asks for more rules than the 2 that are named");
  // It was read, and ignored.
  for (const char* bounds : {"{gte: 1}", "{lt: 3}", "{eq: 1}", "{neq: 2}"})
    CHECK(refused("type: temporal_ordered\nrules: [a, b]\ntimespan: 1m\ncondition: " + std::string(bounds)) ==
          "c.yml:6:3: error: temporal_ordered asks for all of its rules, one after the other: leave the condition out, or write type: temporal to "
          "count them in any order");
  CHECK(read("type: temporal_ordered\nrules: [a, b]\ntimespan: 1m\ncondition: {gte: 2}").bounds.empty());
  CHECK(refused(count + "condition: a or b") == "c.yml:6:3: error: the condition must be a map such as {gte: 10}; only temporal types take text");
  CHECK(refused("type: temporal\nrules: [a]\ntimespan: 1m\ncondition: [a]") == "c.yml:6:3: error: the condition must be text over rule names");
  CHECK(refused(count + "condition: {}") == "c.yml:6:3: error: the condition compares with nothing; write for example {gte: 10}");
  CHECK(refused(count + "condition: {atleast: 5}") == "c.yml:6:15: error: unknown operator 'atleast'; write gt, gte, lt, lte, eq or neq");
  CHECK(refused(count + "condition: {gte: many}") == "c.yml:6:15: error: 'gte' needs a number; 'many' is none: write it as 10, 0.5 or 1e6");
  CHECK(refused(count + "condition: {gte: '5'}") == "c.yml:6:15: error: 'gte' needs a number; '5' in quotes is text, leave them out");
  CHECK(refused("type: value_count\nrules: [a]\ntimespan: 1m\ncondition: {gte: 5}") == "c.yml:6:3: error: this type counts the values of a field; add field: to the condition");
  CHECK(refused("type: value_percentile\nrules: [a]\ntimespan: 1m\ncondition: {gte: 5, field: f}") == "c.yml:6:3: error: value_percentile needs percentile: in its condition, for example {field: bytes, percentile: 95, gt: 1000}");
  CHECK(refused("type: value_percentile\nrules: [a]\ntimespan: 1m\ncondition: {gte: 5, field: f, percentile: 101}") == "c.yml:6:33: error: a percentile lies between 0 and 100");
  CHECK(refused(count + "condition: {gte: 5, field: }") == "c.yml:6:23: error: field must be a field name or a list of them");
  CHECK(refused(count + "group-by: {a: b}\ncondition: {gte: 1}") == "c.yml:6:3: error: group-by must be a field name or a list of them");
  CHECK(refused(count + "group-by: [[a]]\ncondition: {gte: 1}") == "c.yml:6:14: error: group-by must be a list of field names");
  CHECK(refused(count + "aliases: [a]\ncondition: {gte: 1}") == "c.yml:6:3: error: aliases must be a map: alias -> {rule: field}");
  CHECK(refused(count + "aliases: {u: x}\ncondition: {gte: 1}") == "c.yml:6:13: error: the alias 'u' must be a map: rule -> field");
  CHECK(refused(count + "aliases: {u: {a: }}\ncondition: {gte: 1}") == "c.yml:6:17: error: an alias must name a field");
  CHECK(refused(count + "aliases: {u: {z: F}}\ncondition: {gte: 1}") == "c.yml:6:17: error: the alias 'u' names 'z', which is not among this correlation's rules");
  CHECK(refused(count + "generate: 1\ncondition: {gte: 1}") == "c.yml:6:3: error: generate must be true or false");
  CHECK(refused("type: temporal\nrules: [a]\ntimespan: 1m\ncondition: a and z") == "c.yml:6:20: error: condition: 'z' is not among this correlation's rules");
  CHECK(refused("type: temporal\nrules: [a]\ntimespan: 1m\ncondition: a and") == "c.yml:6:19: error: condition: a name is missing at the end");
  CHECK(test::diagnostics_of("title: C\ncorrelation: x\n") == "r.yml:2:1: error: correlation must be a map with type, rules, timespan and condition");
}

TEST_CASE("correlation: numbers") {
  for (const char* number : {"1e308", "1.5e-7", "-2E+3", "0.1", "1000000000000000000000000"})
    CHECK(read(count + "condition: {neq: " + number + "}").bounds.size() == 1);
  CHECK(read(count + "condition: {lt: 1e3}").bounds[0].second == Decimal(1000));
  const std::string at = "c.yml:6:15: error: 'gte' needs a number";
  auto bound = [](const std::string& number) { return refused(count + "condition: {gte: " + number + "}"); };
  CHECK(bound("1e309") == at + "; 1e309 is beyond what numbers are kept with, which is from 2.3e-308 to 1.7e308");
  CHECK(bound(std::string(400, '9')) == at + "; " + std::string(32, '9') + "… is beyond what numbers are kept with, which is from 2.3e-308 to 1.7e308");
  CHECK(bound("inf") == at + "; inf is no finite one");
  CHECK(bound("'1e3'") == at + "; '1e3' in quotes is text, leave them out");
  CHECK(bound("[1]") == at + ", not a list");
  CHECK(bound("") == at);
  CHECK(bound("010") == at + "; '010' is none: write it as 10, 0.5 or 1e6");
}

TEST_CASE("correlation: timespans that are none, and those that are too long") {
  auto span = [](const std::string& text) { return refused("type: temporal\nrules: [a]\ntimespan: " + text); };
  for (const char* text : {"5 m", "5min", "5 minutes", "'5 Minute'"})
    CHECK(span(text).find("; did you mean 5m?") != std::string::npos);
  CHECK(span("2 months").find("; did you mean 2M?") != std::string::npos);
  CHECK(span("0 min").find("did you mean") == std::string::npos);
  CHECK(read("type: temporal\nrules: [a]\ntimespan: 20000d").timespan_seconds == 1'728'000'000);
  for (const char* text : {"20001d", "80y", "99999999999999999999s", "999999999999999999y"})
    CHECK(span(text) == "c.yml:5:3: error: the timespan " + std::string(text) + " is longer than 20000 d, the longest allowed (limits: correlation-timespan)");
  CHECK(refused("type: temporal\nrules: [a]\ntimeframe: 5m") == "c.yml:5:3: error: timeframe is no key of a correlation; did you mean timespan?");
}

TEST_CASE("correlation: unknown keys") {
  const std::string rest = "condition: {gte: 2}\n";
  CHECK(warned(count + rest + "group_by: [u]") == "7:3: unknown key 'group_by'; did you mean group-by?");
  CHECK(warned(count + rest + "Timespam: 5m") == "7:3: unknown key 'Timespam'; did you mean timespan?");
  CHECK(warned(count + rest + "timeframe: 5m").find("7:3: unknown key 'timeframe'") == 0);
  CHECK(warned(count + rest + "threshold: 5") == "7:3: unknown key 'threshold': it has no effect; a correlation has type, rules, timespan, group-by, aliases, condition, generate, reset");
}

TEST_CASE("correlation: how many rules it may name is a limit") {
  Limits limits;
  limits.correlation_rules = 2;
  DiagnosticSink sink("c.yml");
  CHECK(read_rules(document("type: temporal\nrules: [a, b, c, d]\ntimespan: 1m"), limits, sink).refused == 1);
  CHECK(sink.first_error() == "c.yml:4:17: error: the correlation names 4 rules; at most 2 are allowed (limits: correlation-rules)");
  CHECK(read_rules(document("type: temporal\nrules: [a, b]\ntimespan: 1m"), limits, sink).refused == 0);
}

TEST_CASE("correlation: what has no effect, and what always or never holds, is a warning") {
  const std::string value = "type: value_count\nrules: [a, b]\ntimespan: 1m\n", two = "type: temporal\nrules: [a, b]\ntimespan: 1m\n";
  CHECK(warned(count + "condition: {gte: 2}") == "");
  CHECK(warned(count + "group-by: [u, v, u]\ncondition: {gte: 2}") == "6:20: 'u' stands twice in group-by; once is enough");
  CHECK(warned(count + "condition: {gte: 2, field: u}") == "6:23: field has no effect: event_count counts events; value_count counts the values of a field");
  CHECK(warned(two + "condition: {gte: 2, field: u}") == "6:23: field has no effect: this type looks at which rules were seen");
  CHECK(warned(count + "condition: {gte: 2, percentile: 5}") == "6:23: percentile has no effect: it belongs to type: value_percentile");
  const std::string inside = "'u' is in group-by: within one group it has one value, so the count is always 1, but for lists; leave it out of group-by";
  CHECK(warned(value + "group-by: [u, v]\ncondition: {gte: 2, field: u}") == "7:23: " + inside);
  CHECK(warned(value + "group-by: [u]\ncondition: {gte: 2, field: [u, v]}") == "");
  CHECK(warned("type: value_sum\nrules: [a]\ntimespan: 1m\ngroup-by: [u]\ncondition: {gte: 2, field: u}") == "");

  const std::string counts = " holds; counts are whole numbers from 1: a group is counted from its first event on";
  for (const char* bound : {"gte: 0", "gt: -1", "neq: 0", "neq: 1.5"}) CHECK(warned(count + "condition: {" + bound + "}") == "6:15: '" + std::string(bound) + "' always" + counts);
  for (const char* bound : {"lt: 1", "lte: 0", "eq: 0", "eq: 1.5", "lt: -3"}) CHECK(warned(count + "condition: {" + bound + "}") == "6:15: '" + std::string(bound) + "' never" + counts);
  for (const char* bound : {"gte: 1", "gt: 0", "lt: 2", "lte: 1", "eq: 1", "neq: 1"}) CHECK(warned(count + "condition: {" + bound + "}") == "");
  CHECK(warned(value + "condition: {lt: 1, field: f}") == "6:15: 'lt: 1' never" + counts);
  CHECK(warned("type: value_sum\nrules: [a]\ntimespan: 1m\ncondition: {gte: 0, field: u}") == "");
  const std::string of_two = " holds; counts are whole numbers from 1 to 2, the rules that are named";
  for (const char* bound : {"lte: 2", "lt: 3", "neq: 3"}) CHECK(warned(two + "condition: {" + bound + "}") == "6:15: '" + std::string(bound) + "' always" + of_two);
}

TEST_CASE("correlation: aliases that say nothing of some rules, or are not used") {
  const std::string two = "type: temporal\nrules: [a, b, c]\ntimespan: 1m\n";
  CHECK(warned(two + "group-by: [u]\naliases:\n  u: {a: User}") ==
        "8:5: the alias 'u' does not cover 'b', 'c': of its events the field 'u' itself is read; add b: FIELD");
  CHECK(warned(two + "group-by: [u]\naliases:\n  u: {a: User, b: Account, c: u}") == "");
  CHECK(warned(two + "aliases:\n  u: {a: User, b: Account, c: u}") == "7:5: the alias 'u' is not used: name it in group-by");
}

TEST_CASE("correlation: conditions over names are told where they are wrong") {
  auto condition = [](const std::string& text) { return refused("type: temporal\nrules: [first, second]\ntimespan: 1m\ncondition: " + text); };
  CHECK(condition("first and secnd") == "c.yml:6:24: error: condition: 'secnd' is not among this correlation's rules; did you mean second?");
  CHECK(condition("'first and (second'") == "c.yml:6:25: error: condition: an opening parenthesis is never closed");
  CHECK(condition("first second") == "c.yml:6:20: error: condition: 'second' follows where 'and', 'or' or the end was expected");
  CHECK(condition("first ^ second") == "c.yml:6:20: error: condition: the character '^' has no meaning in a condition");
  // Where the text is put together from several lines its own place is not known.
  CHECK(condition(">\n  first\n  secnd").find("c.yml:6:14: error: ") == 0);
  const std::string instead =
      "in a correlation write the names, as in 'a or b', or how many rules must be seen: condition: {gte: 1}; without a condition all must be";
  CHECK(condition("1 of them") == "c.yml:6:14: error: condition: '1 of' has no meaning here; " + instead);
  CHECK(condition("first and all of sec*") == "c.yml:6:24: error: condition: 'all of' has no meaning here; " + instead);
  CHECK(condition("first or sec*") == "c.yml:6:23: error: condition: the pattern 'sec*' has no meaning here; " + instead);
}

TEST_CASE("correlation: conditions that no window meets") {
  auto condition = [](const std::string& text) { return warned("type: temporal\nrules: [a, b]\ntimespan: 1m\ncondition: " + text); };
  const std::string never = "6:14: this condition never holds: a window begins with an event of one of the rules; name one that must be seen, as in 'a and not b'";
  CHECK(condition("not a and not b") == never);
  CHECK(condition("a and not a") == never);
  CHECK(condition("not (a or b)") == never);
  CHECK(condition("not a") == "");  // b without a
  CHECK(condition("a and not b") == "");
  CHECK(condition("not a or not b") == "");
}
