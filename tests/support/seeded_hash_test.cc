#include "support/seeded_hash.h"

#include <doctest/doctest.h>
#include <xxhash.h>

using namespace sigrun;

TEST_CASE("seeded hash: the same within a process, told apart by salt, and not the unseeded hash") {
  CHECK(seeded_hash("abc") == seeded_hash("abc"));
  CHECK(seeded_hash("abc") != seeded_hash("abd"));
  CHECK(seeded_hash("abc", 1) != seeded_hash("abc", 2));
  CHECK(seeded_hash("abc", 7) == seeded_hash("abc", 7));
  CHECK(seeded_hash("abc") != XXH3_64bits("abc", 3));
}
