#include "sigma/pipeline/rewritten_rule.h"

using namespace sigrun;
using namespace sigrun::sigma;

TEST_CASE("field_name_mapping renames one to one and marks the field literal") {
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: x.a}}", "{A: 1, B: two}") ==
        "selection: @x.a=1, B='two'");
}

TEST_CASE("field_name_mapping to several fields makes alternatives") {
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: [x, y]}}", "{A|contains: v, B: w}") ==
        "selection: (@x='*v*' | @y='*v*'), B='w'");
}

TEST_CASE("a field of several names lacks a value only if all of them do") {
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: [x, y]}}", "{A|neq: v}") ==
        "selection: (not @x='v', not @y='v')");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: [x, y]}}", "{A: null}") ==
        "selection: (@x=null, @y=null)");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: [x, y]}}", "{A|exists: false}") ==
        "selection: (@x=absent, @y=absent)");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: [x, y]}}", "{A|exists: true}") ==
        "selection: (@x=exists | @y=exists)");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: [x, y]}}", "{A|neq: null}") ==
        "selection: (not @x=null | not @y=null)");
}

TEST_CASE("field_name_mapping renames field references by themselves") {
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {B: b}}", "{A|fieldref: B}") ==
        "selection: A=->@b");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {B: [b, c], A: a}}", "{A|fieldref: B}") ==
        "selection: @a=->@b or ->@c");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: a, B: b}, field_name_conditions: "
                          "[{type: include_fields, fields: [B]}]}",
                          "{A|fieldref: B}") == "selection: A=->@b");
}

TEST_CASE("field_name_mapping gives keywords a field under the key null") {
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {null: message}}", "[one, two]") ==
        "selection: @message='*one*' or '*two*'");
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {A: message}}", "[one]") ==
        "selection: keyword='*one*'");
}

TEST_CASE("field names keep their letter case") {
  CHECK(rewrite_selection("{type: field_name_mapping, mapping: {a: x}}", "{A: v}") == "selection: A='v'");
}

TEST_CASE("field_name_prefix_mapping replaces the first prefix that fits") {
  CHECK(rewrite_selection("{type: field_name_prefix_mapping, mapping: {win.: [w., v.], wi: no}}",
                          "{win.A: 1, wiB: 2, A: 3}") == "selection: (@w.A=1 | @v.A=1), @noB=2, A=3");
}

TEST_CASE("field_name_prefix and field_name_suffix leave keywords alone") {
  CHECK(rewrite_selection("{type: field_name_prefix, prefix: p.}", "{A: 1, B|fieldref: C}") ==
        "selection: @p.A=1, @p.B=->@p.C");
  CHECK(rewrite_selection("{type: field_name_suffix, suffix: .s}", "[{A: 1}, word]") ==
        "selection: (@A.s=1) | keyword='*word*'");
}

TEST_CASE("field_name_transform applies a function unless the mapping names the field") {
  CHECK(rewrite_selection("{type: field_name_transform, transform_func: snake_case, mapping: {EventID: id}}",
                          "{CommandLine: a, EventID: 1, plain: b}") ==
        "selection: @command_line='a', @id=1, plain='b'");
  CHECK(rewrite_selection("{type: field_name_transform, transform_func: upper, mapping: {}}", "{aé: 1}") ==
        "selection: @AÉ=1");
  CHECK(refusal_of("transformations: [{type: field_name_transform, transform_func: title}]")
            .find("lower, upper or snake_case") != std::string::npos);
}

TEST_CASE("renamed fields are renamed again by later items") {
  auto result = rewrite(
      "transformations:\n"
      "  - {type: field_name_mapping, mapping: {A: [b, c]}}\n"
      "  - {type: field_name_prefix, prefix: p.}\n",
      rule_of("  selection: {A: 1}\n  condition: selection\n"));
  CHECK(result.text() == "selection: (@p.b=1 | @p.c=1)");
}

TEST_CASE("correlations: group-by, aliases and the field of the condition are renamed") {
  PipelineStack stack;
  stack.add(
      pipeline_of("transformations: [{type: field_name_mapping, mapping: {user: [u.name, u.id], src: ip, "
                  "amount: n, al: no}}]"));
  DiagnosticSink sink("pipelines");
  CorrelationRule rule = correlation_of(
      "  type: value_count\n  rules: [base]\n  group-by: [user, al]\n  timespan: 5m\n"
      "  aliases: {al: {base: src}}\n  condition: {gte: 3, field: amount}\n");
  REQUIRE(stack.apply(rule, sink));
  CHECK(rule.group_by == std::vector<std::string>{"u.name", "u.id", "al"});
  CHECK(rule.aliases.at(0).fields.at(0).second == "ip");
  CHECK(rule.fields == std::vector<std::string>{"n"});

  CorrelationRule several = correlation_of(
      "  type: value_count\n  rules: [base]\n  timespan: 5m\n  condition: {gte: 3, field: user}\n");
  CHECK_FALSE(stack.apply(several, sink));
  CHECK(show_diagnostics(sink).find(
            "maps 'user', which this correlation uses as 'field' of its condition, to 2 fields") !=
        std::string::npos);
}

TEST_CASE("strict_field_mapping_failure refuses rules with fields that no mapping named") {
  const char* pipeline =
      "transformations:\n"
      "  - {type: field_name_mapping, mapping: {A: a, B: B}}\n"
      "  - {type: strict_field_mapping_failure}\n";
  CHECK(rewrite(pipeline, rule_of("  selection: {A: 1, B: 2}\n  condition: selection\n")).text() ==
        "selection: @a=1, @B=2");
  auto refused = rewrite(pipeline, rule_of("  selection: {A: 1, D: 2, C: 3}\n  condition: selection\n"));
  CHECK(refused.text() ==
        "refused: rule.yml:1:1: error: the pipelines map all fields or none, and do not map C, D");
}
