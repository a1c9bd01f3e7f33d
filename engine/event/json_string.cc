#include "event/json_string.h"

#include <bit>
#include <cstdint>

#include "support/bytes16.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

// The value of four hex digits at `at`, or -1.
int32_t hex4(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) {
    char c = text[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

bool is_high_surrogate(int32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(int32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Decodes the \u escape whose backslash is at `at`; moves `at` behind it and its pair. -1: no escape; -2: a lone surrogate.
int32_t decode_unicode_escape(std::string_view text, size_t& at) {
  int32_t unit = hex4(text, at + 2);
  if (unit < 0) return -1;
  at += 6;
  if (is_low_surrogate(unit)) return -2;
  if (!is_high_surrogate(unit)) return unit;
  if (text.substr(at, 2) != "\\u") return -2;
  int32_t low = hex4(text, at + 2);
  if (!is_low_surrogate(low)) return -2;
  at += 6;
  return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

}  // namespace

bool is_sound_json_string(std::string_view raw) {
  for (size_t at = raw.find('\\'); at != raw.npos; at = raw.find('\\', at)) {
    char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (next == 'u') {
      if (decode_unicode_escape(raw, at) < 0) return false;
    } else if (simple_escape(next)) {
      at += 2;
    } else {
      return false;
    }
  }
  return true;
}

#if defined(SIGRUN_BYTES16)

bool is_sound_padded_json_string(std::string_view raw) {
  const char* const begin = raw.data();
  const char* const end = begin + raw.size();
  for (const char* p = begin; p < end;) {
    const uint32_t backslashes = Bytes16::load(p).equal('\\');
    if (!backslashes) {
      p += 16;
      continue;
    }
    p += std::countr_zero(backslashes);
    if (p >= end) return true;
    if (end - p < 2 || !simple_escape(p[1]))
      return is_sound_json_string(raw.substr(static_cast<size_t>(p - begin)));
    p += 2;
  }
  return true;
}

char* fold_ascii_json(std::string_view raw, char* out) {
  const char* p = raw.data();
  const char* const end = p + raw.size();
  while (p < end) {
    const Bytes16 bytes = Bytes16::load(p);
    bytes.store_lower(out);
    const uint32_t special = bytes.beyond_ascii() | bytes.equal('\\');
    const size_t plain = special ? static_cast<size_t>(std::countr_zero(special)) : 16;
    if (plain >= static_cast<size_t>(end - p)) return out + (end - p);
    p += plain;
    out += plain;
    if (!special) continue;
    const char unescaped = *p == '\\' ? simple_escape(p[1]) : '\0';
    if (!unescaped || end - p < 2) return nullptr;
    *out++ = unescaped;
    p += 2;
  }
  return out;
}

#else

bool is_sound_padded_json_string(std::string_view raw) { return is_sound_json_string(raw); }
char* fold_ascii_json(std::string_view, char*) { return nullptr; }

#endif

void unescape_json(std::string_view raw, std::string& out) {
  for (size_t at = 0; at < raw.size();) {
    size_t backslash = raw.find('\\', at);
    out.append(raw, at, backslash == raw.npos ? raw.npos : backslash - at);
    if (backslash == raw.npos) return;
    at = backslash;
    char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
    if (next == 'u') {
      int32_t code_point = decode_unicode_escape(raw, at);
      if (code_point == -1) {
        out += raw[at++];
      } else {
        append_code_point(code_point < 0 ? 0xFFFD : static_cast<char32_t>(code_point), out);
      }
    } else if (char c = simple_escape(next)) {
      out += c;
      at += 2;
    } else {
      out += raw[at++];
    }
  }
}

}  // namespace sigrun
