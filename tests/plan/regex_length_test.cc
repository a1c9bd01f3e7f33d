#include "plan/regex_length.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

TEST_CASE("regex length: of what is common") {
  CHECK(least_match("").length == 0);
  CHECK(least_match("abc").length == 3);
  CHECK(least_match("^a.c$").length == 3);
  CHECK(least_match("ab?c*d+").length == 2);
  CHECK(least_match("\\s[a-fA-F0-9]{64}\\s[a-fA-F0-9]{16}").length == 82);
  CHECK(least_match("(?:\\w+`(?:\\w+|-|.)`[\\w+|\\s])").length == 5);
  CHECK(least_match("a|bcd|(ef){3}").length == 1);
  CHECK(least_match("(?i)(set).*&&\\s?set.*(environment|invoke|\\$?\\{?input).*&&.*\"").length == 16);
  CHECK(least_match("(?P<name>ab){2,5}?c").length == 5);
  CHECK(least_match("[]a]x[^]b]y[[:alpha:]0-9\\]]z").length == 6);
  CHECK(least_match("\\bfoo\\b").length == 3);
  CHECK(least_match("ä€").length == 2);
  CHECK(least_match("a{,5}").length == 5);  // no repetition: RE2 takes the braces as they are
}

TEST_CASE("regex length: gives up on the rest") {
  CHECK(least_match("abc\\x41").length == 0);
  CHECK(least_match("\\pNabc").length == 0);
  CHECK(least_match("\\Qabc\\E").length == 0);
  CHECK(least_match("abc(").length == 0);
  CHECK(least_match("abc)").length == 0);
  CHECK(least_match("(?=abc)d").length == 0);
  CHECK(least_match(std::string(1000, '(') + "a" + std::string(1000, ')')).length == 0);
}

TEST_CASE("regex length: runs of bytes") {
  auto run = [](std::string_view pattern, bool cased = true) { return least_match(pattern, cased).run; };
  const ByteRun hash = run("\\s[a-fA-F0-9]{64}\\s[a-fA-F0-9]{16}");
  CHECK(hash.length == 64);
  CHECK(hash.bytes.count() == 22);
  CHECK(hash.is_in(" " + std::string(64, 'f') + " "));
  CHECK(hash.is_in(std::string(63, 'f') + "g" + std::string(64, '0')));
  CHECK_FALSE(hash.is_in(std::string(63, 'f') + "g" + std::string(63, '0')));
  CHECK_FALSE(hash.is_in(""));
  CHECK(run("(x[0-9]{5,}y)+z").length == 5);
  CHECK(run("([0-9]{5})?a").length == 1);
  CHECK(run("[0-9]{5}|a").length == 0);
  CHECK(run("(ab){5}").length == 1);
  CHECK(run("\\w{7}-").bytes.count() == 63);
  CHECK(run("[\\s\\].-]{7}").bytes.count() == 8);
  // What it is of is not known, or has bytes outside of ASCII in it.
  for (const char* pattern :
       {".{9}", "[^a]{9}", "[[:alpha:]]{9}", "[\\x41]{9}", "[ä]{9}", "\\D{9}", "[a-\\w]{9}", "é{9}"})
    CHECK_MESSAGE(run(pattern).length <= 1, pattern);
  CHECK(run("(?i)[k]{9}").length == 0);
  CHECK(run("[s]{9}", false).length == 0);
}

// No expression matches a text that has less than said.
TEST_CASE("regex length: random expressions and texts") {
  std::mt19937_64 random(test::announce_seed("regex length"));
  const std::string_view parts[] = {"a",         "b",          ".",         "[ab]",       "[^a]",
                                    "(a|bb)",    "(?:ab|b|)",  "\\s",       "\\w",        "a{2}",
                                    "(ab){1,3}", "b{0,2}",     "a*",        "b+",         "(a?b)+",
                                    "^",         "$",          "|",         "(?i)",       "[a-b]{3,}",
                                    "\\.",       "{",          "a{,2}",     "[b-]{2}",    "\\w{2,}",
                                    "[]a]",      "[\\s.-]{2}", "[^\\d]{2}", "[a\\-b]{2}", "[[:alpha:]]{2}"};
  size_t matched = 0, positive = 0, runs = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string pattern, text;
    for (size_t i = 0; i < 1 + random() % 5; ++i) pattern += parts[random() % std::size(parts)];
    for (size_t i = 0; i < random() % 8; ++i) text += "ab. {-]"[random() % 7];
    const RE2 regex(pattern, RE2::Quiet);
    if (!regex.ok()) continue;
    const LeastMatch least = least_match(pattern);
    positive += least.length > 0;
    runs += least.run.length > 1;
    if (!RE2::PartialMatch(text, regex)) continue;
    ++matched;
    REQUIRE_MESSAGE(least.length <= text.size(), pattern, " matches '", text, "'");
    REQUIRE_MESSAGE(least.run.is_in(text), pattern, " matches '", text, "'");
  }
  CHECK(matched > 1000);
  CHECK(positive > 1000);
  CHECK(runs > 1000);
}
