// Selections: maps, lists, keywords and how they combine.
#include "sigma/detection_reader.h"

#include <doctest/doctest.h>

#include "support/rule_fixture.h"

using sigrun::test::detection_matches;
using sigrun::test::matches;

TEST_CASE("selections: a map is and, a list of maps is or, a list of values is or") {
  CHECK(matches("F: a\nG: b", R"({"F":"a","G":"b"})"));
  CHECK_FALSE(matches("F: a\nG: b", R"({"F":"a"})"));
  CHECK(detection_matches("s: [{F: a}, {G: b}]\ncondition: s", R"({"G":"b"})"));
  CHECK_FALSE(detection_matches("s: [{F: a, H: x}, {G: b}]\ncondition: s", R"({"F":"a"})"));
  CHECK(matches("F: [a, b]", R"({"F":"b"})"));
  CHECK(matches("F: [a, 5, null, true]", R"({"F":"5"})"));
  CHECK(matches("F: [a, null]", R"({})"));
}

TEST_CASE("selections: the same field may stand under different modifiers") {
  CHECK(matches("F|startswith: a\nF|endswith: c", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|startswith: a\nF|endswith: c", R"({"F":"ab"})"));
}

TEST_CASE("keywords: found within any text or number, never in keys") {
  const char* keywords = "s: [needle, 4624]\ncondition: s";
  CHECK(detection_matches(keywords, R"({"a":{"b":["x NEEDLE y"]}})"));
  CHECK(detection_matches(keywords, R"({"a":146240})"));
  CHECK(detection_matches(keywords, R"({"a":[[{"c":"needle"}]]})"));
  CHECK_FALSE(detection_matches(keywords, R"({"needle":"x"})"));
  CHECK_FALSE(detection_matches(keywords, R"({"a":"need","b":"le"})"));
  CHECK(detection_matches("s: needle\ncondition: s", R"({"a":"needle"})"));
  CHECK(detection_matches("s: 'a*c'\ncondition: s", R"({"a":"xabcx"})"));
  CHECK(detection_matches("s: n\\u00e4del\ncondition: s", R"({"a":"n\\u00e4del"})"));
  CHECK(detection_matches("s: nädel\ncondition: s", R"({"a":"N\u00c4DEL"})"));
}

TEST_CASE("keywords: with modifiers") {
  CHECK(detection_matches("s: {'|all': [a, b]}\ncondition: s", R"({"x":"a","y":"b"})"));  // each may hit another field
  CHECK_FALSE(detection_matches("s: {'|all': [a, b]}\ncondition: s", R"({"x":"a"})"));
  CHECK(detection_matches("s: {'|re': '^ab+$'}\ncondition: s", R"({"x":"abbb"})"));
  CHECK_FALSE(detection_matches("s: {'|re': '^AB+$'}\ncondition: s", R"({"x":"abbb"})"));
  CHECK(detection_matches("s: {'|contains': b}\ncondition: s", R"({"x":"abc"})"));
  CHECK(detection_matches("s: {'|startswith': ab}\ncondition: s", R"({"x":"abc"})"));
  CHECK_FALSE(detection_matches("s: {'|startswith': b}\ncondition: s", R"({"x":"abc"})"));
  CHECK(detection_matches("s: {'|cased': AB}\ncondition: s", R"({"x":"cABc"})"));
  CHECK_FALSE(detection_matches("s: {'|cased': AB}\ncondition: s", R"({"x":"cabc"})"));
  CHECK(detection_matches("s: {'|neq': ab}\ncondition: s", R"({"x":"c"})"));
}

TEST_CASE("keywords and maps in one list are alternatives") {
  const char* mixed = "s: [needle, {F: a}, [hay, {G: b}]]\ncondition: s";
  CHECK(detection_matches(mixed, R"({"x":"needle"})"));
  CHECK(detection_matches(mixed, R"({"F":"a"})"));
  CHECK(detection_matches(mixed, R"({"x":"hay"})"));
  CHECK(detection_matches(mixed, R"({"G":"b"})"));
  CHECK_FALSE(detection_matches(mixed, R"({"F":"b"})"));
}
