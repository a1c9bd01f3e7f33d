#include "sigma/pipeline/rewritten_rule.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string shown(const Rewritten& result) {
  return result.good ? show_selections(result.rule) + " / " + show(result.rule.condition, result.rule)
                     : result.text();
}

const char* drop_b =
    "transformations: [{type: drop_detection_item, field_name_conditions: [{type: include_fields, fields: "
    "[B]}]}]";

}  // namespace

TEST_CASE("drop_detection_item takes items out of maps and lists") {
  CHECK(rewrite(drop_b, rule_of("  selection: [{A: 1, B: 2}, {B: 3}, {C: 4}]\n  condition: selection\n"))
            .text() == "selection: (A=1) | (C=4)");
}

TEST_CASE("drop_detection_item: an empty selection leaves the condition") {
  const char* detection =
      "  selection: {A: 1}\n  filter_x: {B: 2}\n  filter_y: {C: 3}\n"
      "  condition: selection and not 1 of filter_*\n";
  CHECK(shown(rewrite(drop_b, rule_of(detection))) ==
        "selection: A=1; filter_y: C=3 / selection and not 1 of filter_y");
  CHECK(shown(rewrite(
            drop_b, rule_of("  gone: {B: 2}\n  selection: {A: 1}\n  condition: selection and not gone\n"))) ==
        "selection: A=1 / selection");
  CHECK(
      shown(rewrite(drop_b, rule_of("  s1: {B: 2}\n  s2: {A: 1}\n  s3: {B: 1}\n  condition: all of s*\n"))) ==
      "s2: A=1 / 1 of s2");
}

TEST_CASE("drop_detection_item refuses a rule of which nothing is left") {
  CHECK(rewrite(drop_b, rule_of("  selection: {B: 2}\n  condition: selection\n")).text() ==
        "refused: rule.yml:1:1: error: a pipeline's drop_detection_item leaves nothing of this rule's "
        "condition");
}

TEST_CASE("hashes_fields: one field per algorithm, named or told by length") {
  const char* hashes = "{type: hashes_fields, valid_hash_algos: [MD5, SHA1, IMPHASH], field_prefix: File}";
  CHECK(
      rewrite_selection(
          hashes, "{Hashes|contains: [SHA1=ab, 'md5=cd', 'IMPHASH|ef', 0123456789abcdef0123456789abcdef]}") ==
      "selection: (@FileSHA1='ab' | @FileMD5='cd' or '0123456789abcdef0123456789abcdef' | "
      "@FileIMPHASH='ef')");
  CHECK(rewrite_selection(
            "{type: hashes_fields, valid_hash_algos: [MD5], field_prefix: hash, drop_algo_prefix: true}",
            "{Hash: MD5=ab}") == "selection: @hash='ab'");
  CHECK(rewrite_selection("{type: hashes_fields, valid_hash_algos: [MD5], field_to_parse: [H]}",
                          "{H: MD5=ab, Hashes: MD5=cd}") == "selection: @MD5='ab', Hashes='MD5=cd'");
}

TEST_CASE("hashes_fields keeps all and neq") {
  const char* hashes = "{type: hashes_fields, valid_hash_algos: [MD5, SHA1]}";
  CHECK(rewrite_selection(hashes, "{Hashes|contains|all: [MD5=a, SHA1=b]}") ==
        "selection: (@MD5='a', @SHA1='b')");
  CHECK(rewrite_selection(hashes, "{Hashes|contains|neq: [MD5=a, SHA1=b]}") ==
        "selection: (not @MD5='a', not @SHA1='b')");
}

TEST_CASE("hashes_fields says what it cannot place") {
  const char* hashes = "transformations: [{type: hashes_fields, valid_hash_algos: [MD5]}]";
  auto result = rewrite(hashes, rule_of("  selection: {Hashes: [MD5=a, SHA1=b]}\n  condition: selection\n"));
  CHECK(result.text() == "selection: @MD5='a'");
  CHECK(result.diagnostics == "rule.yml:4:31: warning: hashes_fields leaves out 'SHA1=b': none of MD5");
  CHECK(rewrite(hashes, rule_of("  selection: {Hashes: SHA1=b}\n  condition: selection\n"))
            .text()
            .find("finds none of the algorithms MD5") != std::string::npos);
  CHECK(
      refusal_of("transformations: [{type: hashes_fields, valid_hash_algos: [MD5], drop_algo_prefix: true}]")
          .find("no field name") != std::string::npos);
}

TEST_CASE("extract_fields: named groups become fields of fitting types") {
  const char* extract =
      R"({type: extract_fields, field_prefix: reg, regex: '(?P<type>[A-Za-z]+)?:(?P<value>[-0-9a-z.]*)'})";
  CHECK(rewrite_selection(extract, "{A: 'Dword:00001'}") ==
        "selection: (@reg.type='Dword', @reg.value='00001')");
  CHECK(rewrite_selection(extract, "{A: ['D:5', ':null', 'x:', nothing]}") ==
        "selection: ((@reg.type='D', @reg.value=5) | @reg.value=null | @reg.type='x')");
  CHECK(rewrite_selection(extract, "{A|contains|all: ['D:5', ':-1.5']}") ==
        "selection: A='*D:5*' and '*:-1.5*'");
  CHECK(rewrite_selection(extract, "{A|neq: 'D:5'}") == "selection: (not @reg.type='D' | not @reg.value=5)");
  CHECK(rewrite_selection(extract, "{A: [no, 5]}") == "selection: A='no' or 5");
}

