#include "match/raw_filter.h"

#include <algorithm>
#include <cstring>
#include <set>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sigrun {
namespace {

constexpr size_t buckets = 8;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
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

}  // namespace

RawFilter::RawFilter(const std::vector<std::string>& literals) {
  std::vector<std::string_view> plain;
  for (const std::string& literal : literals) plain.push_back(longest_plain(literal));
  for (std::string_view text : plain) shortest_ = std::min(shortest_, text.size());
  if (plain.empty() || shortest_ == 0) return;
  judges_ = true;

  std::set<uint32_t> grams;
  for (std::string_view text : plain) {
    Probe probe{0, static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(text.size()), 0};
    texts_ += text;
    int best = INT32_MAX;
    for (size_t offset = 0; offset + shortest_ <= text.size(); ++offset) {
      uint32_t gram = gram_at(text.data() + offset, shortest_);
      int cost = grams.contains(gram) ? -1 : 0;
      for (size_t i = 0; cost >= 0 && i < shortest_; ++i) cost += commonness(text[offset + i]);
      if (cost >= best) continue;
      best = cost;
      probe.gram = gram;
      probe.offset = static_cast<uint32_t>(offset);
    }
    grams.insert(probe.gram);
    probes_.push_back(probe);
  }
  std::sort(probes_.begin(), probes_.end(), [](const Probe& a, const Probe& b) { return a.gram < b.gram; });

  // Neighbours in order share their last bytes; together in a bucket they widen its masks least.
  size_t number = 0;
  for (uint32_t gram : grams) {
    auto bucket = static_cast<uint8_t>(1u << (number++ * buckets / grams.size()));
    for (size_t i = 0; i < shortest_; ++i) {
      auto byte = static_cast<unsigned char>(gram >> (8 * i));
      for (unsigned char c :
           {byte, static_cast<unsigned char>(is_letter(static_cast<char>(byte)) ? byte ^ 0x20 : byte)}) {
        masks_[i].low[c & 15] |= bucket;
        masks_[i].high[c >> 4] |= bucket;
      }
    }
  }
  for (size_t i = shortest_; i < gram_size; ++i) {
    masks_[i].low.fill(0xFF);
    masks_[i].high.fill(0xFF);
  }
}

bool RawFilter::is_at(std::string_view event, size_t at) const {
  if (event.size() - at < shortest_) return false;
  const uint32_t gram = gram_at(event.data() + at, shortest_);
  auto probe = std::lower_bound(probes_.begin(), probes_.end(), gram,
                                [](const Probe& p, uint32_t wanted) { return p.gram < wanted; });
  for (; probe != probes_.end() && probe->gram == gram; ++probe) {
    if (at < probe->offset || event.size() - (at - probe->offset) < probe->size) continue;
    const char* begin = event.data() + at - probe->offset;
    const char* text = texts_.data() + probe->begin;
    if (std::equal(text, text + probe->size, begin,
                   [](char a, char b) { return static_cast<unsigned char>(a) == lower(b); }))
      return true;
  }
  return false;
}

bool RawFilter::may_contain_by_bytes(std::string_view event) const {
  if (!judges_) return true;
  auto fits = [&](size_t at, size_t place) {
    auto byte = static_cast<unsigned char>(event.data()[at + place]);
    return masks_[place].low[byte & 15] & masks_[place].high[byte >> 4];
  };
  for (size_t at = 0; at < event.size(); ++at) {
    if (static_cast<unsigned char>(event[at]) >= 0x80) return true;
    if (event[at] == '\\' && event.data()[at + 1] == 'u' && is_unicode_escape(event, at)) return true;
    if ((fits(at, 0) & fits(at, 1) & fits(at, 2)) && is_at(event, at)) return true;
  }
  return false;
}

#if defined(__x86_64__)

namespace {

#define SIGRUN_AVX2 __attribute__((target("avx2")))

// Loads one half table into both lanes of a vector.
SIGRUN_AVX2 inline void load_both(const std::array<uint8_t, 16>& half, __m256i& both) {
  both = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(half.data())));
}

}  // namespace

SIGRUN_AVX2 bool RawFilter::may_contain_avx2(std::string_view event) const {
  __m256i low[gram_size], high[gram_size];
  for (size_t i = 0; i < gram_size; ++i) {
    load_both(masks_[i].low, low[i]);
    load_both(masks_[i].high, high[i]);
  }
  const __m256i half = _mm256_set1_epi8(15), backslash = _mm256_set1_epi8('\\'), u = _mm256_set1_epi8('u');
  const __m256i zero = _mm256_setzero_si256();
  for (size_t at = 0; at < event.size(); at += 32) {
    const char* p = event.data() + at;
    __m256i bytes[gram_size], fits = _mm256_set1_epi8(-1);
    for (size_t i = 0; i < gram_size; ++i) {
      bytes[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + i));
      const __m256i lower_half = _mm256_and_si256(bytes[i], half);
      const __m256i upper_half = _mm256_and_si256(_mm256_srli_epi16(bytes[i], 4), half);
      fits = _mm256_and_si256(fits, _mm256_and_si256(_mm256_shuffle_epi8(low[i], lower_half),
                                                     _mm256_shuffle_epi8(high[i], upper_half)));
    }
    const __m256i escapes =
        _mm256_and_si256(_mm256_cmpeq_epi8(bytes[0], backslash), _mm256_cmpeq_epi8(bytes[1], u));
    uint32_t places = ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(fits, zero)));
    uint32_t escaped = static_cast<uint32_t>(_mm256_movemask_epi8(escapes));
    uint32_t wide = static_cast<uint32_t>(_mm256_movemask_epi8(bytes[0]));
    if (event.size() - at < 32) {
      const uint32_t inside = (uint32_t{1} << (event.size() - at)) - 1;
      places &= inside, escaped &= inside, wide &= inside;
    }
    if ((places | escaped | wide) == 0) [[likely]]
      continue;
    if (wide) return true;
    for (; escaped; escaped &= escaped - 1)
      if (is_unicode_escape(event, at + static_cast<size_t>(__builtin_ctz(escaped)))) return true;
    for (; places; places &= places - 1)
      if (is_at(event, at + static_cast<size_t>(__builtin_ctz(places)))) return true;
  }
  return false;
}

namespace {

const bool has_avx2 = __builtin_cpu_supports("avx2");

}  // namespace

bool RawFilter::may_contain(std::string_view event) const {
  if (!judges_) return true;
  return has_avx2 ? may_contain_avx2(event) : may_contain_by_bytes(event);
}
const char* RawFilter::implementation() { return has_avx2 ? "avx2" : "bytes"; }

#else

bool RawFilter::may_contain(std::string_view event) const { return may_contain_by_bytes(event); }
const char* RawFilter::implementation() { return "bytes"; }

#endif

}  // namespace sigrun
