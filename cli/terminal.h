// The terminal: is there one, how wide is it, does it want colour; and text made safe for it.
//
// Everything that came from events, rules or file names passes through printable() before it reaches a
// person: event data must never move the cursor, change colours or reorder a line. Pure functions except
// where they ask the system.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sigrun::cli {

bool is_terminal(int fd);
// Columns of the terminal behind `fd`; where there is none, $COLUMNS, else 120.
size_t terminal_width(int fd);
// On a terminal unless NO_COLOR is set to anything, or TERM is "dumb".
bool wants_colour(int fd);

// Valid UTF-8 without control characters: C0, DEL, C1, line separators and bidirectional overrides appear as
// \n, \x1b, \u{202e}…
std::string printable(std::string_view text);

// Columns that printable text takes; an approximation of Unicode's East Asian Width.
size_t display_width(std::string_view text);

// Printable text that takes at most `width` columns, cut at the end or in front with `…`.
enum class Cut : uint8_t { end, front };
std::string cut_to_width(std::string_view text, size_t width, Cut cut = Cut::end);
// The same, filled with spaces on the right to exactly `width`.
std::string pad_to_width(std::string_view text, size_t width, Cut cut = Cut::end);

// 20000 -> "20,000"
std::string group_digits(uint64_t number);
// "1 rule", "2,000 rules"
std::string counted(uint64_t number, std::string_view noun);

// One message on standard error, newline added, made printable line by line (a newline in `message` stays
// one).
void say(std::string_view message);

}  // namespace sigrun::cli
