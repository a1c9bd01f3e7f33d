// Finds places of a text where one of a few short strings may stand: 32 or 64 places at a time.
//
// Each of up to eight buckets holds some three-byte strings. A table for each half of each of the three bytes says which buckets
// have a byte with that half there; six shuffles look up as many places as a vector has bytes. This is Teddy of Hyperscan (Wang et al., "Hyperscan:
// A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019, and its source). Processors that permute by six bits (AVX-512
// VBMI) look a whole byte up at once, but for its highest two bits: half the work. Places are proposals: buckets mix the bytes of
// their strings, and each way proposes others in vain. Where the processor lacks all that, the tables are read byte by byte.
//
// Immutable after construction; any number of threads.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sigrun {

class Teddy {
 public:
  static constexpr size_t width = 3;
  // More strings make it propose too many places to be of use.
  static constexpr size_t most_strings = 64;
  // Readable bytes that must follow a text.
  static constexpr size_t padding = 64;

  Teddy() = default;
  // The strings as in the low `size` bytes (three at most) of a little-endian number; at least one. `any_case`: ASCII letters
  // fit in either case.
  explicit Teddy(const std::vector<uint32_t>& strings, size_t size = width, bool any_case = false);
  // The same of strings of different sizes, from one byte to three.
  struct String {
    uint32_t text = 0;
    uint8_t size = width;
    auto operator<=>(const String&) const = default;
  };
  static Teddy of_any_sizes(std::vector<String> strings);

  // What the search is done with.
  enum class Vectors : uint8_t { none, avx2, avx512, avx512_vbmi };
  static Vectors best();  // that this processor has

  bool empty() const { return tables_ == nullptr; }
  // The first place from `from` on, or `size`.
  size_t find(const char* text, size_t size, size_t from) const;
  size_t find_by_bytes(const char* text, size_t size, size_t from) const;
  static constexpr size_t at_once = 64;
  // All places from `from` on into `places`, which has room for at_once at least, until it may be full; returns how many. `from` moves to where to go on: `size` when
  // done. `size` is below 4 GiB.
  size_t find_all(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                  Vectors vectors = best()) const;
  // Whether what was looked at has what looks like a \u escape, or the beginning of one of the two letters outside of ASCII
  // that fold into it.
  struct Odd {
    bool escape = false, letter = false;
  };
  // The same for processors with best() == avx512_vbmi; adds to `odd`.
  size_t find_all_watching(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                           Odd& odd) const;

 private:
  // A bit for each bucket, by half of a byte, and by its lower six bits.
  struct Tables {
    struct Halves {
      alignas(16) std::array<uint8_t, 16> low{}, high{};
    };
    std::array<Halves, width> halves;
    alignas(64) std::array<std::array<uint8_t, 64>, width> by_six_bits{};
  };

  void build(std::vector<String> strings, bool any_case);
  size_t find_avx2(const char* text, size_t size, size_t from) const;
  size_t find_all_by_bytes(const char* text, size_t size, size_t& from, std::span<uint32_t> places) const;
  size_t find_all_avx2(const char* text, size_t size, size_t& from, std::span<uint32_t> places) const;
  size_t find_all_avx512(const char* text, size_t size, size_t& from, std::span<uint32_t> places) const;
  template <bool Watching>
  size_t find_all_vbmi(const char* text, size_t size, size_t& from, std::span<uint32_t> places,
                       Odd& odd) const;

  std::shared_ptr<const Tables> tables_;  // null: no strings
};

}  // namespace sigrun
