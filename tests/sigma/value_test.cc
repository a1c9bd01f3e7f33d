#include "sigma/value.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

// Parts as letters: literals in quotes, * ? - and %name%.
std::string parts(std::string_view written) {
  std::string out;
  for (const TextPart& part : TextPattern::parse(written).parts) {
    switch (part.kind) {
      case TextPart::Kind::literal: out += "'" + part.text + "'"; break;
      case TextPart::Kind::any_run: out += '*'; break;
      case TextPart::Kind::any_one: out += '?'; break;
      case TextPart::Kind::any_dash: out += '-'; break;
      case TextPart::Kind::placeholder: out += '%'; break;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("text pattern: Sigma's escapes") {
  CHECK(parts("") == "");
  CHECK(parts("a*b?c") == "'a'*'b'?'c'");
  CHECK(parts(R"(\*)") == "'*'");
  CHECK(parts(R"(\?)") == "'?'");
  CHECK(parts(R"(\\)") == R"('\')");
  CHECK(parts(R"(\\*)") == R"('\'*)");
  CHECK(parts(R"(\\\*)") == R"('\*')");
  CHECK(parts(R"(\\\)") == R"('\\')");
  CHECK(parts(R"(\\\\)") == R"('\\')");
  CHECK(parts(R"(a\b)") == R"('a\b')");
  CHECK(parts(R"(a\)") == R"('a\')");
  CHECK(parts("**a**") == "*'a'*");
  CHECK(parts("??") == "??");
}

TEST_CASE("text pattern: literals") {
  CHECK(TextPattern::literal("a*").is_literal());
  CHECK(TextPattern::literal("a*").literal_text() == "a*");
  CHECK(TextPattern().is_literal());
  CHECK(TextPattern().literal_text() == "");
  CHECK_FALSE(TextPattern::parse("a*").is_literal());
  CHECK(TextPattern::parse("a?").has_wildcard());
  CHECK_FALSE(TextPattern::parse("a").has_wildcard());
}

TEST_CASE("text pattern: what is written out reads back as itself") {
  std::mt19937_64 random(test::announce_seed("text pattern"));
  for (int i = 0; i < 5000; ++i) {
    std::string text(random() % 8, 'a');
    for (char& c : text) c = R"(\\*?ab)"[random() % 6];
    TextPattern pattern = TextPattern::parse(text);
    CAPTURE(text);
    CAPTURE(pattern.to_sigma());
    REQUIRE(TextPattern::parse(pattern.to_sigma()) == pattern);
  }
}

TEST_CASE("regex pattern: the expression that is compiled") {
  RegexPattern regex{"a|b"};
  CHECK(regex.to_re2() == "(?:a|b)");
  regex.ignore_case = regex.dot_all = true;
  CHECK(regex.to_re2() == "(?is:a|b)");
  regex.multiline = regex.anchor_start = regex.anchor_end = true;
  CHECK(regex.to_re2() == "\\A(?ims:a|b)\\z");
}

TEST_CASE("values: described as an author would write them") {
  auto said = [](const char* item) { return describe(test::item_of(item).values[0].value); };
  CHECK(said("F: 'a\\*b*'") == "a\\*b*");
  CHECK(said("F|re: 'a+'") == "a+");
  CHECK(said("F: 1.50") == "1.50");
  CHECK(said("F: true") == "true");
  CHECK(said("F:") == "null");
  CHECK(said("F|exists: false") == "false");
  CHECK(said("F|gte: 5.0") == "5");
  CHECK(said("F|hour|lt: 9") == "9");
  CHECK(said("F|cidr: 10.0.0.0/8") == "10.0.0.0/8");
  CHECK(said("F|fieldref: G") == "G");
}

TEST_CASE("values: names") {
  CHECK(order_name(Order::equal) == "eq");
  CHECK(order_name(Order::less) == "lt");
  CHECK(order_name(Order::less_equal) == "lte");
  CHECK(order_name(Order::greater) == "gt");
  CHECK(order_name(Order::greater_equal) == "gte");
  CHECK(time_part_name(TimePart::minute) == "minute");
  CHECK(time_part_name(TimePart::week) == "week");
}
