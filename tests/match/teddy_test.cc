#include "match/teddy.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

uint32_t packed(std::string_view text) {
  uint32_t value = 0;
  for (size_t i = 0; i < Teddy::width; ++i) value |= uint32_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return value;
}

std::vector<size_t> places(const Teddy& teddy, const std::string& text) {
  const std::string padded = text + std::string(Teddy::padding, '\0');
  std::vector<size_t> all;
  for (size_t at = 0; (at = teddy.find(padded.data(), text.size(), at)) < text.size(); ++at) all.push_back(at);
  for (size_t at = 0, i = 0; (at = teddy.find_by_bytes(padded.data(), text.size(), at)) < text.size(); ++at, ++i)
    REQUIRE((i < all.size() && all[i] == at));
  std::vector<size_t> agreed = all;
  for (auto vectors : {Teddy::Vectors::none, Teddy::Vectors::avx2, Teddy::Vectors::avx512,
                       Teddy::Vectors::avx512_vbmi}) {
    if (vectors > Teddy::best()) continue;
    std::vector<size_t> together;
    std::array<uint32_t, Teddy::at_once + 5> some;
    for (size_t from = 0; from < text.size();) {
      const size_t count = teddy.find_all(padded.data(), text.size(), from, some, vectors);
      together.insert(together.end(), some.begin(), some.begin() + static_cast<std::ptrdiff_t>(count));
    }
    if (vectors != Teddy::Vectors::avx512_vbmi) REQUIRE(together == all);
    // What all ways propose.
    std::vector<size_t> both;
    std::set_intersection(agreed.begin(), agreed.end(), together.begin(), together.end(), std::back_inserter(both));
    agreed = std::move(both);
  }
  return agreed;
}

}  // namespace

TEST_CASE("teddy: one string, at every place") {
  Teddy teddy({packed("abc")});
  CHECK(Teddy().empty());
  for (size_t at = 0; at < 100; ++at)
    CHECK(places(teddy, std::string(at, '.') + "abc" + std::string(5, '.')) == std::vector<size_t>{at});
  CHECK(places(teddy, "") == std::vector<size_t>{});
  CHECK(places(teddy, "ababab") == std::vector<size_t>{});
}

TEST_CASE("teddy: proposes every place of every string") {
  std::mt19937_64 random(test::announce_seed("teddy"));
  auto word = [&](size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>(random() % 2 ? 'a' + random() % 6 : random() % 256);
    return text;
  };
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> strings;
    std::vector<uint32_t> values;
    for (size_t i = 0; i < 1 + random() % Teddy::most_strings; ++i) {
      strings.push_back(word(3));
      values.push_back(packed(strings.back()));
    }
    Teddy teddy(values);
    const std::string text = word(random() % 200);
    const std::vector<size_t> proposed = places(teddy, text);
    for (const std::string& wanted : strings)
      for (size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1))
        REQUIRE(std::find(proposed.begin(), proposed.end(), at) != proposed.end());
  }
}

TEST_CASE("teddy: shorter strings, and letters in either case") {
  Teddy shorter({packed("ab?")}, 2);
  CHECK(places(shorter, "xabxa") == std::vector<size_t>{1});
  Teddy any({packed("a:z")}, Teddy::width, true);
  CHECK(places(any, "A:z a:Z A;Z") == std::vector<size_t>{0, 4});
  Teddy one({packed("k??")}, 1, true);
  CHECK(places(one, "kK.k") == std::vector<size_t>{0, 1, 3});
}

TEST_CASE("teddy: strings of different sizes together") {
  std::mt19937_64 random(test::announce_seed("teddy of sizes"));
  auto word = [&](size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('a' + random() % 20);
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> strings;
    std::vector<Teddy::String> sized;
    for (size_t i = 0; i < 1 + random() % (2 * Teddy::most_strings); ++i) {
      strings.push_back(word(1 + random() % Teddy::width));
      std::string filled = strings.back();
      filled.resize(Teddy::width, '?');
      sized.push_back({packed(filled), static_cast<uint8_t>(strings.back().size())});
    }
    const Teddy teddy = Teddy::of_any_sizes(sized);
    const std::string text = word(random() % 300);
    const std::vector<size_t> proposed = places(teddy, text);
    for (const std::string& wanted : strings)
      for (size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1))
        REQUIRE(std::find(proposed.begin(), proposed.end(), at) != proposed.end());
  }
}

TEST_CASE("teddy: tells letters that fold into ASCII, and escapes, on its way") {
  if (Teddy::best() != Teddy::Vectors::avx512_vbmi) {
    MESSAGE("this processor does not watch: nothing is tested");
    return;
  }
  Teddy teddy({packed("abc")});
  auto seen = [&](const std::string& text) {
    const std::string padded = text + std::string(Teddy::padding, '\xFF');
    std::array<uint32_t, 2 * Teddy::at_once> some;
    Teddy::Odd odd;
    for (size_t from = 0; from < text.size();) teddy.find_all_watching(padded.data(), text.size(), from, some, odd);
    return std::pair(odd.escape, odd.letter);
  };
  constexpr std::pair escape(true, false), letter(false, true), nothing(false, false);
  for (size_t at = 0; at < 200; ++at) {
    CHECK(seen(std::string(at, 'x') + "\\u" + std::string(5, '.')) == escape);
    CHECK(seen(std::string(at, 'x') + "\u017F" + std::string(5, '.')) == letter);
    CHECK(seen(std::string(at, 'x') + "\u212A" + std::string(5, '.')) == letter);
    CHECK(seen(std::string(at, 'x') + "\u00E4\u20AC\u0141" + std::string(5, '.')) == nothing);
    CHECK(seen(std::string(at, 'x') + "\\n u \\Uu" + std::string(5, 'u')) == nothing);
    CHECK(seen(std::string(at, 'x')) == nothing);
  }
}
