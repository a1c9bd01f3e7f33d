// Sixteen bytes of text at once, where the processor has vectors of that size in its baseline (SSE2 on x86-64, NEON on arm64);
// elsewhere SIGRUN_BYTES16 is not defined and callers go byte by byte.
//
// Masks have a bit for each byte, the first byte's lowest. Loads and stores need sixteen bytes of room.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#define SIGRUN_BYTES16 1

namespace sigrun {

class Bytes16 {
 public:
  static Bytes16 load(const char* from) {
    return Bytes16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  uint32_t equal(char c) const { return matching(c).beyond_ascii(); }
  // Where a byte is `c` all bits are set, elsewhere none.
  Bytes16 matching(char c) const { return Bytes16(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c))); }
  friend Bytes16 operator&(Bytes16 a, Bytes16 b) { return Bytes16(_mm_and_si128(a.bytes_, b.bytes_)); }
  friend Bytes16 operator|(Bytes16 a, Bytes16 b) { return Bytes16(_mm_or_si128(a.bytes_, b.bytes_)); }
  // Bytes below 0x20.
  uint32_t control() const {
    return ~mask(_mm_cmpeq_epi8(_mm_max_epu8(bytes_, _mm_set1_epi8(0x20)), bytes_)) & 0xFFFF;
  }
  // Bytes from 0x80 on.
  uint32_t beyond_ascii() const { return mask(bytes_); }
  // A–Z as a–z, everything else as it is.
  void store_lower(char* to) const {
    const __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(bytes_, _mm_set1_epi8('A' - 1)),
                                        _mm_cmplt_epi8(bytes_, _mm_set1_epi8('Z' + 1)));
    const __m128i lower = _mm_or_si128(bytes_, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), lower);
  }

 private:
  explicit Bytes16(__m128i bytes) : bytes_(bytes) {}
  static uint32_t mask(__m128i bytes) { return static_cast<uint32_t>(_mm_movemask_epi8(bytes)); }
  __m128i bytes_;
};

}  // namespace sigrun

#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#define SIGRUN_BYTES16 1

namespace sigrun {

class Bytes16 {
 public:
  static Bytes16 load(const char* from) { return Bytes16(vld1q_u8(reinterpret_cast<const uint8_t*>(from))); }
  uint32_t equal(char c) const { return mask(matching(c).bytes_); }
  // Where a byte is `c` all bits are set, elsewhere none.
  Bytes16 matching(char c) const { return Bytes16(vceqq_u8(bytes_, vdupq_n_u8(static_cast<uint8_t>(c)))); }
  friend Bytes16 operator&(Bytes16 a, Bytes16 b) { return Bytes16(vandq_u8(a.bytes_, b.bytes_)); }
  friend Bytes16 operator|(Bytes16 a, Bytes16 b) { return Bytes16(vorrq_u8(a.bytes_, b.bytes_)); }
  uint32_t control() const { return mask(vcltq_u8(bytes_, vdupq_n_u8(0x20))); }
  uint32_t beyond_ascii() const { return mask(vcgeq_u8(bytes_, vdupq_n_u8(0x80))); }
  void store_lower(char* to) const {
    const uint8x16_t upper = vandq_u8(vcgeq_u8(bytes_, vdupq_n_u8('A')), vcleq_u8(bytes_, vdupq_n_u8('Z')));
    vst1q_u8(reinterpret_cast<uint8_t*>(to), vorrq_u8(bytes_, vandq_u8(upper, vdupq_n_u8(0x20))));
  }

 private:
  explicit Bytes16(uint8x16_t bytes) : bytes_(bytes) {}
  // Each lane keeps the bit of its place; the halves are then added up.
  static uint32_t mask(uint8x16_t lanes) {
    constexpr uint8_t places[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vandq_u8(lanes, vld1q_u8(places));
    return vaddv_u8(vget_low_u8(bits)) | static_cast<uint32_t>(vaddv_u8(vget_high_u8(bits))) << 8;
  }
  uint8x16_t bytes_;
};

}  // namespace sigrun

#endif
