#include "support/zeroed_array.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

using namespace sigrun;

TEST_CASE("zeroed array: zeroes until written, in one piece, movable") {
  constexpr size_t size = 1 << 20;
  ZeroedArray<uint64_t> array(size);
  REQUIRE(array.size() == size);
  for (size_t i = 0; i < size; i += 4001) REQUIRE(array[i] == 0);
  array[0] = 1;
  array[size - 1] = 2;
  ZeroedArray<uint64_t> moved(std::move(array));
  CHECK(moved.size() == size);
  CHECK(moved[0] == 1);
  CHECK(moved[size / 2] == 0);
  CHECK(moved[size - 1] == 2);
  size_t count = 0;
  for (uint64_t value : moved) count += value;
  CHECK(count == 3);
}

TEST_CASE("zeroed array: an empty one has nothing") {
  ZeroedArray<uint32_t> array(0);
  CHECK(array.size() == 0);
  CHECK(array.begin() == array.end());
}
