#include "event/json_string.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun;

namespace {

std::string unescaped(std::string_view raw) {
  std::string out;
  unescape_json(raw, out);
  return out;
}

}  // namespace

TEST_CASE("json string: escapes are resolved") {
  CHECK(unescaped("plain") == "plain");
  CHECK(unescaped(R"(a\"\\\/\b\f\n\r\tz)") == "a\"\\/\b\f\n\r\tz");
  CHECK(unescaped(R"(\u0041\u00e9\u20AC)") == "Aé€");
  CHECK(unescaped(R"(\ud83d\ude00)") == "😀");
  CHECK(unescaped(R"(\u0000)") == std::string(1, '\0'));
  CHECK(unescaped("") == "");
}

TEST_CASE("json string: lone surrogates become U+FFFD, what is no escape stays") {
  CHECK(unescaped(R"(\ud83dx)") == "\xEF\xBF\xBDx");
  CHECK(unescaped(R"(\ude00)") == "\xEF\xBF\xBD");
  CHECK(unescaped(R"(\ud83d\u0041)") == "\xEF\xBF\xBD" "A");
  CHECK(unescaped(R"(\ud83d\ud83d\ude00)") == "\xEF\xBF\xBD😀");
  CHECK(unescaped(R"(\x\u12)") == R"(\x\u12)");
  CHECK(unescaped(R"(\u12g4)") == R"(\u12g4)");
  CHECK(unescaped("a\\") == "a\\");
}

TEST_CASE("json string: soundness") {
  for (const std::string raw : {"", "abc", R"(\n\u0041)", R"(\ud83d\ude00)", R"(\\u12)"}) CHECK_MESSAGE(is_sound_json_string(raw), raw);
  for (const std::string raw : {R"(\x)", R"(\u12)", R"(\u12g4)", R"(\ud83d)", R"(\ude00)", R"(\ud83d\n)", R"(\ud83d\u0041)", "a\\"}) CHECK_MESSAGE(!is_sound_json_string(raw), raw);
}
