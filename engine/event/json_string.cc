#include "event/json_string.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

#include "support/bytes16.h"
#include "support/utf8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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

char* fold_ascii_json_by_16(std::string_view raw, char* out) {
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
char* fold_ascii_json_by_16(std::string_view, char*) { return nullptr; }

#endif

#if defined(__x86_64__)

namespace {

const bool can_compress_bytes = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2");

// Backslashes that begin an escape, of a block of 64 bytes; `escaped` is set for the bytes behind them. `carry`: the block before
// ended with one. Runs of backslashes are told apart by subtraction (Langdale and Lemire, "Parsing Gigabytes of JSON per
// Second", 2019, as simdjson has it since).
uint64_t escapes_of(uint64_t backslashes, uint64_t& carry, uint64_t& escaped) {
  constexpr uint64_t odd_bits = 0xAAAAAAAAAAAAAAAA;
  const uint64_t potential = backslashes & ~carry;
  const uint64_t and_odd = potential << 1 | odd_bits;
  const uint64_t escape_or_terminal = (and_odd - potential) ^ odd_bits;
  escaped = escape_or_terminal ^ (backslashes | carry);
  const uint64_t escapes = escape_or_terminal & backslashes;
  carry = escapes >> 63;
  return escapes;
}

// 64 bytes at a time; the backslashes of escapes are squeezed out.
__attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt"))) char* fold_ascii_json_by_64(
    std::string_view raw, char* out) {
  const __m512i backslash = _mm512_set1_epi8('\\');
  uint64_t carry = 0;
  for (size_t at = 0; at < raw.size(); at += 64) {
    const size_t left = raw.size() - at;
    const uint64_t within = left < 64 ? (uint64_t{1} << left) - 1 : ~uint64_t{0};
    const __m512i bytes = _mm512_maskz_loadu_epi8(within, raw.data() + at);
    if (_mm512_movepi8_mask(bytes)) return nullptr;
    const uint64_t upper =
        _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8('A')), _mm512_set1_epi8(26));
    __m512i folded = _mm512_mask_add_epi8(bytes, upper, bytes, _mm512_set1_epi8(0x20));
    const uint64_t backslashes = _mm512_cmpeq_epi8_mask(bytes, backslash);
    if ((backslashes | carry) == 0) {
      _mm512_storeu_si512(out, folded);
      out += std::min<size_t>(left, 64);
      continue;
    }
    uint64_t escaped;
    const uint64_t escapes = escapes_of(backslashes, carry, escaped);
    uint64_t known = _mm512_cmpeq_epi8_mask(bytes, backslash) |
                     _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"')) |
                     _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('/'));
    for (const auto& [letter, meant] :
         {std::pair{'b', '\b'}, {'f', '\f'}, {'n', '\n'}, {'r', '\r'}, {'t', '\t'}}) {
      const uint64_t letters = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(letter)) & escaped;
      folded = _mm512_mask_mov_epi8(folded, letters, _mm512_set1_epi8(meant));
      known |= letters;
    }
    // What does not begin a simple escape is for others; so is a backslash behind which nothing stands.
    if ((escaped & within & ~known) || (left <= 64 && (escapes >> (left - 1) & 1))) return nullptr;
    const uint64_t kept = within & ~escapes;
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, folded));
    out += _mm_popcnt_u64(kept);
  }
  return out;
}

}  // namespace

char* fold_ascii_json(std::string_view raw, char* out) {
  return can_compress_bytes ? fold_ascii_json_by_64(raw, out) : fold_ascii_json_by_16(raw, out);
}

#else

char* fold_ascii_json(std::string_view raw, char* out) { return fold_ascii_json_by_16(raw, out); }

#endif

namespace {

// The code point that the backslash at `at` begins; moves `at` behind it. A backslash that begins no escape
// stands for itself.
char32_t decode_escape(std::string_view raw, size_t& at) {
  const char next = at + 1 < raw.size() ? raw[at + 1] : '\0';
  if (next == 'u') {
    const int32_t code_point = decode_unicode_escape(raw, at);
    if (code_point == -2) return 0xFFFD;
    if (code_point >= 0) return static_cast<char32_t>(code_point);
  } else if (const char c = simple_escape(next)) {
    at += 2;
    return static_cast<unsigned char>(c);
  }
  ++at;
  return '\\';
}

size_t utf8_size(char32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

}  // namespace

void unescape_json(std::string_view raw, std::string& out) {
  for (size_t at = 0; at < raw.size();) {
    size_t backslash = raw.find('\\', at);
    out.append(raw, at, backslash == raw.npos ? raw.npos : backslash - at);
    if (backslash == raw.npos) return;
    at = backslash;
    const char32_t code_point = decode_escape(raw, at);
    if (code_point < 0x80)
      out += static_cast<char>(code_point);
    else
      append_code_point(code_point, out);
  }
}

std::string_view cut_json(std::string_view raw, size_t text_bytes) {
  if (raw.size() <= text_bytes) return raw;
  size_t at = 0, size = 0;
  while (at < raw.size()) {
    size_t behind = at;
    if (raw[at] == '\\') {
      size += utf8_size(decode_escape(raw, behind));
    } else {
      const size_t length = utf8_length(static_cast<unsigned char>(raw[at]));
      size += length;
      behind += length;
    }
    if (size > text_bytes) break;
    at = std::min(behind, raw.size());
  }
  return raw.substr(0, at);
}

}  // namespace sigrun
