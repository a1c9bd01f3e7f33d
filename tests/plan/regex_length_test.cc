#include "plan/regex_length.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

TEST_CASE("regex length: of what is common") {
  CHECK(least_match_length("") == 0);
  CHECK(least_match_length("abc") == 3);
  CHECK(least_match_length("^a.c$") == 3);
  CHECK(least_match_length("ab?c*d+") == 2);
  CHECK(least_match_length("\\s[a-fA-F0-9]{64}\\s[a-fA-F0-9]{16}") == 82);
  CHECK(least_match_length("(?:\\w+`(?:\\w+|-|.)`[\\w+|\\s])") == 5);
  CHECK(least_match_length("a|bcd|(ef){3}") == 1);
  CHECK(least_match_length("(?i)(set).*&&\\s?set.*(environment|invoke|\\$?\\{?input).*&&.*\"") == 16);
  CHECK(least_match_length("(?P<name>ab){2,5}?c") == 5);
  CHECK(least_match_length("[]a]x[^]b]y[[:alpha:]0-9\\]]z") == 6);
  CHECK(least_match_length("\\bfoo\\b") == 3);
  CHECK(least_match_length("ä€") == 2);
  CHECK(least_match_length("a{,5}") == 5);  // no repetition: RE2 takes the braces as they are
}

TEST_CASE("regex length: gives up on the rest") {
  CHECK(least_match_length("abc\\x41") == 0);
  CHECK(least_match_length("\\pNabc") == 0);
  CHECK(least_match_length("\\Qabc\\E") == 0);
  CHECK(least_match_length("abc(") == 0);
  CHECK(least_match_length("abc)") == 0);
  CHECK(least_match_length("(?=abc)d") == 0);
  CHECK(least_match_length(std::string(1000, '(') + "a" + std::string(1000, ')')) == 0);
}

// No expression matches a text that is shorter than said.
TEST_CASE("regex length: random expressions and texts") {
  std::mt19937_64 random(test::announce_seed("regex length"));
  const std::string_view parts[] = {"a", "b", ".", "[ab]", "[^a]", "(a|bb)", "(?:ab|b|)", "\\s", "\\w", "a{2}", "(ab){1,3}",
                                    "b{0,2}", "a*", "b+", "(a?b)+", "^", "$", "|", "(?i)", "[a-b]{3,}", "\\.", "{", "a{,2}"};
  size_t matched = 0, positive = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string pattern, text;
    for (size_t i = 0; i < 1 + random() % 5; ++i) pattern += parts[random() % std::size(parts)];
    for (size_t i = 0; i < random() % 8; ++i) text += "ab. {"[random() % 5];
    const RE2 regex(pattern, RE2::Quiet);
    if (!regex.ok()) continue;
    const size_t least = least_match_length(pattern);
    positive += least > 0;
    if (!RE2::PartialMatch(text, regex)) continue;
    ++matched;
    REQUIRE_MESSAGE(least <= text.size(), pattern, " matches '", text, "'");
  }
  CHECK(matched > 1000);
  CHECK(positive > 1000);
}
