// base64, base64offset, wide, utf16le, utf16be, utf16.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"

using sigrun::sigma::AnyTextPattern;
using sigrun::sigma::TextPattern;
using sigrun::test::item_of;
using sigrun::test::matches;

namespace {

std::string encoded(const char* item) { return std::get<TextPattern>(item_of(item).values[0].value).literal_text(); }

std::string base64(const std::string& bytes) {
  return encoded(("F|base64: \"" + bytes + "\"").c_str());
}

}  // namespace

TEST_CASE("base64: bytes of the value, escapes resolved") {
  CHECK(encoded("F|base64: ''") == "");
  CHECK(encoded("F|base64: f") == "Zg==");
  CHECK(encoded("F|base64: fo") == "Zm8=");
  CHECK(encoded("F|base64: foo") == "Zm9v");
  CHECK(encoded("F|base64: 'a\\*'") == "YSo=");
  CHECK(encoded("F|base64: 12") == "MTI=");
  CHECK(matches("F|base64: foo", R"({"F":"zm9V"})"));
}

TEST_CASE("base64: cased before it stays in force") {
  for (const std::string item : {"F|cased|base64: foo", "F|base64|cased: foo", "F|cased|base64offset|contains: foo", "F|base64offset|contains|cased: foo"}) {
    INFO(item);
    CHECK(matches(item, R"({"F":"Zm9v"})"));
    CHECK_FALSE(matches(item, R"({"F":"zm9V"})"));
  }
}

TEST_CASE("base64offset: three trimmed alternatives") {
  auto patterns = std::get<AnyTextPattern>(item_of("F|base64offset: foobar").values[0].value).patterns;
  REQUIRE(patterns.size() == 3);
  CHECK(patterns[0].literal_text() == "Zm9vYmFy");
  CHECK(patterns[1].literal_text() == "Zvb2Jhc");
  CHECK(patterns[2].literal_text() == "mb29iYX");
}

TEST_CASE("base64offset: alternatives that are trimmed to nothing are dropped") {
  CHECK(std::get<AnyTextPattern>(item_of("F|base64offset|contains: a").values[0].value).patterns.size() == 2);
}

TEST_CASE("base64offset: a value is found wherever it stands in an encoded text") {
  std::mt19937_64 random(sigrun::test::announce_seed("base64offset"));
  auto word = [&](size_t size) {
    std::string text(size, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 26);
    return text;
  };
  for (int i = 0; i < 60; ++i) {
    std::string needle = word(4 + random() % 6), whole = word(random() % 7) + needle + word(random() % 7);
    CAPTURE(needle);
    CAPTURE(whole);
    REQUIRE(matches("F|base64offset|contains: " + needle, "{\"F\":\"" + base64(whole) + "\"}"));
  }
}

TEST_CASE("utf16: byte orders and the mark") {
  CHECK(encoded("F|wide|base64: ab") == "YQBiAA==");
  CHECK(encoded("F|utf16le|base64: ab") == "YQBiAA==");
  CHECK(encoded("F|utf16be|base64: ab") == "AGEAYg==");
  CHECK(encoded("F|utf16|base64: ab") == "//5hAGIA");
  CHECK(encoded("F|wide|base64: 😀") == "PdgA3g==");
  CHECK(matches("F|wide|base64offset|contains: IEX", R"({"F":"x SQBFAFgA y"})"));
}
