// Nothing that an event holds may be denied; and what is denied should be most of what it does not.
#include "match/raw_filter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "support/rule_fixture.h"
#include "support/utf8.h"

using namespace sigrun;

namespace {

RawFilter filter_of(const std::vector<std::string>& texts) {
  std::vector<RawFilter::Literal> literals;
  for (const std::string& text : texts) literals.push_back({text, static_cast<uint32_t>(literals.size())});
  return RawFilter(literals);
}

using Texts = RawFilter::Texts;

bool may_contain(const RawFilter& filter, std::string event, Texts texts = Texts::json) {
  size_t size = event.size();
  event.append(64, '\0');
  std::vector<uint32_t> ids;
  return !filter.judges({event.data(), size}, texts, ids) || !ids.empty();
}

}  // namespace

TEST_CASE("raw filter: case, escapes, places") {
  RawFilter filter = filter_of({"sekurlsa::", "c:\\windows\\lsass", "ab"});
  CHECK(may_contain(filter, R"({"a":"SEKURLSA::x"})"));
  CHECK(may_contain(filter, R"({"a":"C:\\Windows\\LSASS"})"));
  CHECK(may_contain(filter, R"({"x":"aB"})"));
  CHECK(may_contain(filter, "ab"));
  CHECK_FALSE(may_contain(filter, R"({"a":"sekurlsa:","b":"window","c":"lsas"})"));
  CHECK_FALSE(may_contain(filter, "xa"));
  CHECK_FALSE(may_contain(filter, "{}"));
  // Not to be judged: what may be written differently.
  CHECK(may_contain(filter, R"({"a":"\u0041"})"));
  CHECK(may_contain(filter, R"({"a":"\\\u0041"})"));
  CHECK_FALSE(may_contain(filter, R"({"c":"\\users"})"));
  CHECK(may_contain(filter, R"({"a":"\u017f \u212A"})"));
  CHECK(may_contain(filter, R"({"a":"\u00"})"));
  // An escape of what no literal has hides none.
  CHECK_FALSE(may_contain(filter, R"({"a":"\u003cp\u003e \u00ae \ud83d\ude00 \u0039"})"));
  for (size_t offset = 0; offset < 100; ++offset) {
    CHECK(may_contain(filter, std::string(offset, '.') + R"(\u0061b)" + std::string(7, '.')));
    CHECK_FALSE(may_contain(filter, std::string(offset, '.') + R"(\u003e)" + std::string(7, '.')));
  }
  CHECK(may_contain(filter, "{\"c\":\"\xE2\x84\xAA\"}"));
  CHECK(may_contain(filter, "{\"c\":\"lsa\xC5\xBF\"}"));
  CHECK_FALSE(may_contain(filter, "{\"c\":\"Office\xC2\xAE \xE2\x82\xAC \xC5\xBE\"}"));
  // At every offset, over the ends of vectors.
  for (size_t offset = 0; offset < 100; ++offset) {
    CHECK(may_contain(filter, std::string(offset, '.') + "sekurlsa::" + std::string(7, '.')));
    CHECK_FALSE(may_contain(filter, std::string(offset, '.') + "sekurlsa:" + std::string(7, '.')));
  }
}

TEST_CASE("raw filter: two letters outside of ASCII fold into it, and no others") {
  for (char32_t letter = 0x80; letter < 0x110000; ++letter) {
    if (letter >= 0xD800 && letter < 0xE000) continue;
    std::string text;
    append_code_point(letter, text);
    const std::string folded = fold(text);
    const bool has_ascii = std::any_of(folded.begin(), folded.end(), [](char c) { return c >= 0; });
    REQUIRE(has_ascii == (letter == 0x17F || letter == 0x212A));
  }
}

