#include "sigma/similar_name.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun::sigma;

TEST_CASE("similar names: edits, a swap of neighbours being one") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("level", "levl") == 1);
  CHECK(edit_distance("level", "levvel") == 1);
  CHECK(edit_distance("level", "lavel") == 1);
  CHECK(edit_distance("tilte", "title") == 1);
  CHECK(edit_distance("detection", "dtectoin") == 2);
  CHECK(edit_distance("abc", "xyz") == 3);
}

TEST_CASE("similar names: keys that are meant") {
  constexpr std::string_view known[] = {"id", "level", "detection", "tags", "date"};
  CHECK(similar_key("level", known) == "");
  CHECK(similar_key("Level", known) == "level");
  CHECK(similar_key("levl", known) == "level");
  CHECK(similar_key("lvl", known) == "");
  CHECK(similar_key("tag", known) == "tags");
  CHECK(similar_key("DETECTOIN", known) == "detection");
  CHECK(similar_key("dtectoin", known) == "detection");
  CHECK(similar_key("dtectin", known) == "detection");
  CHECK(similar_key("dtctin", known) == "");
  CHECK(similar_key("ID", known) == "id");
  CHECK(similar_key("ip", known) == "");
  CHECK(similar_key("data", known) == "date");
  CHECK(similar_key(std::string(100'000, 'l'), known) == "");
}
