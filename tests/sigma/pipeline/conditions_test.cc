#include "sigma/pipeline/rewritten_rule.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

// Whether a rule condition, in flow form, lets its item apply.
bool selects(std::string_view condition, const DetectionRule& rule) {
  auto result = rewrite(
      fmt::format(
          "transformations:\n  - {{id: hit, type: set_state, key: k, val: v, rule_conditions: [{}]}}\n",
          condition),
      rule);
  REQUIRE_MESSAGE(result.good, result.diagnostics);
  return result.rule.applied.contains("hit");
}

// The selection after the prefix x. was given to every item that the conditions select.
std::string prefixed(std::string_view conditions, std::string_view selection) {
  return rewrite_selection(fmt::format("{{type: field_name_prefix, prefix: x., {}}}", conditions), selection);
}

const char* detection =
    "  selection: {A: [1, text], B|cased: cased, C: null, D: true}\n  condition: selection\n";

}  // namespace

TEST_CASE("rule condition logsource: every attribute that it names is equal") {
  DetectionRule rule = rule_of(detection, "logsource: {product: windows, category: process_creation}\n");
  CHECK(selects("{type: logsource, product: windows}", rule));
  CHECK(selects("{type: logsource, product: windows, category: process_creation}", rule));
  CHECK_FALSE(selects("{type: logsource, product: windows, service: sysmon}", rule));
  CHECK_FALSE(selects("{type: logsource, category: file_event}", rule));
  CHECK(
      refusal_of("transformations: [{type: set_state, key: k, val: v, rule_conditions: [{type: logsource}]}]")
          .find("needs a category") != std::string::npos);
}

TEST_CASE("rule conditions contains_field and contains_detection_item") {
  DetectionRule rule = rule_of(detection);
  CHECK(selects("{type: contains_field, field: B}", rule));
  CHECK_FALSE(selects("{type: contains_field, field: b}", rule));
  CHECK(selects("{type: contains_detection_item, field: A, value: 1}", rule));
  CHECK(selects("{type: contains_detection_item, field: A, value: 1.0}", rule));
  CHECK(selects("{type: contains_detection_item, field: A, value: text}", rule));
  CHECK(selects("{type: contains_detection_item, field: D, value: true}", rule));
  CHECK_FALSE(selects("{type: contains_detection_item, field: A, value: '1'}", rule));
  CHECK_FALSE(selects("{type: contains_detection_item, field: A, value: tex}", rule));
  CHECK_FALSE(selects("{type: contains_detection_item, field: B, value: cased}", rule));
}

TEST_CASE("rule condition tag") {
  DetectionRule rule = rule_of(detection, "tags: [attack.t1059.001]\n");
  CHECK(selects("{type: tag, tag: attack.t1059.001}", rule));
  CHECK_FALSE(selects("{type: tag, tag: attack.t1059}", rule));
  CHECK(
      refusal_of(
          "transformations: [{type: set_state, key: k, val: v, rule_conditions: [{type: tag, tag: attack}]}]")
          .find("a namespace, a dot") != std::string::npos);
}

TEST_CASE("rule condition rule_attribute") {
  DetectionRule rule = rule_of(
      detection, "title: Name\nlevel: high\nstatus: test\ntags: [attack.x]\nweight: 10\nkind: soft\n");
  CHECK(selects("{type: rule_attribute, attribute: title, value: Name}", rule));
  CHECK(selects("{type: rule_attribute, attribute: title, value: Other, op: ne}", rule));
  CHECK(selects("{type: rule_attribute, attribute: level, value: medium, op: gte}", rule));
  CHECK_FALSE(selects("{type: rule_attribute, attribute: level, value: high, op: gt}", rule));
  CHECK(selects("{type: rule_attribute, attribute: status, value: stable, op: lt}", rule));
  CHECK(selects("{type: rule_attribute, attribute: tags, value: attack.x, op: in}", rule));
  CHECK(selects("{type: rule_attribute, attribute: tags, value: attack.y, op: not_in}", rule));
  CHECK_FALSE(selects("{type: rule_attribute, attribute: tags, value: attack.x}", rule));
  CHECK(selects("{type: rule_attribute, attribute: weight, value: 9, op: gt}", rule));
  CHECK(selects("{type: rule_attribute, attribute: kind, value: soft}", rule));
  CHECK_FALSE(selects("{type: rule_attribute, attribute: unknown, value: soft, op: ne}", rule));
  CHECK_FALSE(selects("{type: rule_attribute, attribute: author, value: x, op: ne}", rule));
}

