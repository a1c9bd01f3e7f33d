#include "match/text_match.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"
#include "support/utf8.h"

using namespace sigrun;

namespace {

bool match(std::string_view pattern, std::string_view text) {
  return text_matches(TextTest::compile(sigma::TextPattern::parse(pattern)), fold(text));
}

// The definition, without any cleverness: `*` any run, `?` one code point, `-` as windash makes it.
bool naive(const std::vector<sigma::TextPart>& parts, size_t part, std::string_view text) {
  using Kind = sigma::TextPart::Kind;
  if (part == parts.size()) return text.empty();
  switch (parts[part].kind) {
    case Kind::any_run:
      for (size_t at = 0; at < text.size(); at += utf8_length(static_cast<unsigned char>(text[at])))
        if (naive(parts, part + 1, text.substr(at))) return true;
      return naive(parts, part + 1, {});
    case Kind::any_one: return !text.empty() && naive(parts, part + 1, text.substr(utf8_length(static_cast<unsigned char>(text[0]))));
    case Kind::any_dash:
      for (std::string_view dash : {"-", "/", "–", "—", "―"})
        if (text.starts_with(dash) && naive(parts, part + 1, text.substr(dash.size()))) return true;
      return false;
    default: return text.starts_with(fold(parts[part].text)) && naive(parts, part + 1, text.substr(fold(parts[part].text).size()));
  }
}

}  // namespace

TEST_CASE("text match: wildcards are anchored at both ends") {
  CHECK(match("a*c", "abc"));
  CHECK_FALSE(match("a*c", "abcd"));
  CHECK_FALSE(match("a*c", "xabc"));
  CHECK(match("*a*b*", "xxaxxbxx"));
  CHECK_FALSE(match("*a*b*", "xxbxxaxx"));
  CHECK(match("a*a", "aa"));
  CHECK_FALSE(match("a*a", "a"));
  CHECK(match("ab*ba", "abba"));
  CHECK_FALSE(match("ab*ba", "aba"));
  CHECK(match("*", ""));
  CHECK_FALSE(match("?*", ""));
}

TEST_CASE("text match: ? is one code point") {
  CHECK(match("a?c", "aäc"));
  CHECK(match("a?c", "a😀c"));
  CHECK_FALSE(match("a??c", "aäc"));
  CHECK(match("??", "äö"));
  CHECK(match("*?", "ä"));
  CHECK(match("*?b", "äb"));
}

TEST_CASE("text match: agrees with the definition on random patterns and texts") {
  std::mt19937_64 random(test::announce_seed("text match"));
  const std::string pattern_pieces[] = {"*", "?", "a", "b", "ä", "A", "DASH"};
  const std::string text_pieces[] = {"a", "b", "ä", "-", "–", "B"};
  size_t matched = 0;
  for (int i = 0; i < 40'000; ++i) {
    sigma::TextPattern pattern;
    for (size_t n = random() % 7; n > 0; --n) {
      const std::string& piece = pattern_pieces[random() % 7];
      using Kind = sigma::TextPart::Kind;
      pattern.append(piece == "DASH" ? sigma::TextPart{Kind::any_dash, {}} : piece == "*" ? sigma::TextPart{Kind::any_run, {}} : piece == "?" ? sigma::TextPart{Kind::any_one, {}} : sigma::TextPart{Kind::literal, piece});
    }
    std::string text;
    for (size_t n = random() % 7; n > 0; --n) text += text_pieces[random() % 6];
    CAPTURE(pattern.to_sigma());
    CAPTURE(text);
    bool expected = naive(pattern.parts, 0, fold(text));
    REQUIRE(text_matches(TextTest::compile(pattern), fold(text)) == expected);
    matched += expected;
  }
  CHECK(matched > 1000);
}

TEST_CASE("text match: hostile patterns stay fast") {
  std::string text(200'000, 'a'), pattern;
  for (int i = 0; i < 30; ++i) pattern += "*a?";
  CHECK_FALSE(match(pattern + "b", text));
  CHECK(match(pattern + "*", text));
}
