#include "support/text_search.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

TEST_CASE("text search: agrees with a plain search") {
  std::mt19937_64 random(test::announce_seed("text search"));
  auto word = [&](size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('a' + random() % 3);
    return text;
  };
  size_t found = 0;
  for (int round = 0; round < 20000; ++round) {
    const std::string text = word(random() % 100), needle = word(random() % 8);
    REQUIRE_MESSAGE(has_text(text, needle) == (text.find(needle) != text.npos), text << " / " << needle);
    found += has_text(text, needle);
  }
  CHECK(found > 1000);
  for (size_t at = 0; at < 64; ++at) {
    CHECK(has_text(std::string(at, '.') + "needle", "needle"));
    CHECK_FALSE(has_text(std::string(at, '.') + "needl", "needle"));
  }
}
