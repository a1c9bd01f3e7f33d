// contains, startswith, endswith, cased, and plain text without a modifier.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::item_of;
using sigrun::test::matches;

TEST_CASE("plain text: the whole field, without regard to case") {
  CHECK(matches("F: AbC", R"({"F":"aBc"})"));
  CHECK_FALSE(matches("F: abc", R"({"F":"xabc"})"));
  CHECK_FALSE(matches("F: abc", R"({"F":"abc "})"));
  CHECK_FALSE(matches("F: abc", R"({"f":"abc"})"));
  CHECK(matches("F: ''", R"({"F":""})"));
  CHECK_FALSE(matches("F: ''", R"({"F":null})"));
  CHECK_FALSE(matches("F: ''", R"({})"));
}

TEST_CASE("plain text: wildcards and their escapes") {
  CHECK(matches("F: 'a*c'", R"({"F":"abbc"})"));
  CHECK(matches("F: 'a*c'", R"({"F":"ac"})"));
  CHECK_FALSE(matches("F: 'a*c'", R"({"F":"acd"})"));
  CHECK(matches("F: 'a?c'", R"({"F":"aäc"})"));
  CHECK_FALSE(matches("F: 'a?c'", R"({"F":"ac"})"));
  CHECK(matches("F: 'a\\*c'", R"({"F":"a*c"})"));
  CHECK_FALSE(matches("F: 'a\\*c'", R"({"F":"abc"})"));
  CHECK(matches("F: 'a\\?'", R"({"F":"a?"})"));
  CHECK(matches("F: 'C:\\\\*'", R"({"F":"c:\\x"})"));   // \\* is a backslash and a wildcard
  CHECK(matches("F: 'C:\\Win'", R"({"F":"c:\\win"})"));  // a lone backslash is itself
  CHECK(matches("F: 'a\\\\\\*'", R"({"F":"a\\*"})"));
}

TEST_CASE("contains, startswith, endswith") {
  CHECK(matches("F|contains: b", R"({"F":"aBc"})"));
  CHECK_FALSE(matches("F|contains: x", R"({"F":"abc"})"));
  CHECK(matches("F|startswith: ab", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|startswith: bc", R"({"F":"abc"})"));
  CHECK(matches("F|endswith: bc", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|endswith: ab", R"({"F":"abc"})"));
  CHECK(matches("F|contains: 'a*c'", R"({"F":"xabbcx"})"));
  CHECK(matches("F|contains: 5", R"({"F":1570})"));
  CHECK(matches("F|startswith: true", R"({"F":true})"));
  CHECK(matches("F|contains: ''", R"({"F":""})"));
  CHECK_FALSE(matches("F|contains: ''", R"({"F":null})"));
}

TEST_CASE("contains: a trailing backslash does not escape the wildcard that is added") {
  CHECK(matches("F|startswith: 'C:\\'", R"({"F":"c:\\windows"})"));
  CHECK(matches("F|contains: '\\Temp\\'", R"({"F":"c:\\temp\\x"})"));
}

TEST_CASE("contains: wildcards are never doubled") {
  auto written = [](const char* item) { return sigrun::sigma::describe(item_of(item).values[0].value); };
  CHECK(written("F|contains: '*a*'") == "*a*");
  CHECK(written("F|startswith: 'a*'") == "a*");
  CHECK(written("F|endswith: '*a'") == "*a");
  CHECK(written("F|contains|contains: a") == "*a*");
}

TEST_CASE("cased: before or behind contains") {
  CHECK(matches("F|cased: Abc", R"({"F":"Abc"})"));
  CHECK_FALSE(matches("F|cased: Abc", R"({"F":"abc"})"));
  for (const std::string item : {"F|contains|cased: B", "F|cased|contains: B"}) {
    INFO(item);
    CHECK(matches(item, R"({"F":"aBc"})"));
    CHECK_FALSE(matches(item, R"({"F":"abc"})"));
  }
}

TEST_CASE("text: Unicode case folding is simple folding on both sides") {
  CHECK(matches("F: straſſe", R"({"F":"STRASSE"})"));
  CHECK(matches("F: kelvin", "{\"F\":\"\xE2\x84\xAA" "elvin\"}"));
  CHECK(matches("F: ПРИВЕТ", R"({"F":"\u043f\u0440\u0438\u0432\u0435\u0442"})"));
  CHECK_FALSE(matches("F: strasse", R"({"F":"straße"})"));
  CHECK_FALSE(matches("F|cased: kelvin", "{\"F\":\"\xE2\x84\xAA" "elvin\"}"));
  CHECK_FALSE(matches("F: \"a\\u0308\"", R"({"F":"ä"})"));  // no normalisation
}

TEST_CASE("all: every value, in any place of the chain; neq: not the whole item") {
  for (const std::string item : {"F|contains|all: [a, b]", "F|all|contains: [a, b]"}) {
    INFO(item);
    CHECK(matches(item, R"({"F":"xbxa"})"));
    CHECK_FALSE(matches(item, R"({"F":"xa"})"));
    CHECK(matches(item, R"({"F":["a","b"]})"));  // different elements may satisfy them
  }
  CHECK(matches("F|neq: [a, b]", R"({"F":"c"})"));
  CHECK_FALSE(matches("F|neq: [a, b]", R"({"F":"b"})"));
  CHECK(matches("F|neq: a", R"({})"));
  CHECK_FALSE(matches("F|neq|contains: a", R"({"F":"bab"})"));
  CHECK_FALSE(matches("F|contains|neq: a", R"({"F":["x","bab"]})"));
  CHECK(matches("F|contains|all|neq: [a, b]", R"({"F":"a"})"));
  CHECK(matches("F|fieldref|neq: G", R"({"F":"a"})"));
}
