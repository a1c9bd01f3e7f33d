// re, i, m, s, and re with contains, startswith, endswith, all.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::matches;
using sigrun::test::refusal_of;

TEST_CASE("re: a case-sensitive search with the value taken raw") {
  CHECK(matches("F|re: 'b.d'", R"({"F":"abcde"})"));
  CHECK_FALSE(matches("F|re: 'B.D'", R"({"F":"abcde"})"));
  CHECK_FALSE(matches("F|re: '^b'", R"({"F":"abc"})"));
  CHECK(matches("F|re: 'a\\.c$'", R"({"F":"a.c"})"));
  CHECK_FALSE(matches("F|re: 'a\\.c$'", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|re: 'c$'", R"({"F":"abc\n"})"));
  CHECK(matches("F|re: '\\\\x'", R"({"F":"a\\x"})"));
  CHECK(matches("F|re: '^4[0-9]{2}$'", R"({"F":404})"));
  CHECK_FALSE(matches("F|re: ''", R"({"F":null})"));
  CHECK(matches("F|re: 15", R"({"F":"a15"})"));
  CHECK(matches("F|re: '^\\d$'", R"({"F":"7"})"));
  CHECK_FALSE(matches("F|re: '^\\d$'", R"({"F":"٧"})"));  // RE2: ASCII digits
}

TEST_CASE("re: lists are alternatives, all makes them conditions") {
  CHECK(matches("F|re: ['x', '^a']", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|re|all: ['c', '^b']", R"({"F":"abc"})"));
  CHECK(matches("F|all|re: ['c', '^a']", R"({"F":"abc"})"));
}

TEST_CASE("re: flags") {
  CHECK(matches("F|re|i: 'B'", R"({"F":"abc"})"));
  CHECK(matches("F|re|ignorecase: 'B'", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|re: '^b'", R"({"F":"a\nb"})"));
  CHECK(matches("F|re|m: '^b'", R"({"F":"a\nb"})"));
  CHECK(matches("F|re|multiline: 'a$'", R"({"F":"a\nb"})"));
  CHECK_FALSE(matches("F|re: 'a.b'", R"({"F":"a\nb"})"));
  CHECK(matches("F|re|s: 'a.b'", R"({"F":"a\nb"})"));
  CHECK(matches("F|re|dotall|i: 'A.B'", R"({"F":"a\nb"})"));
}

TEST_CASE("re: contains, startswith and endswith behind it tie it to the ends") {
  CHECK(matches("F|re|contains: 'b'", R"({"F":"abc"})"));
  CHECK(matches("F|re|startswith: 'a|b'", R"({"F":"bcd"})"));
  CHECK_FALSE(matches("F|re|startswith: 'a|b'", R"({"F":"cab"})"));
  CHECK(matches("F|re|endswith: 'a|b'", R"({"F":"cdb"})"));
  CHECK_FALSE(matches("F|re|endswith: 'a|b'", R"({"F":"abc"})"));
  CHECK_FALSE(matches("F|re|m|startswith: 'b'", R"({"F":"a\nb"})"));
}

TEST_CASE("re: a regex that outgrows its memory is refused, also when it does so through a flag") {
  CHECK(refusal_of("F|re: '(\\pL{300}){300}'").find("re: the regular expression does not compile: ") == 0);
  sigrun::Limits limits;
  std::string folded = "F|re|i: '" + std::string(300, 'k') + "'";
  size_t loaded = 0;
  // Somewhere between the two sizes only the folded one is too large: it must not load and then never match.
  for (limits.regex_memory = 4 << 10; limits.regex_memory < 64 << 10; limits.regex_memory += 1 << 10) {
    if (!refusal_of(folded, limits).empty()) continue;
    ++loaded;
    sigrun::test::Bench bench(sigrun::test::rule_with_items(folded), {}, sigrun::Routing::off, {}, limits);
    CHECK(bench.hits("{\"F\":\"" + std::string(300, 'K') + "\"}") == "T");
  }
  CHECK(loaded > 0);
}

TEST_CASE("re: limit of bytes") {
  sigrun::Limits limits;
  limits.regex_bytes = 8;
  CHECK(refusal_of("F|re: 'abcdefgh'", limits) == "");
  CHECK(refusal_of("F|re: 'abcdefghi'", limits) == "re: the regular expression has 9 bytes; at most 8 are taken");
}
