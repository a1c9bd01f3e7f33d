// Tells quickly that none of a set of literals can be in any text of an event, from its JSON as it stands.
//
// Keywords look at every text of an event, and hardly any event has one. Unescaping and folding all texts to find that out costs
// more than everything else, so the bytes are looked through first. A literal's longest stretch of ASCII that JSON cannot write
// in two ways (but by \u) is searched for without regard to case; events with a \u escape or with a byte outside of ASCII, which
// may fold into ASCII, are not judged.
//
// The search looks at three bytes at each place, all places of a vector at once, and compares where they fit: the Teddy
// algorithm of Hyperscan (Wang et al., "Hyperscan: A Fast Multi-pattern Regex Matcher for Modern CPUs", NSDI 2019, and its
// source). Where the processor lacks the instructions, the same tables are read byte by byte.
//
// Immutable after construction; any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class RawFilter {
 public:
  // Never tells anything.
  RawFilter() = default;
  // `literals` are folded.
  explicit RawFilter(const std::vector<std::string>& literals);

  // False: no text of the event contains a literal. `event` is a JSON object followed by at least 64 readable bytes.
  bool may_contain(std::string_view event) const;

  // Which search is used here: "avx2" or "bytes".
  static const char* implementation();
  // The one that needs no vectors, for comparison.
  bool may_contain_by_bytes(std::string_view event) const;

 private:
  static constexpr size_t gram_size = 3;
  struct Probe {
    uint32_t gram;                 // as in gram_at
    uint32_t begin, size, offset;  // in texts_; where the gram is in it
  };
  // For each place of a gram: which buckets have a byte with this lower (upper) half there.
  struct Masks {
    alignas(16) std::array<uint8_t, 16> low{}, high{};
  };

  bool may_contain_avx2(std::string_view event) const;
  bool is_at(std::string_view event, size_t at) const;

  bool judges_ = false;
  std::string texts_;
  std::vector<Probe> probes_;  // by gram
  size_t shortest_ = gram_size;
  std::array<Masks, gram_size> masks_{};
};

}  // namespace sigrun
