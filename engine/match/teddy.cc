#include "match/teddy.h"

#include <algorithm>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sigrun {
namespace {

constexpr size_t buckets = 8;

}  // namespace

Teddy::Teddy(const std::vector<uint32_t>& strings, size_t size, bool any_case) {
  std::vector<String> sized;
  for (uint32_t text : strings) sized.push_back({text, static_cast<uint8_t>(size)});
  build(std::move(sized), any_case);
}

Teddy Teddy::of_any_sizes(std::vector<String> strings) {
  Teddy teddy;
  teddy.build(std::move(strings), false);
  return teddy;
}

void Teddy::build(std::vector<String> strings, bool any_case) {
  auto tables = std::make_shared<Tables>();
  for (String& string : strings) string.text &= 0xFFFFFFu >> (8 * (width - string.size));
  // Neighbours in order share their last bytes; together in a bucket they widen its tables least. Short ones,
  // behind which any byte may stand, are by themselves.
  std::sort(strings.begin(), strings.end(), [](const String& a, const String& b) {
    return a.size != b.size ? a.size < b.size : a.text < b.text;
  });
  strings.erase(std::unique(strings.begin(), strings.end()), strings.end());
  const auto whole =
      std::find_if(strings.begin(), strings.end(), [](const String& string) { return string.size == width; });
  const auto short_ones = static_cast<size_t>(whole - strings.begin());
  const size_t whole_ones = strings.size() - short_ones;
  const size_t for_short = short_ones == 0 ? 0
                           : whole_ones == 0
                               ? buckets
                               : std::clamp<size_t>(buckets * short_ones / strings.size(), 1, buckets - 1);
  for (size_t i = 0; i < strings.size(); ++i) {
    const size_t number = i < short_ones ? i * for_short / short_ones
                                         : for_short + (i - short_ones) * (buckets - for_short) / whole_ones;
    const auto bucket = static_cast<uint8_t>(1u << number);
    for (size_t place = 0; place < strings[i].size; ++place) {
      const uint32_t byte = strings[i].text >> (8 * place) & 0xFF;
      const bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
      for (uint32_t variant : {byte, any_case && letter ? byte ^ 0x20 : byte}) {
        tables->halves[place].low[variant & 15] |= bucket;
        tables->halves[place].high[variant >> 4] |= bucket;
        tables->by_six_bits[place][variant & 63] |= bucket;
      }
    }
    for (size_t place = strings[i].size; place < width; ++place) {
      for (uint8_t& fits : tables->halves[place].low) fits |= bucket;
      for (uint8_t& fits : tables->halves[place].high) fits |= bucket;
      for (uint8_t& fits : tables->by_six_bits[place]) fits |= bucket;
    }
  }
  tables_ = std::move(tables);
}

size_t Teddy::find_by_bytes(const char* text, size_t size, size_t from) const {
  for (size_t at = from; at < size; ++at) {
    uint8_t fits = 0xFF;
    for (size_t place = 0; place < width; ++place) {
      auto byte = static_cast<unsigned char>(text[at + place]);
      fits &= tables_->halves[place].low[byte & 15] & tables_->halves[place].high[byte >> 4];
    }
    if (fits) return at;
  }
  return size;
}

size_t Teddy::find_all_by_bytes(const char* text, size_t size, size_t& from,
                                std::span<uint32_t> places) const {
  size_t count = 0;
  while (count < places.size() && (from = find_by_bytes(text, size, from)) < size)
    places[count++] = static_cast<uint32_t>(from++);
  return count;
}

#if defined(__x86_64__)

namespace {

Teddy::Vectors find_best() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
    return __builtin_cpu_supports("avx512vbmi") ? Teddy::Vectors::avx512_vbmi : Teddy::Vectors::avx512;
  return __builtin_cpu_supports("avx2") ? Teddy::Vectors::avx2 : Teddy::Vectors::none;
}

const Teddy::Vectors best_vectors = find_best();

// Into both lanes of a vector.
__attribute__((target("avx2"))) inline void load_both(const std::array<uint8_t, 16>& halves, __m256i& both) {
  both = _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(halves.data())));
}

struct BothLanes {
  __m256i low[Teddy::width], high[Teddy::width];
};