TEST_CASE("rule_attribute refuses comparisons without an order") {
  auto result = rewrite(
      "transformations: [{type: set_state, key: k, val: v, rule_conditions: "
      "[{type: rule_attribute, attribute: title, value: A, op: gt}]}]",
      rule_of(detection));
  CHECK_FALSE(result.good);
  CHECK(result.diagnostics.find("'A rule' and 'A' are not both numbers") != std::string::npos);
  auto refused = [](std::string_view condition) {
    return refusal_of(fmt::format(
        "transformations: [{{type: set_state, key: k, val: v, rule_conditions: [{}]}}]", condition));
  };
  CHECK(refused("{type: rule_attribute, attribute: level, value: highest}").find("unknown level") !=
        std::string::npos);
  CHECK(refused("{type: rule_attribute, attribute: status, value: x}").find("unknown status") !=
        std::string::npos);
  CHECK(refused("{type: rule_attribute, attribute: level, value: high, op: in}").find("works on lists") !=
        std::string::npos);
  CHECK(refused("{type: rule_attribute, attribute: date, value: 2024-01-01, op: gt}").find("not kept") !=
        std::string::npos);
  CHECK(refused("{type: rule_attribute, attribute: level, value: high, op: like}")
            .find("must be one of eq, ne") != std::string::npos);
}

TEST_CASE("rule conditions is_sigma_rule, is_sigma_correlation_rule, and logsource of a correlation") {
  DetectionRule rule = rule_of(detection);
  CHECK(selects("{type: is_sigma_rule}", rule));
  CHECK_FALSE(selects("{type: is_sigma_correlation_rule}", rule));

  auto selects_correlation = [](std::string_view condition) {
    PipelineStack stack;
    stack.add(
        pipeline_of(fmt::format("transformations: [{{type: set_custom_attribute, attribute: hit, value: yes, "
                                "rule_conditions: [{}]}}]",
                                condition)));
    CorrelationRule correlation =
        correlation_of("  type: event_count\n  rules: [base]\n  timespan: 5m\n  condition: {gte: 3}\n");
    DiagnosticSink sink;
    REQUIRE(stack.apply(correlation, sink, {LogSource{"windows", "process_creation", "", {}}}));
    return !correlation.header.custom.empty();
  };
  CHECK(selects_correlation("{type: is_sigma_correlation_rule}"));
  CHECK_FALSE(selects_correlation("{type: is_sigma_rule}"));
  CHECK(selects_correlation("{type: logsource, product: windows}"));
  CHECK_FALSE(selects_correlation("{type: logsource, product: linux}"));
  CHECK_FALSE(selects_correlation("{type: contains_field, field: A}"));
}

TEST_CASE("processing_state compares what set_state stored") {
  auto reached = [](std::string_view stored, std::string_view condition) {
    auto result = rewrite(fmt::format("transformations:\n"
                                      "  - {{type: set_state, key: k, val: {}}}\n"
                                      "  - {{id: hit, type: field_name_prefix, prefix: x., {}}}\n",
                                      stored, condition),
                          rule_of("  selection: {A: 1}\n  condition: selection\n"));
    return result.text() == "selection: @x.A=1";
  };
  CHECK(reached("v", "rule_conditions: [{type: processing_state, key: k, val: v}]"));
  CHECK_FALSE(reached("v", "rule_conditions: [{type: processing_state, key: k, val: w}]"));
  CHECK(reached("v", "rule_conditions: [{type: processing_state, key: k, val: w, op: ne}]"));
  CHECK_FALSE(reached("v", "rule_conditions: [{type: processing_state, key: other, val: w, op: ne}]"));
  CHECK(reached("10", "rule_conditions: [{type: processing_state, key: k, val: 9, op: gt}]"));
  CHECK_FALSE(reached("10", "rule_conditions: [{type: processing_state, key: k, val: '9', op: gt}]"));
  CHECK(reached("10", "rule_conditions: [{type: processing_state, key: k, val: 10.0, op: lte}]"));
  CHECK(reached("10", "rule_conditions: [{type: processing_state, key: k, val: 11, op: lt}]"));
  CHECK(reached("true", "rule_conditions: [{type: processing_state, key: k, val: true}]"));
  CHECK(reached("v", "detection_item_conditions: [{type: processing_state, key: k, val: v}]"));
  CHECK_FALSE(reached("v", "detection_item_conditions: [{type: processing_state, key: k, val: w}]"));
  CHECK(reached("v", "field_name_conditions: [{type: processing_state, key: k, val: v, op: gte}]"));
  CHECK_FALSE(reached("v", "field_name_conditions: [{type: processing_state, key: k, val: w, op: gte}]"));
}

