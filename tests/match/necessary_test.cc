// Covers: sound for every form of condition, and the cheapest where there is a choice.
#include "match/necessary.h"

#include <doctest/doctest.h>

#include <string>

#include "plan/plan_builder.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

// The patterns of the cover's predicates, or "none".
std::string cover_of(const std::string& detection) {
  auto rules = test::rules_of("title: T\nlogsource: {product: p}\ndetection: " + detection, {});
  Limits limits;
  auto plan = build_plan({rules.detections, {}, Routing::off, {}, limits});
  auto cover = find_cover(*plan, plan->programs.at(0).root);
  if (!cover) return "none";
  std::string text;
  for (PredicateId id : cover->predicates) {
    const Predicate& predicate = plan->predicates[id];
    auto* test = std::get_if<TextTest>(&predicate.test);
    text += (text.empty() ? "" : " ") + (test ? std::string(longest_literal(*test)) : std::string("?"));
  }
  return text;
}

}  // namespace

TEST_CASE("necessary: of all-of the rarest, of any-of everything") {
  CHECK(cover_of("{s: {A|contains: ab, B|contains: longer-one}, condition: s}") == "longer-one");
  CHECK(cover_of("{s: {A|contains: [one1, two2]}, condition: s}") == "one1 two2");
  CHECK(cover_of("{s: {A|contains|all: [on, twotwo2]}, condition: s}") == "twotwo2");
  CHECK(cover_of("{s: [{A: x}, {B: y}], condition: s}") == "x y");
  CHECK(cover_of("{s: {A|contains: [literal, other-literal], B|endswith: a}, condition: s}") == "literal other-literal");
}

TEST_CASE("necessary: of at-least-k, all but k - 1") {
  const std::string selections = "s1: {A: aaaaaa}, s2: {A|contains: b}, s3: {A|contains: cccccccc}, s4: {A|contains: dd}";
  CHECK(cover_of("{" + selections + ", condition: all of s*}") == "aaaaaa");  // equality needs no search
  CHECK(cover_of("{" + selections + ", condition: 1 of s*}") == "aaaaaa b cccccccc dd");
  CHECK(cover_of("{" + selections + ", condition: 3 of s*}") == "aaaaaa cccccccc");
}

TEST_CASE("necessary: what absence satisfies covers nothing") {
  CHECK(cover_of("{s: {A: x}, condition: not s}") == "none");
  CHECK(cover_of("{s: {A|exists: false}, condition: s}") == "none");
  CHECK(cover_of("{s: {A: null}, condition: s}") == "none");
  CHECK(cover_of("{s: {A: x}, t: {B: y}, condition: s or not t}") == "none");
  CHECK(cover_of("{s: {A: x}, t: {B: y}, condition: s and not t}") == "x");
  CHECK(cover_of("{s: {A: [x, null]}, condition: s}") == "none");
}

TEST_CASE("necessary: a pattern with wildcards inside counts by its longest literal") {
  CHECK(cover_of("{s: {A: 'ab*cdefgh?i', B|contains: xy}, condition: s}") == "cdefgh");
}
