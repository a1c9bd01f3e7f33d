#include "sigma/pipeline/rewritten_rule.h"

using namespace sigrun;
using namespace sigrun::sigma;

TEST_CASE("replace_string works on the plain text and keeps what it does not touch") {
  CHECK(rewrite_selection(R"({type: replace_string, regex: "^C:", replacement: "D:"})",
                          R"({A: 'C:\Win\*'})") == R"(selection: A='D:\Win\*')");
  // A backslash and a wildcard stay that: `\\*` in the rule, untouched by the match.
  CHECK(rewrite_selection(R"({type: replace_string, regex: "Users", replacement: "Home"})",
                          R"({A: 'C:\Users\\*'})") == R"(selection: A='C:\Home\\*')");
  // The replacement itself is parsed: its star is a wildcard.
  CHECK(rewrite_selection(R"({type: replace_string, regex: "^x", replacement: "*\\\\"})", "{A: xy}") ==
        R"(selection: A='*\y')");
  CHECK(rewrite_selection(R"({type: replace_string, regex: "(a+)(b)?", replacement: "<\\2\\g<1>>"})",
                          "{A: caab-a}") == "selection: A='c<baa>-<a>'");
}

TEST_CASE("replace_string takes numbers as text when it matches them") {
  CHECK(rewrite_selection(R"({type: replace_string, regex: "^1$", replacement: "one"})", "{A: [1, 12]}") ==
        "selection: A='one' or 12");
}

TEST_CASE("replace_string: special parts") {
  CHECK(rewrite_selection(R"({type: replace_string, regex: "\\*", replacement: "star"})",
                          "{A|contains: v}") == "selection: A='starvstar'");
  CHECK(rewrite_selection(R"({type: replace_string, regex: ".+", replacement: "x*", skip_special: true})",
                          "{A|contains: v}") == R"(selection: A='*x\**')");
  CHECK(
      rewrite_selection(
          R"({type: replace_string, regex: "v", replacement: "x*y", skip_special: true, interpret_special: true})",
          "{A|contains: v}") == "selection: A='*x*y*'");
  CHECK(rewrite_selection(R"({type: replace_string, regex: "pre", replacement: "%env%-"})",
                          "{A|expand: 'pre%host%'}") == "selection: A='%env%-%host%'");
  CHECK(rewrite_selection(R"({type: replace_string, regex: "b", replacement: "c"})", "[ab]") ==
        "selection: keyword='*ac*'");
  CHECK(rewrite_selection(R"({type: replace_string, regex: "^a", replacement: "c"})",
                          "{A|cased: abc, B|re: abc}") == "selection: A==='cbc', B=/(?:abc)/");
}

TEST_CASE("replace_string finds mistakes when it is read") {
  CHECK(refusal_of("transformations:\n  - {type: replace_string, regex: '(?=x)', replacement: y}\n")
            .find("pipeline.yml:2:28: error: replace_string: the regular expression does not compile") !=
        std::string::npos);
  CHECK(refusal_of(R"(transformations: [{type: replace_string, regex: 'x', replacement: '\1'}])")
            .find("names group 1") != std::string::npos);
  CHECK(refusal_of(R"(transformations: [{type: replace_string, regex: 'x', replacement: 'a\'}])")
            .find("lone backslash") != std::string::npos);
  CHECK(refusal_of(R"(transformations: [{type: replace_string, regex: 'x', replacement: '\g<n>'}])")
            .find("group 'n'") != std::string::npos);
}

TEST_CASE("map_string maps whole values, also to several") {
  CHECK(rewrite_selection("{type: map_string, mapping: {one: '1', two: [zwei, 'deux*']}}",
                          "{A: [one, two, ones, One]}") ==
        "selection: A='1' or 'zwei' or 'deux*' or 'ones' or 'One'");
  CHECK(rewrite_selection("{type: map_string, mapping: {'*v': w}}", "{A|endswith: v}") == "selection: A='w'");
  CHECK(rewrite_selection("{type: map_string, mapping: {word: sign}}", "[word]") ==
        "selection: keyword='*sign*'");
}

TEST_CASE("case changes the literal parts of texts") {
  CHECK(rewrite_selection("{type: case, method: upper}", "{A|contains: 'aé*ß', B|re: x}") ==
        "selection: A='*AÉ*ß*', B=/(?:x)/");
  CHECK(rewrite_selection("{type: case}", "{A|cased: ABC}") == "selection: A==='abc'");
  CHECK(rewrite_selection("{type: case, method: snake_case}", "{A: CommandLine}") ==
        "selection: A='command_line'");
  CHECK(refusal_of("transformations: [{type: case, method: title}]").find("lower, upper, snake_case") !=
        std::string::npos);
}