// A bit for each of the 32 places from `text` on.
__attribute__((target("avx2"))) inline uint32_t places_at(const BothLanes& tables, const char* text) {
  const __m256i half = _mm256_set1_epi8(15);
  __m256i fits = _mm256_set1_epi8(-1);
  for (size_t place = 0; place < Teddy::width; ++place) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + place));
    const __m256i lower = _mm256_and_si256(bytes, half);
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
    fits = _mm256_and_si256(fits, _mm256_and_si256(_mm256_shuffle_epi8(tables.low[place], lower),
                                                   _mm256_shuffle_epi8(tables.high[place], upper)));
  }
  return ~static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(fits, _mm256_setzero_si256())));
}

}  // namespace

__attribute__((target("avx2"))) size_t Teddy::find_avx2(const char* text, size_t size, size_t from) const {
  BothLanes tables;
  for (size_t place = 0; place < width; ++place) {
    load_both(tables_->halves[place].low, tables.low[place]);
    load_both(tables_->halves[place].high, tables.high[place]);
  }
  for (size_t at = from; at < size; at += 32)
    if (const uint32_t places = places_at(tables, text + at))
      return std::min(size, at + static_cast<size_t>(__builtin_ctz(places)));
  return size;
}

__attribute__((target("avx2"))) size_t Teddy::find_all_avx2(const char* text, size_t size, size_t& from,
                                                            std::span<uint32_t> places) const {
  BothLanes tables;
  for (size_t place = 0; place < width; ++place) {
    load_both(tables_->halves[place].low, tables.low[place]);
    load_both(tables_->halves[place].high, tables.high[place]);
  }
  uint32_t* to = places.data();
  const uint32_t* const enough = to + places.size() - at_once;
  size_t at = from;
  for (; at < size && to <= enough; at += 32) {
    uint32_t fits = places_at(tables, text + at);
    if (fits == 0) [[likely]]
      continue;
    if (size - at < 32) fits &= (1u << (size - at)) - 1;
    for (; fits; fits &= fits - 1)
      *to++ = static_cast<uint32_t>(at) + static_cast<uint32_t>(__builtin_ctz(fits));
  }
  from = std::min(at, size);
  return static_cast<size_t>(to - places.data());
}

// The same for 64 places at once, of 512 bits.
__attribute__((target("avx512f,avx512bw"))) size_t Teddy::find_all_avx512(const char* text, size_t size,
                                                                          size_t& from,
                                                                          std::span<uint32_t> places) const {
  __m512i low[width], high[width];
  for (size_t place = 0; place < width; ++place) {
    low[place] = _mm512_maskz_broadcast_i32x4(
        0xFFFF, _mm_load_si128(reinterpret_cast<const __m128i*>(tables_->halves[place].low.data())));
    high[place] = _mm512_maskz_broadcast_i32x4(
        0xFFFF, _mm_load_si128(reinterpret_cast<const __m128i*>(tables_->halves[place].high.data())));
  }
  const __m512i half = _mm512_set1_epi8(15);
  uint32_t* to = places.data();
  const uint32_t* const enough = to + places.size() - at_once;
  size_t at = from;
  for (; at < size && to <= enough; at += at_once) {
    // Not to read more behind the text than is there.
    const uint64_t within = size - at < at_once ? (uint64_t{1} << (size - at)) - 1 : ~uint64_t{0};
    __m512i fits = _mm512_set1_epi8(-1);
    for (size_t place = 0; place < width; ++place) {
      const __m512i bytes = _mm512_maskz_loadu_epi8(within, text + at + place);
      const __m512i lower = _mm512_and_si512(bytes, half);
      const __m512i upper = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), half);
      fits = _mm512_and_si512(fits, _mm512_and_si512(_mm512_shuffle_epi8(low[place], lower),
                                                     _mm512_shuffle_epi8(high[place], upper)));
    }
    for (uint64_t found = _mm512_mask_test_epi8_mask(within, fits, fits); found; found &= found - 1)
      *to++ = static_cast<uint32_t>(at) + static_cast<uint32_t>(__builtin_ctzll(found));
  }
  from = std::min(at, size);
  return static_cast<size_t>(to - places.data());
}

