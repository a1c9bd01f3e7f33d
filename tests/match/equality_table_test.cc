#include "match/equality_table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sigrun;

namespace {

std::vector<uint32_t> found_in(const EqualityTable& table, std::string_view text) {
  auto ids = table.find(text);
  return {ids.begin(), ids.end()};
}

}  // namespace

TEST_CASE("equality table: all ids of a text, in the order in which they were added") {
  EqualityTable table;
  table.add("b", 7);
  table.add("a", 3);
  table.add("b", 1);
  table.add("", 9);
  for (uint32_t i = 0; i < 1000; ++i) table.add("text " + std::to_string(i), 100 + i);
  table.freeze();
  using Ids = std::vector<uint32_t>;
  CHECK(found_in(table, "b") == Ids{7, 1});
  CHECK(found_in(table, "a") == Ids{3});
  CHECK(found_in(table, "") == Ids{9});
  CHECK(found_in(table, "text 999") == Ids{1099});
  CHECK(found_in(table, "text 1000") == Ids{});
  CHECK(found_in(table, std::string(100, 'x')) == Ids{});
}

TEST_CASE("equality table: nothing in an empty one") {
  EqualityTable table;
  table.freeze();
  CHECK(table.empty());
  CHECK(found_in(table, "") == std::vector<uint32_t>{});
}
