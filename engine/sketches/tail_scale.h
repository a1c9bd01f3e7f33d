// How unusual a number is among those seen before: the share of them that are at least as large, decayed over time.
//
// Counts of numbers by magnitude, in buckets whose bounds grow by 2^(1/32) (2.2 %), between 2⁻¹⁶ and 2¹⁶; what is smaller or larger shares
// the first and the last bucket. tail(x) is the share of the weight at x and above, one half of a number added (the
// estimate of an event that was never seen is not zero), and falls with the square of x beyond the largest bucket in use: an order
// among what was never seen, not a probability.
//
// Order of calls: add() between settle()s; tail() tells of what was settled. Cost: both constant; settle() goes through the buckets. 12 KB.
// Threads: tail() any number while nothing changes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class TailScale {
 public:
  static constexpr size_t buckets = 1024;
  // NaN and negative numbers count as 0.
  static uint16_t bucket_of(double number);

  void add(uint16_t bucket, double weight) { counts_[bucket] += weight; }
  // Everything added so far is told of from now on; before that, what there was loses weight: `factor` from 0 to 1.
  void decay(double factor);
  void settle();

  // In (0, 1]; 1 while nothing is known.
  double tail(double number) const;
  double total() const { return total_; }

  void save(std::string& out) const;
  bool restore(std::string_view saved);

 private:
  std::array<double, buckets> counts_{};
  std::array<double, buckets + 1> above_{};  // weight of the bucket and all behind it
  double total_ = 0;
  uint16_t largest_ = 0;  // bucket in use
};

// Numbers on their way into a TailScale: how many there are of each bucket. Threads: one at a time.
class TailSamples {
 public:
  void add(double number) {
    numbers_.push_back(TailScale::bucket_of(number));
    if (numbers_.size() >= 4096) fold();
  }
  void add_to(TailScale& scale);
  bool empty() const { return numbers_.empty() && counts_.empty(); }

  void save(std::string& out) const;
  bool restore(std::string_view& saved);

 private:
  void fold();
  std::vector<uint16_t> numbers_;
  std::vector<uint64_t> counts_;  // by bucket; empty while there are few
};

}  // namespace sigrun
