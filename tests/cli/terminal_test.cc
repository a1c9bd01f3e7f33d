#include "cli/terminal.h"

#include <doctest/doctest.h>

using namespace sigrun::cli;

TEST_SUITE("cli terminal") {
  TEST_CASE("printable leaves nothing that a terminal would obey") {
    CHECK(printable("plain ü 漢") == "plain ü 漢");
    CHECK(printable("\x1b[31mred\x07") == "\\x1b[31mred\\x07");
    CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
    CHECK(printable(std::string_view("\0\x7f", 2)) == "\\x00\\x7f");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\x9b31m");  // C1 CSI
    CHECK(printable("\xe2\x80\xae"
                    "exe.txt") == "\\u{202e}exe.txt");  // right-to-left override
    CHECK(printable("a\xe2\x80\x8b"
                    "b") == "a\\u{200b}b");                // zero width space
    CHECK(printable("\xf3\xa0\x81\x81") == "\\u{e0041}");  // a tag: invisible text
    CHECK(printable("\xff"
                    "a") ==
          "\xef\xbf\xbd"
          "a");
    CHECK(printable("\x9b") == "\xef\xbf\xbd");
    for (int byte = 0; byte < 256; ++byte) {
      for (unsigned char c : printable(std::string(1, static_cast<char>(byte))))
        CHECK((c >= 0x20 && c != 0x7f));
    }
  }

  TEST_CASE("widths count columns, not bytes") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("äöü") == 3);
    CHECK(display_width("漢字") == 4);
    CHECK(display_width("e\xcc\x81") == 1);  // combining accent
  }

  TEST_CASE("cutting keeps within the width and marks the cut") {
    CHECK(cut_to_width("abcdef", 6) == "abcdef");
    CHECK(cut_to_width("abcdefg", 6) == "abcde…");
    CHECK(cut_to_width("abcdefg", 6, Cut::front) == "…cdefg");
    CHECK(cut_to_width("漢字漢字", 5) == "漢字…");
    CHECK(cut_to_width("漢字漢字", 4) == "漢…");
    CHECK(cut_to_width("漢字漢字", 4, Cut::front) == "…字");
    CHECK(cut_to_width("abc", 0).empty());
    CHECK(pad_to_width("ab", 4) == "ab  ");
    CHECK(pad_to_width("漢字漢字", 4) == "漢… ");
    for (size_t width = 1; width < 12; ++width) {
      CHECK(display_width(cut_to_width("a漢b字cdéfgh", width)) <= width);
      CHECK(display_width(pad_to_width("a漢b字cdéfgh", width, Cut::front)) == width);
    }
  }

  TEST_CASE("digits are grouped") {
    CHECK(group_digits(0) == "0");
    CHECK(group_digits(999) == "999");
    CHECK(group_digits(1000) == "1,000");
    CHECK(group_digits(20000) == "20,000");
    CHECK(group_digits(18446744073709551615ull) == "18,446,744,073,709,551,615");
  }
}
