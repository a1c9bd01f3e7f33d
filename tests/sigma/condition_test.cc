#include "sigma/condition.h"

#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using sigrun::sigma::selection_name_matches;

namespace {

// Which of the events a, b, ab, c, abc… satisfy the condition: each selection looks for its letter.
bool holds(const std::string& condition, const std::string& letters) {
  std::string detection = "sel_a: {F|contains: a}\nsel_b: {F|contains: b}\nfilter: {F|contains: c}\n_hidden: {F|contains: h}\ncondition: " + condition;
  return test::detection_matches(detection, "{\"F\":\"" + letters + "\"}");
}

}  // namespace

TEST_CASE("condition: names, and, or, not") {
  CHECK(holds("sel_a", "a"));
  CHECK_FALSE(holds("sel_a", "b"));
  CHECK(holds("sel_a and not filter", "a"));
  CHECK_FALSE(holds("sel_a and not filter", "ac"));
  CHECK(holds("sel_a or sel_b", "b"));
  CHECK(holds("not (sel_a or sel_b)", "x"));
}

TEST_CASE("condition: quantifiers") {
  CHECK(holds("1 of sel_*", "b"));
  CHECK_FALSE(holds("all of sel_*", "b"));
  CHECK(holds("all of sel_*", "ab"));
  CHECK(holds("any of them", "c"));
  CHECK(holds("2 of them", "ac"));
  CHECK_FALSE(holds("2 of them", "a"));
  CHECK(holds("3 of them", "abc"));
  CHECK(holds("1 of *e*", "c") == holds("1 of *e*", "a"));
  CHECK(holds("1 of filter", "c"));
}

TEST_CASE("condition: names that begin with an underscore are reached by such patterns alone") {
  CHECK_FALSE(holds("1 of them", "h"));
  CHECK_FALSE(holds("1 of *", "h"));
  CHECK(holds("all of them", "abc"));
  CHECK(holds("1 of _h*", "h"));
  CHECK(holds("_hidden", "h"));
}

TEST_CASE("condition: a list is any of its conditions") {
  CHECK(holds("[sel_a and sel_b, filter]", "c"));
  CHECK(holds("[sel_a and sel_b, filter]", "ab"));
  CHECK_FALSE(holds("[sel_a and sel_b, filter]", "a"));
}

TEST_CASE("condition: globs over names") {
  CHECK(selection_name_matches("sel*", "sel"));
  CHECK(selection_name_matches("*", ""));
  CHECK(selection_name_matches("a*b*c", "aXbYbZc"));
  CHECK_FALSE(selection_name_matches("a*b", "aXbY"));
  CHECK_FALSE(selection_name_matches("Sel", "sel"));
  CHECK(selection_name_matches("a?", "a?"));
  CHECK_FALSE(selection_name_matches("a?", "ab"));
  std::string many(200, 'a');
  CHECK_FALSE(selection_name_matches("*a*a*a*a*a*a*a*b", many));
}
