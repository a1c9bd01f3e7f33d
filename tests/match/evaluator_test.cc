// What an alert says about why a rule fired.
#include "match/evaluator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using test::Bench;
using test::rule_with;
using test::rule_with_items;

TEST_CASE("explanations: field, modifiers, pattern as written, and the value that satisfied it") {
  CHECK(Bench(rule_with_items("Image|endswith: '\\cmd.exe'\nUser: [a, b]")).explain(R"({"Image":"C:\\X\\CMD.EXE","User":["z","B"]})") ==
        "Image|endswith|\\cmd.exe|C:\\X\\CMD.EXE\nUser||b|B");
  CHECK(Bench(rule_with_items("F|re|i: 'A+'")).explain(R"({"F":"xaa"})") == "F|re|i|A+|xaa");
  CHECK(Bench(rule_with_items("F|contains|all: ['x*', y]")).explain(R"({"F":"xzy"})") == "F|contains|all|x|xzy\nF|contains|all|y|xzy");
  CHECK(Bench(rule_with_items("F: 5")).explain(R"({"F":5})") == "F||5|5");
  CHECK(Bench(rule_with_items("F|gte: 5")).explain(R"({"F":[1,7]})") == "F|gte|5|7");
  CHECK(Bench(rule_with_items("F|cidr: 10.0.0.0/8")).explain(R"({"F":"10.1.1.1"})") == "F|cidr|10.0.0.0/8|10.1.1.1");
  CHECK(Bench(rule_with_items("F|fieldref: G")).explain(R"({"F":["q","a"],"G":"A"})") == "F|fieldref|G|a");
}

TEST_CASE("explanations: tests without a value have an empty one") {
  CHECK(Bench(rule_with_items("F:")).explain(R"({})") == "F||null|");
  CHECK(Bench(rule_with_items("F|exists: false")).explain(R"({})") == "F|exists|false|");
  CHECK(Bench(rule_with_items("F|exists: true")).explain(R"({"F":"x"})") == "F|exists|true|x");
}

TEST_CASE("explanations: keywords have no field") {
  CHECK(Bench(rule_with("s: [needle]\ncondition: s")).explain(R"({"a":["hay","a Needle"]})") == "||needle|a Needle");
  CHECK(Bench(rule_with("s: {'|re': 'n.*e$'}\ncondition: s")).explain(R"({"a":"needle"})") == "|re|n.*e$|needle");
}

TEST_CASE("explanations: what stands under a negation is no reason") {
  CHECK(Bench(rule_with("s: {F: a}\nf: {G: b}\ncondition: s and not f")).explain(R"({"F":"a"})") == "F||a|a");
  CHECK(Bench(rule_with("s: {F: a, G|neq: b}\ncondition: s")).explain(R"({"F":"a"})") == "F||a|a");
  CHECK(Bench(rule_with("s: {F: a}\nt: {G: b}\ncondition: s or t")).explain(R"({"G":"b"})") == "G||b|b");
  CHECK(Bench(rule_with("s: {F: a}\nt: {G: b}\nu: {H: c}\ncondition: 2 of them")).explain(R"({"F":"a","H":"c"})") == "F||a|a\nH||c|c");
}

TEST_CASE("explanations: of alternatives the first that holds, in the order of the rule") {
  CHECK(Bench(rule_with("s: {F: a}\nt: {G: b}\nu: {H: c}\ncondition: 1 of them")).explain(R"({"G":"b","H":"c"})") == "G||b|b");
  CHECK(Bench(rule_with("s: {F: a}\nt: {G: b}\nu: {H: c}\ncondition: 2 of them")).explain(R"({"F":"a","G":"b","H":"c"})") ==
        "F||a|a\nG||b|b");
  CHECK(Bench(rule_with_items("F|contains: [x, b, a]")).explain(R"({"F":"ab"})") == "F|contains|b|ab");
  // A list so long that it is looked up.
  CHECK(Bench(rule_with_items("F|contains: [q, r, s, t, u, v, w, x, y, b, a, z]")).explain(R"({"F":["a1","ab"]})") == "F|contains|b|ab");
  CHECK(Bench(rule_with_items("F: [q, r, s, t, u, v, w, x, y, b, a, z]")).explain(R"({"F":"A"})") == "F||a|A");
}

