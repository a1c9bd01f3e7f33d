// Counts of positive numbers by magnitude, in buckets whose bounds grow by a constant factor: one half of
// DDSketch (quantile_sketch.h).
//
// Bucket i has the numbers x with γ^(i − 1) < x ≤ γ^i and stands for 2 γ^i / (γ + 1), which is within 1 % of
// each of them (γ = 1.01 / 0.99). The buckets between the lowest and the highest in use lie side by side in
// one block. There are at most `most_buckets`: where more would be needed the lowest ones are added up in the
// lowest that is left, and collapsed() says so from then on.
//
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace sigrun {

class MagnitudeBuckets {
 public:
  static constexpr uint32_t most_buckets = 2048;

  explicit MagnitudeBuckets(std::pmr::memory_resource* resource) : resource_(resource) {}
  MagnitudeBuckets(MagnitudeBuckets&& other) noexcept : MagnitudeBuckets(other.resource_) { swap(other); }
  MagnitudeBuckets& operator=(MagnitudeBuckets&& other) noexcept {
    swap(other);
    return *this;
  }
  ~MagnitudeBuckets() { clear(); }

  // `magnitude` is finite and greater than zero.
  void add(double magnitude);
  uint64_t size() const { return size_; }

  struct Place {
    double magnitude = 0;
    bool collapsed = false;
  };
  // The number of this rank, from 0, the least, to size() − 1.
  Place at(uint64_t rank) const;

  // Whether the lowest bucket has numbers that belong lower.
  bool collapsed() const { return collapsed_; }
  void clear();

  size_t bytes() const { return sizeof(uint64_t) * capacity_; }
  static constexpr size_t most_bytes() { return sizeof(uint64_t) * most_buckets; }

  void save(std::string& out) const;
  // Takes a saved state off the front of `saved`. False: it is none; the object is empty.
  bool restore(std::string_view& saved);

  static int32_t bucket_of(double magnitude);
  static double magnitude_of(int32_t bucket);

 private:
  void span(int32_t lowest, int32_t highest);
  void collapse_below(int32_t bucket);
  void swap(MagnitudeBuckets& other) noexcept;

  std::pmr::memory_resource* resource_;
  uint64_t* counts_ = nullptr;  // the first is of lowest_
  uint32_t capacity_ = 0;
  int32_t lowest_ = 0, highest_ = -1;  // in use
  bool collapsed_ = false;
  uint64_t size_ = 0;
};

}  // namespace sigrun
