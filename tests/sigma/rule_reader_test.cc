// Files of several documents: collections (action: global, reset, repeat) and good rules beside bad ones.
#include "sigma/rule_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

RuleFile read(std::string_view yaml, DiagnosticSink& sink) { return read_rules(yaml, {}, sink); }
RuleFile read(std::string_view yaml) {
  DiagnosticSink sink("r.yml");
  RuleFile file = read(yaml, sink);
  CHECK(sink.error_count() == 0);
  return file;
}

}  // namespace

TEST_CASE("rule file: a rule with an error is refused by itself") {
  DiagnosticSink sink("r.yml");
  RuleFile file = read(test::rule_with_items("F: a") + "---\n" + test::rule_with_items("F|x: a") + "---\n" + test::rule_with_items("F: b"), sink);
  CHECK(file.detections.size() == 2);
  CHECK(file.refused == 1);
  CHECK(sink.diagnostics()[0].mark.line == 12);
  CHECK(file.detections[1].header.mark.line == 15);
}

TEST_CASE("rule file: broken YAML refuses one document and what follows it") {
  DiagnosticSink sink("r.yml");
  RuleFile file = read(test::rule_with_items("F: a") + "---\ntitle: [\n", sink);
  CHECK(file.detections.size() == 1);
  CHECK(file.refused == 1);
}

TEST_CASE("collection: global is merged deeply into what follows, and may be given twice") {
  RuleFile file = read(
      "action: global\ntitle: G\nlogsource: {product: windows}\ndetection: {condition: s}\n---\n"
      "action: global\nlevel: high\n---\n"
      "logsource: {category: a}\ndetection: {s: {F: a}}\n---\n"
      "title: Own\nlogsource: {product: linux}\ndetection: {s: {F: b}}\n");
  REQUIRE(file.detections.size() == 2);
  CHECK(file.detections[0].header.title == "G");
  CHECK(file.detections[0].header.level == Level::high);
  CHECK(file.detections[0].logsource.to_string() == "product=windows category=a");
  CHECK(file.detections[1].header.title == "Own");
  CHECK(file.detections[1].logsource.to_string() == "product=linux");
  CHECK(file.detections[0].header.custom.empty());  // `action` is none
}

TEST_CASE("collection: reset forgets the global part") {
  DiagnosticSink sink("r.yml");
  RuleFile file = read(
      "action: global\ntitle: G\nlogsource: {product: p}\n---\n"
      "detection: {s: {F: a}, condition: s}\n---\naction: reset\n---\n"
      "detection: {s: {F: a}, condition: s}\n", sink);
  CHECK(file.detections.size() == 1);
  CHECK(file.refused == 1);
  CHECK(sink.diagnostics()[0].to_string() == "r.yml:9:1: error: the title is missing");
}

TEST_CASE("collection: repeat is merged onto the previous rule") {
  RuleFile file = read(
      "title: A\nlogsource: {product: p}\ndetection: {s: {F: a, G: b}, condition: s}\n---\n"
      "action: repeat\ntitle: B\ndetection: {s: {F: c}}\n---\n"
      "action: repeat\ntitle: C\n");
  REQUIRE(file.detections.size() == 3);
  CHECK(file.detections[1].header.title == "B");
  const Detection& second = file.detections[1].selections[0].detection;
  REQUIRE(second.children.size() == 2);
  CHECK(describe(second.children[0].item->values[0].value) == "c");
  CHECK(describe(second.children[1].item->values[0].value) == "b");
  CHECK(describe(file.detections[2].selections[0].detection.children[0].item->values[0].value) == "c");
}

TEST_CASE("rule file: kinds of documents are told by their blocks") {
  RuleFile file = read(
      test::rule_with_items("F: a") +
      "---\ntitle: C\ncorrelation: {type: event_count, rules: [x], timespan: 1m, condition: {gte: 2}}\n"
      "---\ntitle: X\nlogsource: {product: p}\nfilter: {rules: any, s: {F: a}, condition: not s}\n");
  CHECK(file.detections.size() == 1);
  CHECK(file.correlations.size() == 1);
  CHECK(file.filters.size() == 1);
}

TEST_CASE("rule file: tests and the regression path are kept for those who run them") {
  RuleFile file = read("title: T\nregression_tests_path: a/b.yml\ntests:\n  - {event: {F: a}, match: true}\nlogsource: {product: p}\ndetection: {s: {F: a}, condition: s}\n");
  REQUIRE(file.detections.size() == 1);
  CHECK(file.detections[0].regression_tests_path == "a/b.yml");
  CHECK(file.detections[0].tests.items.size() == 1);
  CHECK(file.detections[0].header.custom.empty());
}