TEST_CASE("explanations: limit of entries") {
  Limits limits;
  limits.explained_matches = 3;
  Bench bench(rule_with_items("F|contains|all: [a, b, c, d]"), {}, Routing::off, {}, limits);
  std::string said = bench.explain(R"({"F":"abcd"})");
  CHECK(std::count(said.begin(), said.end(), '\n') == 2);
}

TEST_CASE("explanations: limit of a value's bytes, cut between code points") {
  Limits limits;
  limits.explained_value_bytes = 4;
  Bench bench(rule_with_items("F|contains: a"), {}, Routing::off, {}, limits);
  CHECK(bench.explain(R"({"F":"abcdef"})") == "F|contains|a|abcd");
  CHECK(bench.explain(R"({"F":"abcäx"})") == "F|contains|a|abc");
  CHECK(bench.explain(R"({"F":"abcd"})") == "F|contains|a|abcd");
  CHECK(bench.explain(R"({"F":"\u0061\\\n\u00e4"})") == "F|contains|a|a\\\n");
  CHECK(bench.explain(R"({"F":"a\u20ac\u20ac"})") == "F|contains|a|a€");
  CHECK(Bench(rule_with("s: [12]\ncondition: s"), {}, Routing::off, {}, limits).explain(R"({"F":12345678})") == "||12|1234");
  CHECK(Bench(rule_with_items("F: false"), {}, Routing::off, {}, limits).explain(R"({"F":false})") == "F||false|fals");
}

TEST_CASE("explanations: escapes of a value are resolved, of keywords too") {
  CHECK(Bench(rule_with_items("F|endswith: '\\b'")).explain(R"({"F":"a\\b"})") == "F|endswith|\\b|a\\b");
  CHECK(Bench(rule_with("s: [needle]\ncondition: s")).explain(R"({"F":"a \u0022needle\u0022"})") == "||needle|a \"needle\"");
  CHECK(Bench(rule_with_items("F: true")).explain(R"({"F":true})") == "F||true|true");
}

TEST_CASE("explanations: the same for a value that was met before") {
  Bench bench(rule_with_items("F|contains: [q, r, s, t, u, v, w, x, y, b, a, z]"));
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.explain(R"({"F":["a1","1b"]})") == "F|contains|b|1b");
    CHECK(bench.explain(R"({"F":"a1"})") == "F|contains|a|a1");
    CHECK(bench.explain(R"({"F":["1","z","ab"]})") == "F|contains|b|ab");
  }
}

TEST_CASE("evaluation: nothing of one event reaches the next") {
  Bench bench(rule_with("s: {F: a}\nk: [needle]\ncondition: s or k"));
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.hits(R"({"F":"a"})") == "T");
    CHECK(bench.hits(R"({"F":"b"})") == "");
    CHECK(bench.hits(R"({})") == "");
    CHECK(bench.hits(R"({"x":"needle"})") == "T");
    CHECK(bench.hits(R"({"x":"hay"})") == "");
  }
}

TEST_CASE("evaluation: an event with more values than the limit is searched for keywords to its end") {
  Limits limits;
  limits.values_per_event = 3;
  Bench bench(rule_with("a: [needle]\nb: {'|all': [hay, '7']}\nf: [missing]\ncondition: a or b and not f"), {}, Routing::off, {},
              limits);
  const std::string many = R"({"x":[1,2,3,4,5,"a hay"],"y":{"z":[7,"the Needle"]}})";
  CHECK(bench.hits(many) == "T");
  CHECK(bench.match(many).outcome == JsonWalker::Outcome::sound);
  CHECK(bench.explain(many) == "||needle|the Needle");
  CHECK(bench.explain(R"({"x":[1,2,3,4,5,"a hay",7]})") == "|all|hay|a hay\n|all|7|7");
  CHECK(bench.hits(R"({"x":[1,2,3,4,5,"a hay",7,"missing"]})") == "");
  CHECK(bench.hits(R"({"x":[1,2,3,4,5,"a hay",8]})") == "");
  CHECK(bench.hits(R"({"x":"needle"})") == "T");  // nothing is left of the events before
  CHECK(bench.hits(R"({"x":[1,2,3,4]})") == "");
}

