#include "support/json_text.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "support/json_value.h"
#include "support/rule_fixture.h"
#include "support/utf8.h"

using namespace sigrun;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

}  // namespace

TEST_CASE("json text: escapes") {
  CHECK(quoted("a\"b\\c/d") == R"("a\"b\\c/d")");
  CHECK(quoted("\n\r\t") == R"("\n\r\t")");
  CHECK(quoted(std::string_view("\0\x01\x1F\x7F", 4)) == R"("\u0000\u0001\u001f\u007f")");
  CHECK(quoted("ä😀") == "\"ä😀\"");
  CHECK(quoted("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
}

TEST_CASE("json text: any bytes come out as valid JSON that says the same") {
  std::mt19937_64 random(test::announce_seed("json text"));
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 20, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 256);
    std::string written = quoted(bytes);
    auto read = test::parse_json(written);
    REQUIRE(read);
    REQUIRE(read->text == repair_utf8(bytes));
  }
}

TEST_CASE("json text: validity") {
  for (const std::string text : {"1", "-0.5e+10", "\"x\"", "null", " [ ] ", "{}", R"({"a":[1,{"b":null},true],"c":"\u00e9\ud800"})", "[[],{}]", "1e400", "\t[1]\r\n"}) {
    INFO(text);
    CHECK(is_valid_json(text));
    CHECK(test::parse_json(text));
  }
  for (const std::string text : {"", " ", "01", "1.", ".5", "+1", "-", "1e", "tru", "nulll", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1", "]", "[}", "{]",
                           "1 2", "\"x", "\"\\x\"", "\"\\u12g4\"", "\"\\u12", "\"a\nb\"", "\"\xFF\"", "NaN", "[1}", "{\"a\":1]", "\"\\"}) {
    INFO(text);
    CHECK_FALSE(is_valid_json(text));
    CHECK_FALSE(test::parse_json(text));
  }
  CHECK_FALSE(is_valid_json(std::string_view("[1\0]", 4)));
  CHECK(is_valid_json(std::string(200'000, '[') + std::string(200'000, ']')));
}

TEST_CASE("json text: random texts are judged as by the reader of the tests") {
  std::mt19937_64 random(test::announce_seed("json validity"));
  const std::string pieces[] = {"{", "}", "[", "]", ",", ":", "\"a\"", "1", "-0", "1.5e3", "true", "null", " ", "\"\\n\"", "0"};
  size_t valid = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (size_t n = 1 + random() % 7; n > 0; --n) text += pieces[random() % 15];
    CAPTURE(text);
    REQUIRE(is_valid_json(text) == test::parse_json(text).has_value());
    valid += is_valid_json(text);
  }
  CHECK(valid > 500);
}
