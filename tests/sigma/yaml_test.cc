#include "sigma/yaml.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

YamlNode parse(std::string_view text, const Limits& limits = {}) {
  DiagnosticSink sink("y");
  YamlStream stream = parse_yaml(text, limits, sink);
  REQUIRE(sink.error_count() == 0);
  REQUIRE(stream.complete);
  REQUIRE(stream.documents.size() == 1);
  return stream.documents[0];
}

std::string problem(std::string_view text, const Limits& limits = {}) {
  DiagnosticSink sink("y");
  YamlStream stream = parse_yaml(text, limits, sink);
  CHECK(stream.complete == (sink.error_count() == 0));
  return sink.diagnostics().empty() ? "" : sink.diagnostics()[0].to_string();
}

}  // namespace

TEST_CASE("yaml: plain scalars are typed as Sigma needs them") {
  auto kind = [](const std::string& text) { return parse("- " + text).items[0].kind; };
  for (const std::string text : {"1", "0", "-1", "1.50", "123456789012345678901234567890"}) CHECK(kind(text) == YamlKind::number);
  for (const std::string text : {"true", "false"}) CHECK(kind(text) == YamlKind::boolean);
  for (const std::string text : {"True", "TRUE", "NULL"}) CHECK(kind(text) == YamlKind::text);
  for (const std::string text : {"null", "~", ""}) CHECK(kind(text) == YamlKind::null);
  for (const std::string text : {"010", "0x1F", "0o7", "1_000", "yes", "no", "on", "off", "1e3", ".5", "1.", "+1", ".inf", ".nan", "tRue", "2024-01-01", "'1'", "\"true\"", "''"})
    CHECK_MESSAGE(kind(text) == YamlKind::text, text);
  CHECK(parse("- !!str 1").items[0].kind == YamlKind::text);
  CHECK(parse("- !!int 1").items[0].kind == YamlKind::number);
  CHECK(parse("- ! 1").items[0].kind == YamlKind::text);
}

TEST_CASE("yaml: NULL is text, and an empty value before a key of that name is null") {
  YamlNode root = parse("ä: NULL\nb:\nNULL: 1\nc: [Null, null, ]\nd:\nNull : 2\nh:\nNULL x: 3\ni:\nNullable: 4\nnull: 5\ne: {f: , g: NULL}\n");
  CHECK(root.find("ä")->text == "NULL");
  CHECK(root.find("b")->is_null());
  CHECK(root.find("NULL")->text == "1");
  CHECK(root.find("c")->items[0].is_text());
  CHECK(root.find("c")->items[1].is_null());
  CHECK(root.find("d")->is_null());
  CHECK(root.find("Null")->text == "2");
  CHECK(root.find("h")->is_null());
  CHECK(root.find("i")->is_null());
  CHECK(root.find("null")->text == "5");
  CHECK(root.find("e")->find("f")->is_null());
  CHECK(root.find("e")->find("g")->is_text());
  YamlNode first = parse("NULL: 1\r\nb: NULL\r\n");
  CHECK(first.entries[0].key == "NULL");
  CHECK(first.find("b")->is_text());
}

TEST_CASE("yaml: scalars keep their text, maps their order, nodes their place") {
  YamlNode root = parse("a: 01.50\nb:\n  - 'it''s'\n  - \"x\\ty\"\nc: |\n  one\n  two\n");
  REQUIRE(root.entries.size() == 3);
  CHECK(root.find("a")->text == "01.50");
  CHECK(root.entries[1].key == "b");
  CHECK(root.entries[1].key_mark == Mark{2, 1});
  CHECK(root.find("b")->items[0].text == "it's");
  CHECK(root.find("b")->items[1].mark == Mark{4, 5});
  CHECK(root.find("b")->items[1].text == "x\ty");
  CHECK(root.find("c")->text == "one\ntwo\n");
  CHECK(root.find("d") == nullptr);
}

TEST_CASE("yaml: byte order mark and CRLF are accepted") {
  YamlNode root = parse("\xEF\xBB\xBF" "a: 1\r\nb: c\r\n");
  CHECK(root.find("b")->text == "c");
}