TEST_CASE("raw filter: judges nothing where a literal has no plain byte, or there is none") {
  CHECK(may_contain(RawFilter(), "{}"));
  CHECK(may_contain(filter_of({}), "{}"));
  CHECK(may_contain(filter_of({"abc", "\\"}), "{}"));
  CHECK(may_contain(filter_of({"abc", "é"}), "{}"));
  CHECK(may_contain(filter_of({"abc", ""}), "{}"));
}

TEST_CASE("raw filter: never denies what is there") {
  std::mt19937_64 random(test::announce_seed("raw filter"));
  auto word = [&](size_t most) {
    const std::string_view letters = "abkKsS01:.\\/\" ";
    std::string text(1 + random() % most, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
  };
  size_t denied = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> literals;
    for (size_t i = 0; i < 1 + random() % 30; ++i) literals.push_back(fold(word(round % 2 ? 6 : 12)));
    RawFilter filter = filter_of(literals);
    std::string text = word(80), json = "{\"a\":\"";
    for (char c : text) {
      if ((c == 's' || c == 'k') && random() % 8 == 0) {
        json += c == 's' ? "\xC5\xBF" : "\xE2\x84\xAA";
        continue;
      }
      if (c == '"' || c == '\\' || (c == '/' && random() % 2)) json += '\\';
      json += c;
    }
    json += "\"}";
    bool there = false;
    for (const std::string& literal : literals) there = there || fold(text).find(literal) != std::string::npos;
    bool may = may_contain(filter, json);
    REQUIRE_MESSAGE((may || !there), json);
    denied += !may;
    may = may_contain(filter, text, Texts::plain);
    REQUIRE_MESSAGE((may || !there), text);
    denied += !may;
  }
  CHECK(denied > 200);
}

TEST_CASE("raw filter: texts as they are have no escapes") {
  const RawFilter filter = filter_of({"sekurlsa::", "c:\\windows\\lsass", "abc"});
  for (size_t offset = 0; offset < 100; ++offset) {
    auto may = [&](const std::string& text) {
      return may_contain(filter, std::string(offset, '\x85') + text + std::string(7, '\xE2'), Texts::plain);
    };
    CHECK_FALSE(may("c:\\users\\u0061bc"));
    CHECK_FALSE(may("\xC5\x84 \xE2\x82\xAC \xC2\xBF \xE2\x84\xA2 \xFF"));
    CHECK(may("C:\\Windows\\LSASS"));
    CHECK(may("\xA3" "aBC"));
    CHECK(may("\xE2\x84\xAA"));
    CHECK(may("\xC5\xBF"));
    // Texts that stand side by side may look like one; that is found out later.
    CHECK(may("\x81\xA9sekurlsa:\xA1:\xA9sekurlsa::"));
  }
}

TEST_CASE("raw filter: literals that a number or a time may contain") {
  CHECK_FALSE(RawFilter().concerns_numbers());
  CHECK_FALSE(filter_of({"a1", "0x10", "1 ", "windows"}).concerns_numbers());
  for (const char* literal : {"4625", "-1", "1.5", "e+20", ".", "2026-11-23t10:00:00z", "e"})
    CHECK_MESSAGE(filter_of({"windows", literal}).concerns_numbers(), literal);
}

TEST_CASE("raw filter: tells which literals may be there, each once") {
  const RawFilter filter = filter_of({"mimikatz", "lsadump::", "katz", "dcsync"});
  auto found = [&](std::string event) {
    const size_t size = event.size();
    event.append(64, '\0');
    std::vector<uint32_t> ids;
    REQUIRE(filter.judges({event.data(), size}, Texts::json, ids));
    std::sort(ids.begin(), ids.end());
    return ids;
  };
  CHECK(found(R"({"a":"nothing"})").empty());
  CHECK(found(R"({"a":"MimiKatz mimikatz","b":"lsadump::dcsync"})") == std::vector<uint32_t>{0, 1, 2, 3});
  CHECK(found(R"({"a":"lsadump::","b":"lsadump::"})") == std::vector<uint32_t>{1});
}
