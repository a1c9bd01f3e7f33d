#include "event/json_string.h"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>

#include "support/bytes16.h"
#include "support/rule_fixture.h"
#include "support/utf8.h"

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

TEST_CASE("json string: cut so that its text is no longer than asked, between code points") {
  CHECK(cut_json("abcdef", 4) == "abcd");
  CHECK(cut_json("abcd", 4) == "abcd");
  CHECK(cut_json("", 0) == "");
  CHECK(cut_json("abc\xC3\xA4x", 4) == "abc");
  CHECK(cut_json(R"(a\\b\n\u0041z)", 5) == R"(a\\b\n\u0041)");
  CHECK(cut_json(R"(\ud83d\ude00)", 3) == "");
  CHECK(cut_json(R"(\ud83d\ude00x)", 4) == R"(\ud83d\ude00)");
  CHECK(cut_json(R"(\ud83dx)", 3) == R"(\ud83d)");
  std::mt19937_64 random(test::announce_seed("cut json"));
  const std::string_view pieces[] = {"a", "bc", R"(\\)", R"(\")", R"(\n)", R"(\u0041)", R"(\u00e9)", R"(\u20ac)", R"(\ud83d)", R"(\ude00)", R"(\x)", R"(\u12)", R"(\)", "é", "€", "😀"};
  for (int round = 0; round < 20000; ++round) {
    std::string raw;
    for (size_t n = random() % 12; n > 0; --n) raw += pieces[random() % std::size(pieces)];
    const std::string text = unescaped(raw);
    REQUIRE(text.size() <= raw.size());
    const size_t most = random() % (raw.size() + 2);
    size_t cut = std::min(text.size(), most);
    while (cut < text.size() && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    REQUIRE_MESSAGE(unescaped(cut_json(raw, most)) == text.substr(0, cut), raw << " to " << most);
  }
}

TEST_CASE("json string: soundness") {
  for (const std::string raw : {"", "abc", R"(\n\u0041)", R"(\ud83d\ude00)", R"(\\u12)"}) CHECK_MESSAGE(is_sound_json_string(raw), raw);
  for (const std::string raw : {R"(\x)", R"(\u12)", R"(\u12g4)", R"(\ud83d)", R"(\ude00)", R"(\ud83d\n)", R"(\ud83d\u0041)", "a\\"}) CHECK_MESSAGE(!is_sound_json_string(raw), raw);
}

TEST_CASE("json string: many bytes at once say the same as one by one") {
  std::mt19937_64 random(test::announce_seed("json string"));
  const std::string_view pieces[] = {"a", "Z", "@[`{", "path", R"(\\)", R"(\")", R"(\n)", R"(\t\b\f\r\/)", R"(\u0041)", R"(\x)", R"(\)", "é", "K"};
  size_t folded = 0;
  for (int round = 0; round < 20000; ++round) {
    const size_t kinds = round % 2 ? std::size(pieces) : 8;  // without what only one of them takes
    std::string raw;
    for (size_t n = random() % (round % 5 ? 20 : 200); n > 0; --n) raw += pieces[random() % kinds];
    const size_t size = raw.size();
    // What follows must not matter: in an event it is a quote and more.
    const std::string padded = raw + R"("\\Aé")" + std::string(16, 'A');
    const std::string_view view = std::string_view(padded).substr(0, size);
    REQUIRE_MESSAGE(is_sound_padded_json_string(view) == is_sound_json_string(raw), raw);
    std::optional<std::string> said;
    for (auto* fold_json : {fold_ascii_json_by_16, fold_ascii_json}) {
      std::string out(size + folding_room, '?');
      const char* end = fold_json(view, out.data());
      if (fold_json == fold_ascii_json) REQUIRE_MESSAGE((end != nullptr) == said.has_value(), raw);
      if (!end) continue;
      ++folded;
      out.resize(static_cast<size_t>(end - out.data()));
      REQUIRE_MESSAGE(out == fold(unescaped(raw)), raw);
      said = out;
    }
  }
#if defined(SIGRUN_BYTES16)
  CHECK(folded > 5000);
#endif
}
