#include "match/raw_filter.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <set>

#include "support/bytes16.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sigrun {
namespace {

unsigned char lower(char c) { return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c); }

// Written in JSON as itself, or else by \u.
bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '/'; }

// How common a byte is in logs, roughly: what makes a gram a good one is that it is rare.
int commonness(char c) {
  constexpr std::string_view by_frequency = "etaoinsrdlcumpfhgwvybkxjqz";
  if (size_t rank = by_frequency.find(c); rank != by_frequency.npos) return 40 - static_cast<int>(rank);
  if (c >= '0' && c <= '9') return 30;
  if (c == ' ' || c == '.' || c == '-' || c == '_' || c == ':') return 25;
  return 5;
}

std::string_view longest_plain(std::string_view literal) {
  std::string_view longest;
  for (size_t at = 0; at < literal.size();) {
    size_t end = at;
    while (end < literal.size() && is_plain(literal[end])) ++end;
    if (end - at > longest.size()) longest = literal.substr(at, end - at);
    at = end + 1;
  }
  return longest;
}

// At a byte 'u' that follows a backslash: is this backslash itself escaped?
bool is_unicode_escape(std::string_view event, size_t backslash) {
  size_t run = 1;
  while (run <= backslash && event[backslash - run] == '\\') ++run;
  return run % 2 == 1;
}

uint32_t gram_at(const char* p, size_t size) {
  uint32_t gram = 0;
  for (size_t i = 0; i < size; ++i) gram |= uint32_t{lower(p[i])} << (8 * i);
  return gram;
}

// Outside of ASCII only these fold into it: the long s (ſ, C5 BF) and the Kelvin sign (K, E2 84 AA).
bool folds_into_ascii(const char* p) {
  const auto byte = [p](size_t at) { return static_cast<unsigned char>(p[at]); };
  return (byte(0) == 0xC5 && byte(1) == 0xBF) || (byte(0) == 0xE2 && byte(1) == 0x84 && byte(2) == 0xAA);
}

bool folds_into_ascii(std::string_view text, size_t at, size_t end) {
  for (; at < end; ++at)
    if (folds_into_ascii(text.data() + at)) return true;
  return false;
}

// The same two.
bool has_letters_that_fold_into_ascii(std::string_view text) {
  size_t at = 0;
#if defined(SIGRUN_BYTES16)
  for (; text.size() - at >= 16; at += 16) {
    const Bytes16 bytes = Bytes16::load(text.data() + at), next = Bytes16::load(text.data() + at + 1);
    const Bytes16 begins =
        (bytes.matching('\xC5') & next.matching('\xBF')) | (bytes.matching('\xE2') & next.matching('\x84'));
    if (begins.beyond_ascii() != 0 && folds_into_ascii(text, at, at + 16)) return true;
  }
#endif
  return folds_into_ascii(text, at, text.size());
}

// What numbers and times are written with, folded.
bool may_be_of_a_number(std::string_view literal) {
  return literal.find_first_not_of("0123456789+-.:etz") == literal.npos;
}

// The code unit of the escape \\u0041 at its backslash; none if that is not four hexadecimal digits.
std::optional<uint32_t> escaped_unit(std::string_view event, size_t backslash) {
  if (event.size() - backslash < 6) return {};
  const char* const digits = event.data() + backslash + 2;
  uint32_t unit = 0;
  const auto [end, error] = std::from_chars(digits, digits + 4, unit, 16);
  if (error != std::errc() || end != digits + 4) return {};
  return unit;
}

#if defined(SIGRUN_BYTES16)

// Bytes with their highest bits set are outside of ASCII, or begin something that looks like a \u escape.
Bytes16 judged(const char* p) {
  const Bytes16 bytes = Bytes16::load(p);
  return bytes | (bytes.matching('\\') & Bytes16::load(p + 1).matching('u'));
}

#if defined(__x86_64__)

const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");

// From `at` on, in steps of 64: where the first of them has a byte outside of ASCII or what looks like a \u escape.
__attribute__((target("avx512f,avx512bw"))) size_t plain_bytes_512(std::string_view event, size_t at) {
  const __m512i backslash = _mm512_set1_epi8('\\'), letter = _mm512_set1_epi8('u');
  for (; event.size() - at >= 64; at += 64) {
    const __m512i bytes = _mm512_loadu_si512(event.data() + at),
                  next = _mm512_loadu_si512(event.data() + at + 1);
    if (_mm512_movepi8_mask(bytes) |
        (_mm512_cmpeq_epi8_mask(bytes, backslash) & _mm512_cmpeq_epi8_mask(next, letter)))
      break;
  }
  return at;
}

size_t plain_bytes(std::string_view event, size_t at) { return has_avx512 ? plain_bytes_512(event, at) : at; }

#else

size_t plain_bytes(std::string_view, size_t at) { return at; }

#endif

}  // namespace

