// Single values against single tests: the kinds of values that reach no other test.
#include "match/value_test.h"

#include <doctest/doctest.h>

#include "support/rule_fixture.h"

using sigrun::test::matches;

TEST_CASE("values: objects have none, but are there") {
  CHECK_FALSE(matches("F: '*'", R"({"F":{"a":1}})"));
  CHECK_FALSE(matches("F|re: '.'", R"({"F":{"a":1}})"));
  CHECK(matches("F|exists: true", R"({"F":{"a":1}})"));
}

TEST_CASE("values: null satisfies no test of text") {
  CHECK_FALSE(matches("F: '*'", R"({"F":null})"));
  CHECK_FALSE(matches("F: 'null'", R"({"F":null})"));
  CHECK(matches("F|neq: x", R"({"F":null})"));
}

TEST_CASE("values: an array matches if one element does, at every level") {
  CHECK(matches("F: b", R"({"F":["a",["b"]]})"));
  CHECK(matches("A.B: b", R"({"A":[{"B":"a"},[{"B":["c","b"]}]]})"));
  CHECK_FALSE(matches("F: '*'", R"({"F":[]})"));
  CHECK_FALSE(matches("F: '*'", R"({"F":[null,{}]})"));
}

TEST_CASE("values: text tests see numbers and truth values as written") {
  CHECK(matches("F: '1.50'", R"({"F":1.50})"));
  CHECK(matches("F|endswith: 'E5'", R"({"F":1E5})"));
  CHECK(matches("F: 'tr?e'", R"({"F":true})"));
}

TEST_CASE("values: escapes in the event are resolved before comparing") {
  CHECK(matches("F: \"a\\\"b\\\\c/d\\n\"", R"({"F":"a\"b\\c\/d\n"})"));
  CHECK(matches("F: 'é€😀'", R"({"F":"\u00e9\u20AC\ud83d\ude00"})"));
}

TEST_CASE("values: numbers beyond every type have their text and no value") {
  CHECK(matches("F|startswith: '1e4'", R"({"F":1e400})"));
  CHECK_FALSE(matches("F|gt: 5", R"({"F":1e400})"));
  CHECK_FALSE(matches("F: 18446744073709551616", R"({"F":18446744073709551616})"));
}
