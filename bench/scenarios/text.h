// Pieces of JSON text, appended to a string. Nothing here escapes: what is handed in is JSON text already.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "calendar.h"

namespace sigrun::bench::scenarios {

inline void append_number(std::string& out, uint64_t value) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}

inline void append_digits(std::string& out, int value, int digits) {
  char text[8];
  for (int at = digits - 1; at >= 0; --at, value /= 10) text[at] = static_cast<char>('0' + value % 10);
  out.append(text, static_cast<size_t>(digits));
}

inline void append_hex(std::string& out, uint64_t value, int digits) {
  char text[16];
  for (int at = digits - 1; at >= 0; --at, value >>= 4) text[at] = "0123456789abcdef"[value & 15];
  out.append(text, static_cast<size_t>(digits));
}

// 2026-03-02T08:00:01 and, with millis, .123; the letter between date and hour may be another.
inline void append_time(std::string& out, Millis time, char between, bool millis) {
  const Date date = utc_date(time);
  append_digits(out, date.year, 4);
  out += '-';
  append_digits(out, date.month, 2);
  out += '-';
  append_digits(out, date.day, 2);
  out += between;
  append_digits(out, date.hour, 2);
  out += ':';
  append_digits(out, date.minute, 2);
  out += ':';
  append_digits(out, date.second, 2);
  if (!millis) return;
  out += '.';
  append_digits(out, date.millis, 3);
}

inline void append_uuid(std::string& out, uint64_t high, uint64_t low) {
  append_hex(out, high >> 32, 8);
  out += '-';
  append_hex(out, high >> 16, 4);
  out += "-4";
  append_hex(out, high, 3);
  out += "-a";
  append_hex(out, low >> 48, 3);
  out += '-';
  append_hex(out, low, 12);
}

}  // namespace sigrun::bench::scenarios