TEST_CASE("detection item condition match_string is tied to the start and sees wildcards") {
  CHECK(prefixed("detection_item_conditions: [{type: match_string, cond: any, pattern: ab}]",
                 "{A: [xab, abc], B: xab, C: 1}") == "selection: @x.A='xab' or 'abc', B='xab', C=1");
  CHECK(prefixed("detection_item_conditions: [{type: match_string, cond: all, pattern: ab}]",
                 "{A: [xab, abc], B: [ab, abd]}") == "selection: A='xab' or 'abc', @x.B='ab' or 'abd'");
  CHECK(prefixed("detection_item_conditions: [{type: match_string, cond: any, pattern: ab, negate: true}]",
                 "{A: ab, B: x, C: 1}") == "selection: A='ab', @x.B='x', @x.C=1");
  CHECK(prefixed(R"(detection_item_conditions: [{type: match_string, cond: any, pattern: '\*ab\*$'}])",
                 "{A|contains: ab, B: ab}") == "selection: @x.A='*ab*', B='ab'");
  CHECK(refusal_of(
            "transformations: [{type: case, detection_item_conditions: [{type: match_string, pattern: x}]}]")
            .find("'cond' is missing") != std::string::npos);
  CHECK(refusal_of("transformations: [{type: case, detection_item_conditions: [{type: match_string, cond: "
                   "any, pattern: '('}]}]")
            .find("does not compile") != std::string::npos);
}

TEST_CASE("detection item conditions match_value, contains_wildcard, is_null") {
  CHECK(prefixed("detection_item_conditions: [{type: match_value, cond: any, value: 1}]",
                 "{A: [1, 2], B: '1', C: 1.0}") == "selection: @x.A=1 or 2, B='1', @x.C=1.0");
  CHECK(prefixed("detection_item_conditions: [{type: match_value, cond: all, value: v}]",
                 "{A: [v, w], B: v}") == "selection: A='v' or 'w', @x.B='v'");
  CHECK(prefixed("detection_item_conditions: [{type: contains_wildcard, cond: any}]",
                 "{A: 'a*', B: 'a\\*', C: 1}") == "selection: @x.A='a*', B='a\\*', C=1");
  CHECK(prefixed("detection_item_conditions: [{type: is_null, cond: any}]", "{A: null, B: '', C: 1}") ==
        "selection: @x.A=null, B='', C=1");
}

TEST_CASE("keywords are matched as they were written") {
  const char* to_upper =
      "{type: case, method: upper, detection_item_conditions: [{type: contains_wildcard, cond: any}]}";
  CHECK(rewrite_selection(to_upper, "[word]") == "selection: keyword='*word*'");
  CHECK(rewrite_selection(to_upper, "['wo*rd']") == "selection: keyword='*WO*RD*'");
}

TEST_CASE("processing_item_applied for rules, items and fields") {
  const char* start =
      "transformations:\n"
      "  - {id: first, type: field_name_mapping, mapping: {A: a, C: c}}\n"
      "  - {id: never, type: case, rule_conditions: [{type: logsource, product: none}]}\n";
  auto after = [&](std::string_view item) {
    return rewrite(fmt::format("{}  - {{type: field_name_suffix, suffix: .s, {}}}\n", start, item),
                   rule_of("  selection: {A: 1, B|fieldref: C, D: 2}\n  condition: selection\n"))
        .text();
  };
  CHECK(after("rule_conditions: [{type: processing_item_applied, processing_item_id: first}]") ==
        "selection: @a.s=1, @B.s=->@c.s, @D.s=2");
  CHECK(after("rule_conditions: [{type: processing_item_applied, processing_item_id: never}]") ==
        "selection: @a=1, B=->@c, D=2");
  CHECK(after("detection_item_conditions: [{type: processing_item_applied, processing_item_id: first}]") ==
        "selection: @a.s=1, @B.s=->@c.s, D=2");
  CHECK(after("field_name_conditions: [{type: processing_item_applied, processing_item_id: first}]") ==
        "selection: @a.s=1, @B.s=->@c.s, D=2");
}

