// Quantiles of the values of one closed window: exact while they are few, with a relative error of 1 % beyond
// that.
//
// quantile(q) is numpy's default, linear interpolation between the closest ranks: of n sorted values x[0] …
// x[n − 1], with h = (n − 1) q, it is x[⌊h⌋] + (h − ⌊h⌋) (x[⌈h⌉] − x[⌊h⌋]). So q = 0 is the least value, 1
// the greatest, and 0.5 the median, which is the mean of the two in the middle where n is even.
//
// Up to `exact` values are kept as they are. Then they go into DDSketch (Masson, Rim and Lee: "DDSketch: A
// Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", PVLDB 12(12), 2019): counts of
// values in buckets whose bounds grow by γ = 1.01 / 0.99, for positive and for negative values, and a count
// of zeros. The value of any rank is then known within 1 %, and so is what is interpolated between two of one
// sign; between a negative and a positive one, or zero, the error is at most 1 % of the larger magnitude of
// the two. The least and the greatest value are always exact.
//
// Buckets are bounded: 2,048 for each sign, which span a factor of 6·10^17 between magnitudes. Where values
// span more, those of the least magnitude share one bucket; a quantile that falls into it carries the mark
// `collapsed` and has no bound but the least and greatest value.
//
// Cost: add() constant (a logarithm once the sketch is at work); quantile() linear in the buckets, or a sort
// of the exact values, remembered until the next add().
//
// Memory is asked of the resource and nowhere else, in one block at a time; bytes() says how much,
// most_bytes() what it can become: 8 bytes for each exact value, then 8 for each bucket between the least and
// the greatest magnitude in use.
//
// Threads: one at a time. Lifetimes: the resource outlives the object. It does not slide and does not merge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "sketches/magnitude_buckets.h"

namespace sigrun {

class QuantileSketch {
 public:
  static constexpr uint32_t least_exact = 64;
  static constexpr double relative_error = 0.01;

  explicit QuantileSketch(uint32_t exact = least_exact,  // less is taken for least_exact
                          std::pmr::memory_resource* resource = std::pmr::get_default_resource());
  QuantileSketch(QuantileSketch&& other) noexcept;
  QuantileSketch& operator=(QuantileSketch&& other) noexcept;
  ~QuantileSketch();

  // False: the value is no finite number, and nothing has changed.
  bool add(double value);

  struct Quantile {
    double value = 0;
    bool exact = true;       // else within relative_error
    bool collapsed = false;  // not even that: see above
  };
  // q is taken into 0 … 1 (not a number is 0). There is at least one value.
  Quantile quantile(double q);

  uint64_t size() const { return size_; }
  double least() const { return least_; }        // there is at least one value
  double greatest() const { return greatest_; }  // there is at least one value
  bool estimates() const { return sketching_; }  // whether the sketch is at work
  void clear();

  // Bytes held of the resource. sizeof(QuantileSketch) is not among them.
  size_t bytes() const;
  static size_t most_bytes(uint32_t exact);

  // Appends the state. Fixed form, little-endian; whoever keeps it keeps its version and a checksum.
  void save(std::string& out) const;
  // Takes a state that save() wrote; the number of exact values may have changed. False: `saved` is not such
  // a state, and the object is empty. Any bytes may be given.
  bool restore(std::string_view saved);

 private:
  void keep(double value);
  void insert(double value);
  void start_sketch();
  void release_values();
  double value_of_rank(uint64_t rank, Quantile& marks) const;
  bool restore_all(std::string_view saved);

  uint32_t exact_;
  std::pmr::memory_resource* resource_;
  double* values_ = nullptr;  // the exact ones
  uint32_t capacity_ = 0;
  bool sketching_ = false;
  bool sorted_ = false;
  uint64_t size_ = 0;
  double least_ = 0, greatest_ = 0;
  uint64_t zeros_ = 0;
  MagnitudeBuckets negative_, positive_;
};

}  // namespace sigrun
