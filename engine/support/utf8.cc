#include "support/utf8.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace sigrun {
namespace {

struct FoldingRow {
  char32_t first, last;
  uint32_t stride;
  int32_t distance;
};

constexpr FoldingRow folding_rows[] = {
#include "support/case_folding_table.inc"
};

// Length of the well-formed sequence at `at`, or 0; `bad` is then the length of the maximal ill-formed subsequence
// (Unicode 15, section 3.9, "U+FFFD substitution of maximal subparts").
size_t sequence_length(std::string_view text, size_t at, size_t& bad) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                  : lead >= 0xE0 && lead <= 0xEF ? 3
                  : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                 : 0;
  bad = 1;
  if (length == 0) return 0;
  unsigned char low = 0x80,
                high = 0xBF;  // of the second byte: no overlong forms, no surrogates, nothing above U+10FFFF
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (size_t i = 1; i < length; ++i) {
    if (at + i >= text.size() || byte(at + i) < low || byte(at + i) > high) return 0;
    bad = i + 1;
    low = 0x80, high = 0xBF;
  }
  return length;
}

}  // namespace

size_t find_invalid_utf8(std::string_view text) {
  size_t at = 0, bad = 0;
  while (at < text.size()) {
    // Mostly it is all ASCII.
    if (uint64_t bytes; text.size() - at >= sizeof bytes) {
      std::memcpy(&bytes, text.data() + at, sizeof bytes);
      if ((bytes & 0x8080'8080'8080'8080) == 0) {
        at += sizeof bytes;
        continue;
      }
    }
    size_t length = sequence_length(text, at, bad);
    if (length == 0) return at;
    at += length;
  }
  return at;
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  append_repaired_utf8(text, out);
  return out;
}

void append_repaired_utf8(std::string_view text, std::string& out) {
  out.reserve(out.size() + text.size() + 16);
  for (size_t at = 0, bad = 0; at < text.size();) {
    if (size_t length = sequence_length(text, at, bad)) {
      out.append(text, at, length);
      at += length;
    } else {
      out += "\xEF\xBF\xBD";
      at += bad;
    }
  }
}

char32_t next_code_point(std::string_view text, size_t& at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char lead = byte(at);
  size_t length = std::min(utf8_length(lead), text.size() - at);
  char32_t code_point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) code_point = code_point << 6 | (byte(at + i) & 0x3Fu);
  at += length;
  return code_point;
}

void append_code_point(char32_t c, std::string& out) {
  auto put = [&](char32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

size_t count_code_points(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

char32_t fold_code_point(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  auto row = std::upper_bound(std::begin(folding_rows), std::end(folding_rows), c,
                              [](char32_t value, const FoldingRow& r) { return value < r.first; });
  if (row == std::begin(folding_rows)) return c;
  --row;
  if (c > row->last || (c - row->first) % row->stride != 0) return c;
  return static_cast<char32_t>(static_cast<int32_t>(c) + row->distance);
}

void append_folded(std::string_view text, std::string& out) {
  for (size_t at = 0; at < text.size();) {
    auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      out += static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
      ++at;
    } else {
      append_code_point(fold_code_point(next_code_point(text, at)), out);
    }
  }
}

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_folded(text, out);
  return out;
}

}  // namespace sigrun