bool RawFilter::is_beyond_judgement(std::string_view event) const {
  size_t at = 0;
  for (; (at = plain_bytes(event, at)), event.size() - at >= 64; at += 64) {
    const char* const p = event.data() + at;
    const Bytes16 odd = judged(p) | judged(p + 16) | judged(p + 32) | judged(p + 48);
    if (odd.beyond_ascii() == 0) [[likely]]
      continue;
    for (size_t part = at; part < at + 64; part += 16) {
      const Bytes16 bytes = Bytes16::load(event.data() + part);
      if ((bytes.equal('\xC5') | bytes.equal('\xE2') | bytes.equal('\\')) &&
          is_beyond_judgement(event, part, part + 16))
        return true;
    }
  }
  return is_beyond_judgement(event, at, event.size());
}

#else

bool RawFilter::is_beyond_judgement(std::string_view event) const {
  return is_beyond_judgement(event, 0, event.size());
}

#endif

bool RawFilter::is_beyond_judgement(std::string_view event, size_t at, size_t end) const {
  for (; at < end; ++at) {
    if (folds_into_ascii(event.data() + at)) return true;
    if (event[at] == '\\' && event.data()[at + 1] == 'u' && is_unicode_escape(event, at)) {
      const auto unit = escaped_unit(event, at);
      if (!unit || may_be_in_a_literal(*unit)) return true;
    }
  }
  return false;
}

bool RawFilter::is_beyond_judgement(std::string_view event, Texts texts) const {
  return texts == Texts::json ? is_beyond_judgement(event) : has_letters_that_fold_into_ascii(event);
}

bool RawFilter::may_be_in_a_literal(uint32_t unit) const {
  if (unit == 0x17F || unit == 0x212A) return true;  // ſ and K
  return unit < 0x80 && texts_.find(static_cast<char>(lower(static_cast<char>(unit)))) != texts_.npos;
}

RawFilter::RawFilter(const std::vector<Literal>& literals) {
  std::vector<std::string_view> plain;
  for (const Literal& literal : literals) plain.push_back(longest_plain(literal.text));
  for (std::string_view text : plain) shortest_ = std::min(shortest_, text.size());
  if (plain.empty() || shortest_ == 0) return;
  judges_ = true;
  concerns_numbers_ = std::any_of(literals.begin(), literals.end(),
                                  [](const Literal& literal) { return may_be_of_a_number(literal.text); });

  std::set<uint32_t> grams;
  for (size_t i = 0; i < plain.size(); ++i) {
    const std::string_view text = plain[i];
    Probe probe{0, static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(text.size()), 0,
                literals[i].id};
    texts_ += text;
    int best = INT32_MAX;
    for (size_t offset = 0; offset + shortest_ <= text.size(); ++offset) {
      uint32_t gram = gram_at(text.data() + offset, shortest_);
      int cost = grams.contains(gram) ? -1 : 0;
      for (size_t at = offset; cost >= 0 && at < offset + shortest_; ++at) cost += commonness(text[at]);
      if (cost >= best) continue;
      best = cost;
      probe.gram = gram;
      probe.offset = static_cast<uint32_t>(offset);
    }
    grams.insert(probe.gram);
    probes_.push_back(probe);
  }
  std::sort(probes_.begin(), probes_.end(), [](const Probe& a, const Probe& b) { return a.gram < b.gram; });

  teddy_ = Teddy({grams.begin(), grams.end()}, shortest_, true);
}

void RawFilter::find_at(std::string_view event, size_t at, std::vector<uint32_t>& ids) const {
  if (event.size() - at < shortest_) return;
  const uint32_t gram = gram_at(event.data() + at, shortest_);
  auto probe = std::lower_bound(probes_.begin(), probes_.end(), gram,
                                [](const Probe& p, uint32_t wanted) { return p.gram < wanted; });
  for (; probe != probes_.end() && probe->gram == gram; ++probe) {
    if (at < probe->offset || event.size() - (at - probe->offset) < probe->size) continue;
    const char* begin = event.data() + at - probe->offset;
    const char* text = texts_.data() + probe->begin;
    const bool equal = std::equal(text, text + probe->size, begin,
                                  [](char a, char b) { return static_cast<unsigned char>(a) == lower(b); });
    if (equal && std::find(ids.begin(), ids.end(), probe->id) == ids.end()) ids.push_back(probe->id);
  }
}

bool RawFilter::judges(std::string_view event, Texts texts, std::vector<uint32_t>& ids) const {
  static const bool watches = Teddy::best() == Teddy::Vectors::avx512_vbmi;
  if (!judges_ || (!watches && is_beyond_judgement(event, texts))) return false;
  Teddy::Odd odd;
  std::array<uint32_t, 4 * Teddy::at_once> places;
  for (size_t from = 0; from < event.size();) {
    const size_t count = watches ? teddy_.find_all_watching(event.data(), event.size(), from, places, odd)
                                 : teddy_.find_all(event.data(), event.size(), from, places);
    for (size_t i = 0; i < count; ++i) {
      find_at(event, places[i], ids);
      if (ids.size() > most_ids) return false;
    }
  }
  const bool doubtful = odd.letter || (odd.escape && texts == Texts::json);
  return !doubtful || !is_beyond_judgement(event, texts);
}

}  // namespace sigrun
