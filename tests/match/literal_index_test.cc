// Every literal at every place, and nothing else: compared with a plain search.
#include "match/literal_index.h"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/rule_fixture.h"

using namespace sigrun;
using Anchor = LiteralIndex::Anchor;

namespace {

std::set<uint32_t> found_in(const LiteralIndex& index, const std::string& bare) {
  // What follows is there to be read, not to be found.
  const std::string padded = bare + "abcdefabab" + std::string(Teddy::padding, 'a');
  const std::string_view text = std::string_view(padded).substr(0, bare.size());
  std::set<uint32_t> found;
  index.scan(text, [&](uint32_t id) { found.insert(id); });
  return found;
}

std::set<uint32_t> searched(const std::vector<LiteralIndex::Literal>& literals, Anchor anchor, std::string_view text) {
  std::set<uint32_t> found;
  for (const auto& literal : literals) {
    bool there = anchor == Anchor::front  ? text.starts_with(literal.text)
                 : anchor == Anchor::back ? text.ends_with(literal.text)
                                          : text.find(literal.text) != text.npos;
    if (there) found.insert(literal.id);
  }
  return found;
}

}  // namespace

TEST_CASE("literal index: finds by anchor, whatever the length") {
  const std::vector<LiteralIndex::Literal> literals = {
      {"a", 0}, {"ab", 1}, {"abc", 2}, {"abcd", 3}, {"abcde", 4}, {"b", 5}, {"bcd", 6}, {"abcd", 7}};
  using Ids = std::set<uint32_t>;
  CHECK(found_in(LiteralIndex(literals, Anchor::anywhere), "xabcd") == Ids{0, 1, 2, 3, 5, 6, 7});
  CHECK(found_in(LiteralIndex(literals, Anchor::front), "abcdx") == Ids{0, 1, 2, 3, 7});
  CHECK(found_in(LiteralIndex(literals, Anchor::back), "xabcd") == Ids{3, 6, 7});
  CHECK(found_in(LiteralIndex(literals, Anchor::anywhere), "") == Ids{});
  CHECK(found_in(LiteralIndex(), "abc") == Ids{});
  CHECK(LiteralIndex({}, Anchor::front).empty());
}

TEST_CASE("literal index: agrees with a plain search on random literals and texts") {
  std::mt19937_64 random(test::announce_seed("literal index"));
  auto word = [&](size_t most, int letters) {
    std::string text(1 + random() % most, 'a');
    for (char& c : text) c = static_cast<char>('a' + static_cast<int>(random() % static_cast<uint64_t>(letters)));
    return text;
  };
  for (int round = 0; round < 300; ++round) {
    int letters = round % 3 == 0 ? 2 : 6;
    std::vector<LiteralIndex::Literal> literals;
    for (uint32_t id = 0; id < 1 + random() % 400; ++id) literals.push_back({word(12, letters), id});
    for (Anchor anchor : {Anchor::anywhere, Anchor::front, Anchor::back}) {
      LiteralIndex index(literals, anchor);
      for (int i = 0; i < 20; ++i) {
        std::string text = word(60, letters);
        REQUIRE_MESSAGE(found_in(index, text) == searched(literals, anchor, text), text);
      }
    }
  }
}

TEST_CASE("literal index: few literals and many of each width, in long texts") {
  std::mt19937_64 random(test::announce_seed("literal index of widths"));
  auto word = [&](size_t size) {
    std::string text(size, 'a');
    for (char& c : text) c = static_cast<char>('a' + random() % 24);
    return text;
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<LiteralIndex::Literal> literals;
    // Of each width none, some for Teddy, or more than it takes.
    for (size_t width = 1; width <= 8; ++width)
      for (size_t i = 0, count = std::array<size_t, 3>{0, 20, 150}[random() % 3]; i < count; ++i)
        literals.push_back({word(width), static_cast<uint32_t>(literals.size())});
    for (Anchor anchor : {Anchor::anywhere, Anchor::front, Anchor::back}) {
      const LiteralIndex index(literals, anchor);
      for (size_t size : {size_t{3}, size_t{40}, 500 + random() % 500}) {
        const std::string text = word(size);
        REQUIRE_MESSAGE(found_in(index, text) == searched(literals, anchor, text), text);
      }
    }
  }
}

TEST_CASE("literal index: many literals with the same ends share few grams") {
  // As copies of one rule differ: in the middle only.
  std::vector<LiteralIndex::Literal> literals;
  for (uint32_t i = 0; i < 26; ++i) literals.push_back({std::string("\\pow_rshell.exe").replace(4, 1, 1, static_cast<char>('a' + i)), i});
  LiteralIndex index(literals, Anchor::anywhere);
  CHECK(found_in(index, "c:\\powershell.exe") == std::set<uint32_t>{'e' - 'a'});
}
