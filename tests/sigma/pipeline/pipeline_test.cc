#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sigma/pipeline/rewritten_rule.h"

using namespace sigrun;
using namespace sigrun::sigma;

TEST_CASE("a pipeline file: name, priority, variables, items") {
  Pipeline pipeline = pipeline_of(
      "name: Mine\npriority: -5\nallowed_backends: [x]\nvars: {a: [1, b], c: d}\n"
      "transformations:\n  - {id: one, type: case}\n");
  CHECK(pipeline.name == "Mine");
  CHECK(pipeline.priority == -5);
  CHECK(pipeline.vars == PlaceholderValues{{"a", {"1", "b"}}, {"c", {"d"}}});
  REQUIRE(pipeline.items.size() == 1);
  CHECK(pipeline.items[0].id == "one");
}

TEST_CASE("postprocessing and finalizers are ignored with a warning") {
  DiagnosticSink sink("p.yml");
  CHECK(read_pipeline("postprocessing:\n  - {type: embed, prefix: x}\nfinalizers: []\n", Limits{}, sink)
            .has_value());
  CHECK(show_diagnostics(sink) ==
        "p.yml:1:1: warning: postprocessing act on query text, which is not produced here: ignored\n"
        "p.yml:3:1: warning: finalizers act on query text, which is not produced here: ignored");
}

TEST_CASE("variables that no placeholder can use are left out with a warning") {
  DiagnosticSink sink("p.yml");
  auto pipeline = read_pipeline("vars: {a: {b: c}, d: e}\n", Limits{}, sink);
  REQUIRE(pipeline.has_value());
  CHECK(pipeline->vars == PlaceholderValues{{"d", {"e"}}});
  CHECK(show_diagnostics(sink).find("warning: left out of vars: 'a' must be text") != std::string::npos);
}

TEST_CASE("mistakes name file, line and column") {
  CHECK(refusal_of("nmae: x\n").find("pipeline.yml:1:1: error: unknown key 'nmae' in a pipeline") !=
        std::string::npos);
  CHECK(refusal_of("transformations:\n  - type: field_name_maping\n    mapping: {}\n") ==
        "pipeline.yml:2:11: error: unknown transformation type 'field_name_maping'");
  CHECK(refusal_of("transformations:\n  - type: field_name_prefix\n    prefix: x\n    mode: y\n") ==
        "pipeline.yml:4:5: error: field_name_prefix: unknown parameter 'mode'");
  CHECK(refusal_of("transformations:\n  - type: field_name_prefix\n") ==
        "pipeline.yml:2:5: error: field_name_prefix: 'prefix' is missing");
  CHECK(refusal_of("transformations:\n  - type: field_name_mapping\n    mapping: {A: [], B: {c: d}}\n")
            .find("3:18: error: field_name_mapping: the list of 'A' is empty") != std::string::npos);
  CHECK(refusal_of("transformations:\n  - mapping: {A: b}\n")
            .find("2:5: error: a transformation must be a map with a type") != std::string::npos);
  CHECK(refusal_of("transformations: {type: case}\n").find("must be a list") != std::string::npos);
  CHECK(refusal_of("priority: high\n").find("1:1: error: priority must be a whole number") !=
        std::string::npos);
  CHECK(refusal_of("transformations: [{type: case, rule_conditions: [{type: logsorce}]}]")
            .find("unknown condition type 'logsorce'") != std::string::npos);
  CHECK(refusal_of("transformations: [{type: case, rule_conditions: [{type: logsource, produkt: x}]}]")
            .find("unknown parameter 'produkt'") != std::string::npos);
  CHECK(refusal_of("transformations: [{type: case, rule_conditions: [{product: x}]}]")
            .find("must be a map with a type") != std::string::npos);
  CHECK(refusal_of("- a\n").find("a pipeline file holds one map") != std::string::npos);
  CHECK(refusal_of("").find("a pipeline file holds one map") != std::string::npos);
}

TEST_CASE("several mistakes are found in one go") {
  std::string refusal =
      refusal_of("what: x\ntransformations:\n  - {type: field_name_prefix}\n  - {type: case, method: x}\n");
  CHECK(std::count(refusal.begin(), refusal.end(), '\n') == 2);
}

TEST_CASE("pipelines apply by priority, equal ones as they were added, and share state") {
  PipelineStack stack;
  CHECK(stack.empty());
  stack.add(
      pipeline_of("priority: 10\ntransformations: [{type: field_name_suffix, suffix: .late, rule_conditions: "
                  "[{type: processing_state, key: k, val: v}]}]"));
  stack.add(pipeline_of("priority: 5\ntransformations: [{type: field_name_suffix, suffix: .one}]"));
  stack.add(
      pipeline_of("priority: 5\ntransformations: [{type: field_name_suffix, suffix: .two}, {type: set_state, "
                  "key: k, val: v}]"));
  CHECK_FALSE(stack.empty());
  DetectionRule rule = rule_of("  selection: {A: 1}\n  condition: selection\n");
  DiagnosticSink sink;
  REQUIRE(stack.apply(rule, sink));
  CHECK(show_selections(rule) == "selection: @A.one.two.late=1");
}

TEST_CASE("a stack is the same for every rule: state and memory begin anew") {
  PipelineStack stack;
  stack.add(
      pipeline_of("transformations:\n"
                  "  - {id: i, type: field_name_suffix, suffix: .s, rule_conditions: [{type: "
                  "processing_state, key: k, val: v}]}\n"
                  "  - {type: set_state, key: k, val: v}\n"));
  for (int round = 0; round < 2; ++round) {
    DetectionRule rule = rule_of("  selection: {A: 1}\n  condition: selection\n");
    DiagnosticSink sink;
    REQUIRE(stack.apply(rule, sink));
    CHECK(show_selections(rule) == "selection: A=1");
  }
}

TEST_CASE("the pipelines that ship can be read without a word") {
  // Tests run in the source tree.
  std::filesystem::path folder = "rules/taxonomy/pipelines";
  REQUIRE(std::filesystem::is_directory(folder));
  size_t read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yml") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    DiagnosticSink sink(entry.path().string());
    CHECK(read_pipeline(text, Limits{}, sink).has_value());
    CHECK(show_diagnostics(sink) == "");
    ++read;
  }
  CHECK(read >= 3);
}