TEST_CASE("yaml: documents before a broken one are kept") {
  DiagnosticSink sink("y");
  YamlStream stream = parse_yaml("a: 1\n---\nb: 2\n---\nc: [\n", {}, sink);
  CHECK(stream.documents.size() == 2);
  CHECK_FALSE(stream.complete);
  CHECK(sink.error_count() == 1);
}

TEST_CASE("yaml: a quote that is never closed is an error where it begins, however the file ends") {
  const std::string single =
      "error: this single quote is never closed; close it, and write '' for a quote inside the text";
  const std::string twofold =
      "error: this double quote is never closed; close it, and write \\\" for a quote inside the text";
  for (const std::string end : {"", "\n", "\r\n", "\nlevel: high\n", "\nlevel: high\n---\ntitle: next\n",
                                " it''", " it''\n"}) {
    INFO(end);
    CHECK(problem("title: T\ntext: 'This is a rule" + end) == "y:2:7: " + single);
  }
  for (const std::string end : {"", "\n", "\nlevel: high\n", "\\\"\n", "\\\\\\\"\n"}) {
    INFO(end);
    CHECK(problem("title: T\ntext: \"This is a rule" + end) == "y:2:7: " + twofold);
  }
  CHECK(problem("\xEF\xBB\xBF- 'a\n") == "y:1:3: " + single);
  CHECK(problem("- !!str 'a\n") == "y:1:9: " + single);
  CHECK(problem("- !<tag:yaml.org,2002:str> 'a\n") == "y:1:28: " + single);
  CHECK(problem("- &x !!str # why\n  'a\n") == "y:2:3: " + single);
  CHECK(problem("a: {b: 'c\n}\n") == "y:1:8: " + single);
  CHECK(problem("- 'a: b\n") == "y:1:3: " + single);
}

TEST_CASE("yaml: quotes that are closed are no error, whatever stands in them") {
  YamlNode root = parse(
      "- 'it''s'\n- ''\n- \"\\\"\"\n- \"\\\\\"\n- 'one\n\n  two'\n- |\n  'open\n- it's\n- !!str 'a'\n- ''''\n"
      "- >\n  \"open\n");
  std::vector<std::string> texts;
  for (const YamlNode& item : root.items) texts.push_back(item.text);
  CHECK(texts == std::vector<std::string>{"it's", "", "\"", "\\", "one\ntwo", "'open\n", "it's", "a", "'",
                                          "\"open\n"});
}

TEST_CASE("yaml: text that begins no document ends (yaml-cpp#1040)") {
  for (const std::string text : {",", "]", "}", "a: b\n---\n,", ", ,", "? , ]", "- }\n"}) {
    INFO(text);
    CHECK(problem(text) != "");
  }
}

TEST_CASE("yaml: limit of bytes") {
  Limits limits;
  limits.yaml_bytes = 4;
  CHECK(problem("a: 1", limits) == "");
  CHECK(problem("a: 12", limits) == "y: error: the file has 5 bytes; at most 4 are read");
}

TEST_CASE("yaml: limit of depth") {
  auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(problem(nested(32)) == "");
  CHECK(problem(nested(33)) == "y:1:33: error: nested deeper than 32 levels");
  CHECK(problem(nested(20'000)) == "y:1:33: error: nested deeper than 32 levels");
  CHECK(problem(std::string(500'000, '[')) != "");
}

TEST_CASE("yaml: limit of values") {
  Limits limits;
  limits.yaml_nodes = 5;
  CHECK(problem("[1,2,3,4]", limits) == "");
  CHECK(problem("[1,2,3,4,5]", limits) == "y:1:10: error: more than 5 values in one file");
  CHECK(problem("[1,2]\n---\n[3,4]", limits) == "y:3:4: error: more than 5 values in one file");
}

TEST_CASE("yaml: names of kinds") {
  CHECK(kind_name(YamlKind::null) == "empty");
  CHECK(kind_name(YamlKind::boolean) == "true or false");
  CHECK(kind_name(YamlKind::number) == "a number");
  CHECK(kind_name(YamlKind::text) == "text");
  CHECK(kind_name(YamlKind::sequence) == "a list");
  CHECK(kind_name(YamlKind::map) == "a map");
}