TEST_CASE("field name conditions include_fields and exclude_fields, plain and re") {
  CHECK(prefixed("field_name_conditions: [{type: include_fields, fields: [A, B]}]", "{A: 1, AB: 2}") ==
        "selection: @x.A=1, AB=2");
  CHECK(prefixed("field_name_conditions: [{type: exclude_fields, fields: [A]}]", "{A: 1, AB: 2}") ==
        "selection: A=1, @x.AB=2");
  CHECK(prefixed("field_name_conditions: [{type: include_fields, mode: re, fields: ['B$', A]}]",
                 "{A: 1, AB: 2, CB: 3}") == "selection: @x.A=1, @x.AB=2, CB=3");
  CHECK(prefixed("field_name_conditions: [{type: exclude_fields, mode: re, fields: ['A+$']}]",
                 "{A: 1, AB: 2}") == "selection: A=1, @x.AB=2");
  CHECK(refusal_of(
            "transformations: [{type: case, field_name_conditions: [{type: include_fields, fields: A}]}]")
            .find("must be a list") != std::string::npos);
  CHECK(refusal_of("transformations: [{type: case, field_name_conditions: [{type: include_fields, mode: re, "
                   "fields: ['(']}]}]")
            .find("does not compile") != std::string::npos);
}

TEST_CASE("conditions combine with and, or and not") {
  const char* ab = "[{type: include_fields, fields: [A, B]}, {type: include_fields, fields: [B, C]}]";
  const char* selection = "{A: 1, B: 2, C: 3, D: 4}";
  CHECK(prefixed(fmt::format("field_name_conditions: {}", ab), selection) ==
        "selection: A=1, @x.B=2, C=3, D=4");
  CHECK(prefixed(fmt::format("field_name_conditions: {}, field_name_cond_op: or", ab), selection) ==
        "selection: @x.A=1, @x.B=2, @x.C=3, D=4");
  CHECK(prefixed(fmt::format("field_name_conditions: {}, field_name_cond_not: true", ab), selection) ==
        "selection: @x.A=1, B=2, @x.C=3, @x.D=4");
  CHECK(prefixed("detection_item_conditions: [{type: is_null, cond: any}], detection_item_cond_not: True",
                 "{A: null, B: 1}") == "selection: A=null, @x.B=1");
}

TEST_CASE("conditions combine by an expression over their names") {
  const char* named =
      "field_name_conditions: {a-1: {type: include_fields, fields: [A]}, b_2: {type: include_fields, fields: "
      "[A, B]}}";
  CHECK(prefixed(fmt::format("{}, field_name_cond_expr: not a-1 and b_2", named), "{A: 1, B: 2, C: 3}") ==
        "selection: A=1, @x.B=2, C=3");
  CHECK(prefixed(fmt::format("{}, field_name_cond_expr: not (a-1 or b_2)", named), "{A: 1, B: 2, C: 3}") ==
        "selection: A=1, B=2, @x.C=3");
  // Without an expression the names do not matter.
  CHECK(prefixed(named, "{A: 1, B: 2}") == "selection: @x.A=1, B=2");

  auto refused = [&](std::string_view rest) {
    return refusal_of(fmt::format("transformations: [{{type: case, {}, {}}}]", named, rest));
  };
  CHECK(refused("field_name_cond_expr: a-1 and c").find("names 'c', which is none of the conditions") !=
        std::string::npos);
  CHECK(refused("field_name_cond_expr: a-1").find("leaves out the condition 'b_2'") != std::string::npos);
  CHECK(refused("field_name_cond_expr: a-1 or b_2, field_name_cond_op: or").find("exclude each other") !=
        std::string::npos);
  CHECK(refused("field_name_cond_expr: a-1 or").find("field_name_cond_expr") != std::string::npos);
  CHECK(refused("field_name_cond_op: xor").find("must be one of and, or") != std::string::npos);
  CHECK(refusal_of(
            "transformations: [{type: case, rule_conditions: [{type: is_sigma_rule}], rule_cond_expr: a}]")
            .find("map of names") != std::string::npos);
  CHECK(refusal_of("transformations: [{type: case, rule_cond_not: true}]")
            .find("has no conditions to work on") != std::string::npos);
}
