#include "match/regex_literals.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <random>
#include <string>

#include "support/rule_fixture.h"
#include "support/utf8.h"

using namespace sigrun;

namespace {

std::string literals_of(const std::string& pattern) {
  auto literals = required_literals(RE2(pattern));
  std::sort(literals.begin(), literals.end());
  std::string text;
  for (const std::string& literal : literals) text += (text.empty() ? "" : " ") + literal;
  return text;
}

}  // namespace

TEST_CASE("regex literals: the longest that is necessary, or the alternatives") {
  CHECK(literals_of("a+bcd.*Longer") == "longer");
  CHECK(literals_of("(one|two).*x") == "one two");
  CHECK(literals_of("(?i)PowerShell\\s+-e") == "powershell");
  CHECK(literals_of("\\d+") == "");
  CHECK(literals_of("(abc)?") == "");
  CHECK(literals_of("abc|\\d") == "");
  CHECK(literals_of("x") == "");  // too short to be worth a search
}

TEST_CASE("regex literals: every text that matches has one") {
  std::mt19937_64 random(test::announce_seed("regex literals"));
  const std::string_view pieces[] = {"ab", "K", "s", "(?i:kS)", "[a-c]", ".", "(ab|Sk)", "b*", "x?", "\\w+", "(?:kk|s.)+", "ſ"};
  size_t matched = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string pattern;
    for (size_t i = 0; i < 1 + random() % 6; ++i) pattern += pieces[random() % std::size(pieces)];
    RE2 regex(pattern);
    REQUIRE(regex.ok());
    auto literals = required_literals(regex);
    if (literals.empty()) continue;
    for (int i = 0; i < 30; ++i) {
      const std::string_view letters[] = {"a", "b", "k", "K", "s", "S", "ab", "\xE2\x84\xAA", "ſ", "c"};
      std::string text;
      for (size_t n = random() % 12; n > 0; --n) text += letters[random() % std::size(letters)];
      if (!RE2::PartialMatch(text, regex)) continue;
      ++matched;
      std::string folded = fold(text);
      REQUIRE_MESSAGE(std::any_of(literals.begin(), literals.end(),
                                  [&](const std::string& literal) { return folded.find(literal) != folded.npos; }),
                      pattern << " in " << text);
    }
  }
  CHECK(matched > 1000);
}
