#include "plan/text_test.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun;
using Shape = TextTest::Shape;

namespace {

TextTest compile(std::string_view written) { return TextTest::compile(sigma::TextPattern::parse(written)); }

}  // namespace

TEST_CASE("text test: common patterns have a shape of their own") {
  CHECK(compile("").shape == Shape::equals);
  CHECK(compile("").needle == "");
  CHECK(compile("*").shape == Shape::anything);
  CHECK(compile("Abc").shape == Shape::equals);
  CHECK(compile("abc*").shape == Shape::starts_with);
  CHECK(compile("*abc").shape == Shape::ends_with);
  CHECK(compile("*abc*").shape == Shape::contains);
  CHECK(compile("a*c").shape == Shape::segments);
  CHECK(compile("?").shape == Shape::segments);
  CHECK(compile("?*").shape == Shape::segments);
}

TEST_CASE("text test: needles are folded unless the pattern is cased") {
  CHECK(compile("*ÄbC*").needle == "äbc");
  auto cased = sigma::TextPattern::parse("*ÄbC*");
  cased.cased = true;
  CHECK(TextTest::compile(cased).needle == "ÄbC");
  CHECK(TextTest::compile(cased).cased);
}

TEST_CASE("text test: segments are cut at runs") {
  TextTest test = compile("*a?b*c");
  CHECK(test.open_front);
  CHECK_FALSE(test.open_end);
  REQUIRE(test.segments.size() == 2);
  CHECK(test.segments[0].pieces.size() == 3);
  CHECK_FALSE(test.segments[0].literal);
  CHECK(test.segments[1].literal);
}
