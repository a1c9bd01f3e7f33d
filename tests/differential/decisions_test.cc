// Decisions that random comparison brought up (docs/decisions/2026-11-23-what-comparing-two-evaluators-settled.md): both
// evaluators are held to each.
#include <doctest/doctest.h>

#include <string>

#include "differential/comparison.h"

namespace sigrun::differential {
namespace {

// True or false when both agree; anything else fails the test.
bool matches(const std::string& items, const std::string& event) {
  std::string yaml = "title: t\nlogsource: {category: test}\ndetection:\n  sel:\n" + items + "\n  condition: sel\n";
  INFO(yaml, event);
  Answers answers = answer(yaml, event, {});
  REQUIRE(answers.engine.has_value());
  REQUIRE(answers.naive.has_value());
  REQUIRE(*answers.engine == *answers.naive);
  return *answers.engine;
}

}  // namespace

TEST_CASE("a longer literal key hides a shorter one only for the paths that it gives a value") {
  CHECK(matches("    a.b.c: y", R"({"a.b": {"x": 1}, "a": {"b": {"c": "y"}}})"));
  CHECK(matches("    a.b.c: y", R"({"a": {"b": {"c": "y"}}, "a.b": null})"));
  CHECK_FALSE(matches("    a.b.c: y", R"({"a.b": {"c": "x"}, "a": {"b": {"c": "y"}}})"));
  CHECK_FALSE(matches("    a.b.c: y", R"({"a": {"b": {"c": "y"}}, "a.b": {"c": null}})"));
  CHECK(matches("    a.b.c: y", R"({"a": {"b.c": "y", "b": {"c": "x"}}, "a.b": []})"));
  CHECK(matches("    a.b: null", R"({"a": {"b": "y"}, "a.b": null})"));
  // Each element of an array decides for itself.
  CHECK(matches("    a.b.c: y", R"({"a": [{"b.c": "x"}, {"b": {"c": "y"}}]})"));
}

TEST_CASE("keywords are searched in texts and numbers, not in true and false") {
  CHECK_FALSE(matches("    - true", R"({"a": true})"));
  CHECK(matches("    - true", R"({"a": "it is true"})"));
  CHECK(matches("    - 42", R"({"a": {"b": [1421]}})"));
}

TEST_CASE("text padded with zeros is compared as a number, but equals no number") {
  CHECK(matches("    F|gte: 10", R"({"F": "0010"})"));
  CHECK(matches("    F|lt: -1", R"({"F": "-002.50"})"));
  CHECK(matches("    F|lte: 0", R"({"F": "000"})"));
  CHECK_FALSE(matches("    F|gt: 0", R"({"F": "--1"})"));
  CHECK_FALSE(matches("    F: 10", R"({"F": "0010"})"));
}

TEST_CASE("fieldref goes with cased, in any order") {
  CHECK(matches("    F|fieldref: G", R"({"F": "a", "G": "A"})"));
  CHECK_FALSE(matches("    F|fieldref|cased: G", R"({"F": "a", "G": "A"})"));
  CHECK_FALSE(matches("    F|cased|fieldref|startswith: G", R"({"F": "ab", "G": "A"})"));
  CHECK(matches("    F|fieldref|startswith|cased: G", R"({"F": "Ab", "G": "A"})"));
}

TEST_CASE("time parts read dates with dashes or slashes, not mixed, and epoch seconds of any size") {
  CHECK(matches("    F|day: 29", R"({"F": "2024/02/29"})"));
  CHECK(matches("    F|hour: 23", R"({"F": "2020-12-31 23:59 UTC"})"));
  CHECK_FALSE(matches("    F|day: 29", R"({"F": "2024/02-29"})"));
  CHECK(matches("    F|year: 1970", R"({"F": 1e-400})"));
  CHECK_FALSE(matches("    F|year|gte: 0", R"({"F": 1e300})"));
}

}  // namespace sigrun::differential