TEST_CASE("fieldref between two long arrays stops at its limit and says so") {
  Limits limits;
  limits.reference_pairs = 6;
  Bench bench(rule_with_items("F|fieldref: G"), {}, Routing::off, {}, limits);
  auto late = bench.match(R"({"F":["a","b","x"],"G":["c","d","x"]})");  // the ninth pair agrees
  CHECK(late.titles.empty());
  CHECK(late.outcome == JsonWalker::Outcome::degraded);
  auto early = bench.match(R"({"F":["a","x"],"G":["c","d","x"]})");
  CHECK(early.titles.size() == 1);
  CHECK(early.outcome == JsonWalker::Outcome::sound);
}

TEST_CASE("lists: tests of all kinds are looked up together") {
  const std::string list =
      "F|contains: ['{needle} one', two, 't?ree', 'fo*ur', five, six, seven, '-e* paa', \"x'y\", ab]";
  auto explained = [&](const std::string& value) {
    return Bench(rule_with_items(list)).explain(R"({"F":")" + value + R"("})");
  };
  CHECK(explained("a {NEEDLE} one b") == "F|contains|{needle} one|a {NEEDLE} one b");
  CHECK(explained("it is thReE o'clock") == "F|contains|t?ree|it is thReE o'clock");
  CHECK(explained("foo, fo and then ur") == "F|contains|fo*ur|foo, fo and then ur");
  CHECK(explained("p -enc PAAx") == "F|contains|-e* paa|p -enc PAAx");
  CHECK(explained("paa -e") == "no hit");
  CHECK(explained("ur fo") == "no hit");
  CHECK(explained("tree") == "no hit");
  CHECK(explained("") == "no hit");
  // In whatever value of several it is, and never twice as costly for being announced often.
  CHECK(Bench(rule_with_items(list)).explain(R"({"F":["x","ur","fo ur"]})") == "F|contains|fo*ur|fo ur");
  std::string paas;
  for (int i = 0; i < 2000; ++i) paas += " paa";
  CHECK(explained(paas) == "no hit");
}

TEST_CASE("lists: regular expressions, numbers and networks stand in them too") {
  const std::string rule =
      "s:\n  - F|re: 'a[0-9]+b'\n  - F|re: '^[xyz]+$'\n  - F: 5\n  - F: five\n  - F|gt: 100\n  - F|cidr: 10.0.0.0/8\n"
      "  - F|contains: one\n  - F|startswith: two\n  - F|endswith: three\n  - F|contains|cased: Four\ncondition: s";
  for (const char* value : {R"("ka77bo")", R"("zyx")", "5", R"("5")", R"("FIVE")", "101", R"("10.9.8.7")",
                            R"("x one y")", R"("twosome")", R"("the three")", R"("Fourteen")"})
    CHECK_MESSAGE(test::detection_matches(rule, R"({"F":)" + std::string(value) + "}"), value);
  for (const char* value : {R"("ab")", R"("xyz1")", "6", "100", R"("11.9.8.7")", R"("tw")", R"("fourteen")", "null", "true", "[]"})
    CHECK_FALSE_MESSAGE(test::detection_matches(rule, R"({"F":)" + std::string(value) + "}"), value);
}

TEST_CASE("lists: of one test many times over in a field that has no other") {
  std::string detection;
  std::string condition = "condition: ";
  for (int i = 0; i < 80; ++i) {
    detection += "s" + std::to_string(i) + ":\n  F|contains: [a, a, a, a, a, a, a, a, a]\n  G: '" + std::to_string(i) + "'\n";
    condition += (i ? " or s" : "s") + std::to_string(i);
  }
  CHECK(test::detection_matches(detection + condition, R"({"F":"xax","G":"79"})"));
  CHECK_FALSE(test::detection_matches(detection + condition, R"({"F":"xbx","G":"79"})"));
}