TEST_CASE("extract_fields keeps what does not match when asked to") {
  CHECK(rewrite_selection("{type: extract_fields, regex: 'x(?P<n>[0-9]+)', preserve_unmatched: true}",
                          "{A: [x1, y2]}") == "selection: (@n=1 | A='y2')");
  CHECK(refusal_of("transformations: [{type: extract_fields, regex: '(x)'}]")
            .find("at least one named group") != std::string::npos);
}

TEST_CASE("add_condition adds a selection that must hold") {
  auto result = rewrite(
      "transformations: [{id: i, type: add_condition, name: extra, conditions: {Channel|endswith: [a, b], "
      "EventID: 1}}]",
      rule_of("  selection: {A: 1}\n  filter: {B: 1}\n  condition: [selection and not filter, filter]\n"));
  CHECK(shown(result) ==
        "selection: A=1; filter: B=1; extra: Channel='*a' or '*b', EventID=1 / extra and ((selection and not "
        "filter) or filter)");
  CHECK(result.rule.condition_text == "extra and (selection and not filter | filter)");
  CHECK(result.rule.selections[2].detection.children[0].item->applied.contains("i"));
}

TEST_CASE("add_condition: negated and template") {
  auto result = rewrite(
      "transformations: [{type: add_condition, name: n, negated: true, template: true, "
      "conditions: {source: ['$product-${category}', 'x$service', '$$5 $other'], id: 5}}]",
      rule_of("  selection: {A: 1}\n  condition: selection\n"));
  CHECK(shown(result) ==
        "selection: A=1; n: source='windows-process_creation' or 'x' or '$5 $other', id=5 / not n and "
        "selection");
}

TEST_CASE("add_condition shows its mistakes in the pipeline") {
  CHECK(refusal_of("transformations:\n  - type: add_condition\n    conditions: {A|contain: x}\n")
            .find("pipeline.yml:3:18: error: unknown modifier 'contain'") != std::string::npos);
  CHECK(refusal_of("transformations: [{type: add_condition}]").find("'conditions' is missing") !=
        std::string::npos);
}

TEST_CASE("change_logsource replaces the whole log source") {
  auto result = rewrite("transformations: [{type: change_logsource, product: windows, service: sysmon}]",
                        rule_of("  selection: {A: 1}\n  condition: selection\n"));
  CHECK(result.rule.logsource.to_string() == "product=windows service=sysmon");
  CHECK(refusal_of("transformations: [{type: change_logsource}]")
            .find("needs a category, a product or a service") != std::string::npos);
}

TEST_CASE("set_custom_attribute sets and replaces") {
  auto result = rewrite(
      "transformations:\n"
      "  - {type: set_custom_attribute, attribute: index, value: main}\n"
      "  - {type: set_custom_attribute, attribute: mine, value: 5}\n",
      rule_of("  selection: {A: 1}\n  condition: selection\n", "mine: old\n"));
  CHECK(result.rule.header.custom ==
        std::vector<std::pair<std::string, std::string>>{{"mine", "5"}, {"index", "main"}});
}

TEST_CASE("rule_failure and detection_item_failure refuse with their message at the right place") {
  CHECK(rewrite_selection("{type: rule_failure, message: no such data}", "{A: 1}") ==
        "refused: rule.yml:1:1: error: refused by a pipeline: no such data");
  CHECK(rewrite_selection("{type: detection_item_failure, message: not A, field_name_conditions: [{type: "
                          "include_fields, fields: [B]}]}",
                          "{A: 1, B: 2}") == "refused: rule.yml:4:21: error: refused by a pipeline: not A");
  CHECK(rewrite_selection("{type: detection_item_failure, message: not A, field_name_conditions: [{type: "
                          "include_fields, fields: [C]}]}",
                          "{A: 1, B: 2}") == "selection: A=1, B=2");
}

TEST_CASE("nest applies its items under the outer conditions and shares state and variables") {
  const char* pipeline =
      "vars: {p: value}\n"
      "transformations:\n"
      "  - {type: set_state, key: k, val: outer}\n"
      "  - type: nest\n"
      "    id: n\n"
      "    rule_conditions: [{type: logsource, product: windows}]\n"
      "    items:\n"
      "      - {type: value_placeholders}\n"
      "      - {id: inner, type: field_name_prefix, prefix: p., rule_conditions: [{type: processing_state, "
      "key: k, val: outer}]}\n"
      "  - {type: field_name_suffix, suffix: .s, rule_conditions: [{type: processing_item_applied, "
      "processing_item_id: inner}]}\n";
  const char* detection = "  selection: {A|expand: '%p%'}\n  condition: selection\n";
  auto result = rewrite(pipeline, rule_of(detection));
  CHECK(result.text() == "selection: @p.A.s='value'");
  CHECK(result.rule.applied == std::set<std::string>{"inner", "n"});
  CHECK(result.rule.processing_state == std::vector<std::pair<std::string, std::string>>{{"k", "outer"}});
  CHECK(rewrite(pipeline, rule_of(detection, "logsource: {product: linux}\n")).text() ==
        "selection: A='%p%'");
  CHECK(refusal_of("transformations: [{type: nest, items: [{type: nonsense}]}]")
            .find("unknown transformation type 'nonsense'") != std::string::npos);
}

TEST_CASE("changes of the fields list have no effect and say so") {
  DiagnosticSink sink;
  auto pipeline = read_pipeline(
      "transformations: [{type: add_field, field: A}, {type: remove_field, field: [A]}, "
      "{type: set_field, fields: [A]}]",
      Limits{}, sink);
  CHECK(pipeline.has_value());
  CHECK(sink.diagnostics().size() == 3);
  CHECK(sink.error_count() == 0);
}
