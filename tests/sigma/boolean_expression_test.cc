#include "sigma/boolean_expression.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string show(const BooleanExpression& e) {
  using Kind = BooleanExpression::Kind;
  if (e.kind == Kind::name) return e.name;
  if (e.kind == Kind::quantified) return e.count + " of " + e.name;
  if (e.kind == Kind::negation) return "!" + show(e.children[0]);
  std::string out = "(";
  for (const BooleanExpression& child : e.children) out += (out.size() > 1 ? (e.kind == Kind::all_of ? " & " : " + ") : "") + show(child);
  return out + ")";
}

std::string parse(std::string_view text, BooleanGrammar grammar = {}, const Limits& limits = {}) {
  std::string problem;
  auto expression = parse_boolean_expression(text, grammar, limits, problem);
  CHECK(expression.has_value() == problem.empty());
  return expression ? show(*expression) : "error: " + problem;
}

}  // namespace

TEST_CASE("boolean expression: precedence is or, and, not, quantifier") {
  CHECK(parse("a or b and c") == "(a + (b & c))");
  CHECK(parse("a and b or c") == "((a & b) + c)");
  CHECK(parse("not a and b") == "(!a & b)");
  CHECK(parse("not (a and b)") == "!(a & b)");
  CHECK(parse("(a or b) and c") == "((a + b) & c)");
  CHECK(parse("not 1 of a* and all of them") == "(!1 of a* & all of them)");
  CHECK(parse("not not a") == "!!a");
  CHECK(parse("a and b and c") == "(a & b & c)");
}

TEST_CASE("boolean expression: words are whole tokens") {
  CHECK(parse("notepad") == "notepad");
  CHECK(parse("orgs and order") == "(orgs & order)");
  CHECK(parse("android or not nothing") == "(android + !nothing)");
  CHECK(parse("sel-1.b and ä") == "(sel-1.b & ä)");
  CHECK(parse("all and 1") == "(all & 1)");
  CHECK(parse("any of sel_*_x") == "any of sel_*_x");
  CHECK(parse("all of offers") == "all of offers");
  CHECK(parse("  a\n\tand\r\nb ") == "(a & b)");
  CHECK(parse("(a)and(b)") == "(a & b)");
}

TEST_CASE("boolean expression: upper case operators where the grammar has them") {
  BooleanGrammar drafts{false, true};
  CHECK(parse("a AND NOT b OR c", drafts) == "((a & !b) + c)");
  CHECK(parse("a and b", drafts) == "(a & b)");
  CHECK(parse("And", drafts) == "And");
  CHECK(parse("1 of them", drafts) == "error: '1 of' has no meaning here; name each one");
}

TEST_CASE("boolean expression: limits of bytes and depth") {
  Limits limits;
  limits.condition_bytes = 7;
  CHECK(parse("a and b", {}, limits) == "(a & b)");
  CHECK(parse("a and bc", {}, limits) == "error: the condition has 8 bytes; at most 7 are read");
  auto nested = [](size_t depth) { return std::string(depth, '(') + "a" + std::string(depth, ')'); };
  CHECK(parse(nested(64)) == "a");
  CHECK(parse(nested(65)) == "error: nested deeper than 64 levels");
  std::string nots;
  for (int i = 0; i < 65; ++i) nots += "not ";
  CHECK(parse(nots + "a") == "error: nested deeper than 64 levels");
  CHECK(parse(std::string(30'000, '(')) == "error: nested deeper than 64 levels");
}

TEST_CASE("boolean expression: where a fault stands") {
  auto place = [](std::string_view text, BooleanGrammar grammar = {}) {
    std::string problem;
    size_t at = 99;
    CHECK_FALSE(parse_boolean_expression(text, grammar, {}, problem, at));
    return at;
  };
  CHECK(place("") == 0);
  CHECK(place("a and") == 5);
  CHECK(place("a and and b") == 6);
  CHECK(place("a (b") == 2);
  CHECK(place("a and (b") == 6);
  CHECK(place("a) or b") == 1);
  CHECK(place("a or ?b") == 5);
  CHECK(place("a or b | count() > 5") == 7);
  CHECK(place("a or b*") == 5);
  CHECK(place("a or 1 of b*", {.quantifiers = false}) == 5);
}