// The same with a table of a whole byte but for its highest two bits.
template <bool Watching>
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) size_t Teddy::find_all_vbmi(const char* text,
                                                                                   size_t size, size_t& from,
                                                                                   std::span<uint32_t> places,
                                                                                   Odd& odd) const {
  const __m512i table0 = _mm512_load_si512(tables_->by_six_bits[0].data()),
                table1 = _mm512_load_si512(tables_->by_six_bits[1].data()),
                table2 = _mm512_load_si512(tables_->by_six_bits[2].data());
  const __m512i backslash = _mm512_set1_epi8('\\'), letter = _mm512_set1_epi8('u');
  // How ſ begins, and K: letters outside of ASCII that fold into it.
  const __m512i long_s[] = {_mm512_set1_epi8('\xC5'), _mm512_set1_epi8('\xBF')},
                kelvin[] = {_mm512_set1_epi8('\xE2'), _mm512_set1_epi8('\x84')};
  uint64_t escapes = 0, letters = 0;
  uint32_t* to = places.data();
  const uint32_t* const enough = to + places.size() - at_once;
  size_t at = from;
  for (; at < size && to <= enough; at += at_once) {
    // Not to read more behind the text than is there.
    const uint64_t within = size - at < at_once ? (uint64_t{1} << (size - at)) - 1 : ~uint64_t{0};
    const __m512i bytes0 = _mm512_maskz_loadu_epi8(within, text + at),
                  bytes1 = _mm512_maskz_loadu_epi8(within, text + at + 1),
                  bytes2 = _mm512_maskz_loadu_epi8(within, text + at + 2);
    const __m512i fits = _mm512_and_si512(
        _mm512_and_si512(_mm512_permutexvar_epi8(bytes0, table0), _mm512_permutexvar_epi8(bytes1, table1)),
        _mm512_permutexvar_epi8(bytes2, table2));
    if constexpr (Watching) {
      escapes |= _mm512_cmpeq_epi8_mask(bytes0, backslash) & _mm512_cmpeq_epi8_mask(bytes1, letter);
      if (_mm512_movepi8_mask(bytes0) != 0) [[unlikely]]
        letters |= (_mm512_cmpeq_epi8_mask(bytes0, long_s[0]) & _mm512_cmpeq_epi8_mask(bytes1, long_s[1])) |
                   (_mm512_cmpeq_epi8_mask(bytes0, kelvin[0]) & _mm512_cmpeq_epi8_mask(bytes1, kelvin[1]));
    }
    for (uint64_t found = _mm512_mask_test_epi8_mask(within, fits, fits); found; found &= found - 1)
      *to++ = static_cast<uint32_t>(at) + static_cast<uint32_t>(__builtin_ctzll(found));
  }
  odd.escape |= escapes != 0;
  odd.letter |= letters != 0;
  from = std::min(at, size);
  return static_cast<size_t>(to - places.data());
}

Teddy::Vectors Teddy::best() { return best_vectors; }

size_t Teddy::find_all_watching(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                                Odd& odd) const {
  return find_all_vbmi<true>(text, size, from, places, odd);
}

size_t Teddy::find_all(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                       Vectors vectors) const {
  Odd odd;
  if (vectors == Vectors::avx512_vbmi) return find_all_vbmi<false>(text, size, from, places, odd);
  switch (vectors) {
    case Vectors::none: break;
    case Vectors::avx2: return find_all_avx2(text, size, from, places);
    case Vectors::avx512: return find_all_avx512(text, size, from, places);
    case Vectors::avx512_vbmi: break;
  }
  return find_all_by_bytes(text, size, from, places);
}

size_t Teddy::find(const char* text, size_t size, size_t from) const {
  return best_vectors == Vectors::none ? find_by_bytes(text, size, from) : find_avx2(text, size, from);
}

#else

Teddy::Vectors Teddy::best() { return Vectors::none; }

size_t Teddy::find_all_watching(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                                Odd& odd) const {
  odd = {true, true};  // nobody looked
  return find_all_by_bytes(text, size, from, places);
}

size_t Teddy::find_all(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                       Vectors) const {
  return find_all_by_bytes(text, size, from, places);
}

size_t Teddy::find(const char* text, size_t size, size_t from) const {
  return find_by_bytes(text, size, from);
}

#endif

}  // namespace sigrun
