// What an expression requires, and that nothing else is taken for required.
#include "plan/compiled_regex.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "support/rule_fixture.h"
#include "support/utf8.h"

using namespace sigrun;

namespace {

// Clauses apart by commas, their literals by bars.
std::string clauses_of(const std::string& pattern) {
  std::string text;
  for (auto clause : CompiledRegex(pattern, RE2::Options()).clauses) {
    std::sort(clause.begin(), clause.end());
    if (!text.empty()) text += ",";
    for (size_t i = 0; i < clause.size(); ++i) text += (i ? "|" : "") + clause[i];
  }
  return text;
}

}  // namespace

TEST_CASE("compiled regex: clauses") {
  CHECK(clauses_of("a+bcd.*Longer") == "longer,bcd");
  CHECK(clauses_of("(one|two).*xy") == "one|two,xy");
  CHECK(clauses_of("(?i)PowerShell\\s+-e") == "powershell,-e");
  CHECK(clauses_of("\\d+") == "");
  CHECK(clauses_of("(abc)?") == "");
  CHECK(clauses_of("abc|\\d") == "");
  CHECK(clauses_of("x") == "");  // too short to be worth a search
  CHECK(clauses_of("(") == "");
}

TEST_CASE("compiled regex: what its clauses rule out does not match") {
  std::mt19937_64 random(test::announce_seed("compiled regex"));
  const std::string_view pieces[] = {"ab", "K", "s", "(?i:kS)", "[a-c]", ".", "(ab|Sk)", "b*", "x?", "\\w+", "(?:kk|s.)+", "ſ"};
  const std::string_view letters[] = {"a", "b", "k", "K", "s", "S", "ab", "\xE2\x84\xAA", "ſ", "c"};
  size_t matched = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string pattern;
    for (size_t i = 0; i < 1 + random() % 6; ++i) pattern += pieces[random() % std::size(pieces)];
    CompiledRegex regex(pattern, RE2::Options());
    REQUIRE(regex.regex.ok());
    for (int i = 0; i < 30 && !regex.clauses.empty(); ++i) {
      std::string text;
      for (size_t n = random() % 12; n > 0; --n) text += letters[random() % std::size(letters)];
      bool matches = RE2::PartialMatch(text, regex.regex);
      REQUIRE_MESSAGE(regex.matches(text, fold(text)) == matches, pattern << " in " << text);
      matched += matches;
    }
  }
  CHECK(matched > 1000);
}

TEST_CASE("compiled regex: a long line is counted") {
  auto same = [](const std::string& pattern, const std::string& text) {
    CompiledRegex regex(pattern, RE2::Options());
    REQUIRE(regex.line_length);
    bool matches = RE2::PartialMatch(text, regex.regex);
    CHECK(regex.matches(text, fold(text)) == matches);
    return matches;
  };
  for (const char* pattern : {".{5,}", "(?:.{5,})", ".{5}", "(?:(?:.{5}))"}) {
    CHECK(same(pattern, "12345"));
    CHECK(same(pattern, "éééöö"));
    CHECK(same(pattern, "1\n12345"));
    CHECK(same(pattern, "1234567\n"));
    CHECK_FALSE(same(pattern, "1234"));
    CHECK_FALSE(same(pattern, "ééé"));
    CHECK_FALSE(same(pattern, "1234\n1234"));
    CHECK_FALSE(same(pattern, ""));
  }
  CHECK(same(".{0,}", ""));
  for (const char* pattern : {"(?s).{5,}", "(?s:.{5,})", ".{5,}$", "^.{5,}", "a.{5,}", ".{5,9}", ".{5,}|a", "(?:.{5,}", "(?:.{1})(?:.{2})"})
    CHECK_FALSE(CompiledRegex(pattern, RE2::Options()).line_length);
}
