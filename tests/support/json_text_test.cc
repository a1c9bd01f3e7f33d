#include "support/json_text.h"

#include <doctest/doctest.h>

#include <random>

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
