#include "support/fixed_text.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

using sigrun::FixedText;

TEST_CASE("fixed text: holds as much as it has room for, and a zero byte behind it") {
  CHECK(FixedText<4>().empty());
  CHECK(std::strlen(FixedText<4>().c_str()) == 0);
  CHECK(FixedText<4>("abc") == "abc");
  CHECK(FixedText<4>("abcd").size() == 4);
  CHECK(FixedText<4>("abcdef") == "abcd");
  CHECK(std::strlen(FixedText<4>("abcdef").c_str()) == 4);
  CHECK(FixedText<4>("abc") == FixedText<4>("abc"));
  CHECK(FixedText<4>("abc") != FixedText<4>("abcd"));
  FixedText<4> text("abcd");
  text = "x";
  CHECK(text == "x");
  CHECK(std::strlen(text.c_str()) == 1);
}
