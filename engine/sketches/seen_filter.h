// What has been seen once and is not kept any more: a set of hashes that never forgets one too early, and may claim to know some that it
// does not.
//
// Bloom filters (Bloom: "Space/Time Trade-offs in Hash Coding with Allowable Errors", CACM 13(7), 1970) of 1 KB, each for as many hashes as leave one claim in a
// hundred wrong, one behind the other (as Almeida et al.: "Scalable Bloom Filters", IPL 101(6), 2007, without growing them). Two
// generations: at turn() the older is dropped, so that a hash is known for one to two turns after add(). Where there
// may be no more filters the newest one takes what comes: more claims are wrong then, none is missed; crowded() says so.
//
// Memory is of the resource; bytes() says how much. Threads: one at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class SeenFilter {
 public:
  explicit SeenFilter(std::pmr::memory_resource* memory, size_t most_bytes = 64 << 10) : memory_(memory) {
    allow(most_bytes);
  }
  ~SeenFilter() { clear(); }
  SeenFilter(const SeenFilter&) = delete;
  SeenFilter& operator=(const SeenFilter&) = delete;

  // Of both generations; at least one filter.
  void allow(size_t most_bytes) { most_filters_ = std::max<size_t>(1, most_bytes / filter_bytes); }
  void add(uint64_t hash);
  bool contains(uint64_t hash) const;
  void turn();
  void clear();
  bool crowded() const { return crowded_; }
  size_t bytes() const { return (generations_[0].size() + generations_[1].size()) * filter_bytes; }

  void save(std::string& out) const;
  bool restore(std::string_view& saved);

 private:
  static constexpr size_t filter_bytes = 1024;
  // 10 bits for each and seven probes: 0.8 % of claims are wrong.
  static constexpr uint32_t most_hashes = filter_bytes * 8 / 10;
  struct Filter {
    uint64_t* words = nullptr;
    uint32_t hashes = 0;
  };
  using Generation = std::vector<Filter>;
  static bool contains(const Filter& filter, uint64_t hash);
  Filter make();
  void drop(Generation& generation);

  std::pmr::memory_resource* memory_;
  size_t most_filters_ = 1;
  std::array<Generation, 2> generations_;  // the newer one first
  bool crowded_ = false;
};

}  // namespace sigrun
