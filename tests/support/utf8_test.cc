#include "support/utf8.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

TEST_CASE("utf8: well-formed text is accepted") {
  for (std::string_view text : {"", "abc", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    INFO(text);
    CHECK(is_valid_utf8(text));
    CHECK(repair_utf8(text) == text);
  }
}

TEST_CASE("utf8: ill-formed text is found at its first byte") {
  CHECK(find_invalid_utf8("ab\x80") == 2);
  CHECK(find_invalid_utf8("\xC0\xAF") == 0);          // overlong
  CHECK(find_invalid_utf8("a\xE0\x80\xAF") == 1);     // overlong
  CHECK(find_invalid_utf8("\xED\xA0\x80") == 0);      // a surrogate
  CHECK(find_invalid_utf8("\xF4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(find_invalid_utf8("\xF5") == 0);
  CHECK(find_invalid_utf8("x\xE2\x82") == 1);         // cut off
}

TEST_CASE("utf8: every maximal ill-formed sequence becomes one replacement character") {
  CHECK(repair_utf8("a\x80z") == "a\xEF\xBF\xBDz");
  CHECK(repair_utf8("\xE2\x82z") == "\xEF\xBF\xBDz");
  CHECK(repair_utf8("\xF0\x9F\x98") == "\xEF\xBF\xBD");
  CHECK(repair_utf8("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(repair_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("utf8: random bytes are always repaired to well-formed text") {
  std::mt19937_64 random(test::announce_seed("utf8"));
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 24, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 3 ? 0x80 + random() % 0x80 : random() % 0x80);
    std::string repaired = repair_utf8(bytes);
    REQUIRE(is_valid_utf8(repaired));
    if (is_valid_utf8(bytes)) REQUIRE(repaired == bytes);
  }
}

TEST_CASE("utf8: code points are decoded, encoded and counted") {
  std::string text;
  for (char32_t c : {U'a', U'ä', U'€', U'😀'}) append_code_point(c, text);
  CHECK(text == "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
  CHECK(count_code_points(text) == 4);
  size_t at = 0;
  CHECK(next_code_point(text, at) == U'a');
  CHECK(next_code_point(text, at) == U'ä');
  CHECK(next_code_point(text, at) == U'€');
  CHECK(next_code_point(text, at) == U'😀');
  CHECK(at == text.size());
}

TEST_CASE("utf8: simple case folding") {
  CHECK(fold("ABCxyz-09") == "abcxyz-09");
  CHECK(fold("ÄÖÜ") == "äöü");
  CHECK(fold("ſ") == "s");            // long s
  CHECK(fold("\xE2\x84\xAA") == "k");  // the Kelvin sign
  CHECK(fold("ß") == "ß");             // one letter: no full folding
  CHECK(fold("ẞ") == "ß");
  CHECK(fold("Σσς") == "σσσ");
  CHECK(fold("ДЖЯ") == "джя");
  CHECK(fold("İ") == "İ");             // no simple folding outside Turkic
  CHECK(fold("𐐀") == "𐐨");
  CHECK(fold("日本") == "日本");
}

TEST_CASE("utf8: folding twice changes nothing more") {
  for (char32_t c = 0; c < 0x20000; ++c) REQUIRE(fold_code_point(fold_code_point(c)) == fold_code_point(c));
}