TEST_CASE("regex turns texts into expressions for the same texts") {
  CHECK(rewrite_selection("{type: regex}", "{A|startswith: 'a.b?'}") ==
        R"(selection: A=/\A(?is:a\.b..*)\z/)");
  CHECK(rewrite_selection("{type: regex, method: plain}", "{A: ab, B: 5, C: ''}") ==
        R"(selection: A=/\A(?s:ab)\z/, B=5, C='')");
  CHECK(rewrite_selection("{type: regex, method: ignore_case_flag}", "{A|windash: -x}") ==
        R"(selection: A=/\A(?is:[-/–—―]x)\z/)");
  CHECK(rewrite_selection("{type: regex}", "{A|expand: '%p%'}")
            .find("before the placeholder %p% is replaced") != std::string::npos);
}

TEST_CASE("convert_type") {
  CHECK(rewrite_selection("{type: convert_type, target_type: str}", "{A: [1, x, 1.50]}") ==
        "selection: A='1' or 'x' or '1.5'");
  CHECK(rewrite_selection("{type: convert_type, target_type: num}", "{A: ['1', 2], B: null}") ==
        "selection: A=1 or 2, B=null");
  CHECK(rewrite_selection("{type: convert_type, target_type: num}", "{A: '1x'}") ==
        "refused: rule.yml:4:18: error: a pipeline's convert_type wants a number here; '1x' is none");
  CHECK(refusal_of("transformations: [{type: convert_type}]").find("'target_type' is missing") !=
        std::string::npos);
}

TEST_CASE("set_value replaces values of every type") {
  CHECK(rewrite_selection("{type: set_value, value: 'x*'}", "{A: 1, B|re: y}") ==
        "selection: A='x*', B='x*'");
  CHECK(rewrite_selection("{type: set_value, value: 5}", "{A: a}") == "selection: A=5");
  CHECK(rewrite_selection("{type: set_value, value: true}", "{A: a}") == "selection: A=true");
  CHECK(rewrite_selection("{type: set_value, value: null}", "{A: a}") == "selection: A=null");
  CHECK(rewrite_selection("{type: set_value, value: 5, force_type: str}", "{A: a}") == "selection: A='5'");
  CHECK(rewrite_selection("{type: set_value, value: '5', force_type: num}", "{A: a}") == "selection: A=5");
  CHECK(refusal_of("transformations: [{type: set_value, value: x, force_type: num}]")
            .find("'x' is no number") != std::string::npos);
}

TEST_CASE("value_placeholders takes the pipeline's variables, wildcards included") {
  const char* pipeline =
      "vars: {admins: [ann, 'b*'], dc: 7}\ntransformations: [{type: value_placeholders}]\n";
  CHECK(rewrite(pipeline, rule_of("  selection: {A|expand: '%dc%-%admins%', B: c}\n  condition: selection\n"))
            .text() == "selection: A='7-ann' or '7-b*', B='c'");
  CHECK(rewrite(pipeline, rule_of("  selection: {A|expand: '%other%'}\n  condition: selection\n")).text() ==
        "refused: rule.yml:4:25: error: the placeholder %other% has no value: add 'other' to the vars of the "
        "pipeline or give it "
        "with --vars");
}

TEST_CASE("placeholders: include and exclude say which ones an item handles") {
  const char* pipeline =
      "vars: {a: x}\n"
      "transformations:\n"
      "  - {type: value_placeholders, include: [a]}\n"
      "  - {type: wildcard_placeholders, exclude: [c]}\n";
  CHECK(
      rewrite(pipeline, rule_of("  selection: {A|expand: '%a%-%b%-%c%'}\n  condition: selection\n")).text() ==
      "selection: A='x-*-%c%'");
  CHECK(refusal_of("transformations: [{type: value_placeholders, include: [a], exclude: [b]}]")
            .find("exclude each other") != std::string::npos);
}

TEST_CASE("wildcard_placeholders in a regular expression matches anything") {
  CHECK(rewrite_selection("{type: wildcard_placeholders}", "{A|re|expand: 'x%p%y'}") ==
        "selection: A=/(?:x.*y)/");
}

TEST_CASE("placeholder sources outside the pipeline are refused") {
  for (const char* type :
       {"file_placeholders", "http_placeholders", "command_placeholders", "query_expression_placeholders"}) {
    std::string refusal =
        refusal_of(fmt::format("transformations: [{{type: {}, path: x, command: y, whatever: z}}]", type));
    CHECK(refusal.find("is not supported: a pipeline may not run commands, read files or the network") !=
          std::string::npos);
    CHECK(refusal.find("unknown parameter") == std::string::npos);
  }
}

TEST_CASE("values given from outside win over the pipeline's, later pipelines over earlier ones") {
  PipelineStack stack;
  stack.add(
      pipeline_of("priority: 2\nvars: {a: two, b: two}\ntransformations: [{type: value_placeholders}]\n"));
  stack.add(pipeline_of("priority: 1\nvars: {a: one, b: one, c: one}"));
  stack.set_vars({{"a", {"given"}}});
  DetectionRule rule = rule_of("  selection: {A|expand: '%a% %b% %c%'}\n  condition: selection\n");
  DiagnosticSink sink;
  REQUIRE(stack.apply(rule, sink));
  CHECK(show_selections(rule) == "selection: A='given two one'");
}
