#include "sketches/magnitude_buckets.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr double gamma = 1.01 / 0.99;
constexpr double log_gamma = 0.02000066670666952406;
constexpr uint32_t first_capacity = 16;
constexpr int32_t most_distant = 40'000;  // farther from zero than the bucket of any double

}  // namespace

int32_t MagnitudeBuckets::bucket_of(double magnitude) {
  return static_cast<int32_t>(std::ceil(std::log(magnitude) * (1 / log_gamma)));
}

double MagnitudeBuckets::magnitude_of(int32_t bucket) {
  return std::exp(bucket * log_gamma) * (2 / (gamma + 1));
}

void MagnitudeBuckets::add(double magnitude) {
  constexpr auto most = static_cast<int32_t>(most_buckets);
  int32_t bucket = bucket_of(magnitude);
  if (size_ == 0) {
    span(bucket, bucket);
  } else if (bucket > highest_) {
    if (bucket - lowest_ >= most) collapse_below(bucket - most + 1);
    span(lowest_, bucket);
  } else if (bucket < lowest_) {
    const int32_t reachable = std::max(bucket, highest_ - most + 1);
    if (reachable < lowest_) span(reachable, highest_);
    collapsed_ = collapsed_ || bucket < reachable;
    bucket = reachable;
  }
  ++counts_[bucket - lowest_];
  ++size_;
}

// Makes these the buckets in use, of which those that were are some.
void MagnitudeBuckets::span(int32_t lowest, int32_t highest) {
  const auto wanted = static_cast<uint32_t>(highest - lowest + 1);
  const auto used = static_cast<uint32_t>(highest_ - lowest_ + 1);
  const uint32_t before = used == 0 ? 0 : static_cast<uint32_t>(lowest_ - lowest);
  if (wanted > capacity_) {
    const uint32_t capacity = std::min(std::max(first_capacity, std::bit_ceil(wanted)), most_buckets);
    auto* const counts =
        static_cast<uint64_t*>(resource_->allocate(sizeof(uint64_t) * capacity, alignof(uint64_t)));
    std::uninitialized_copy_n(counts_, used, counts + before);
    if (counts_) resource_->deallocate(counts_, bytes(), alignof(uint64_t));
    counts_ = counts;
    capacity_ = capacity;
  } else if (before > 0) {
    std::copy_backward(counts_, counts_ + used, counts_ + before + used);
  }
  std::fill_n(counts_, before, 0);
  std::fill(counts_ + before + used, counts_ + wanted, 0);
  lowest_ = lowest;
  highest_ = highest;
}

// What is lower than `bucket` is counted in it from now on.
void MagnitudeBuckets::collapse_below(int32_t bucket) {
  const int32_t last = std::min(bucket, highest_);
  uint64_t together = 0;
  for (int32_t each = lowest_; each <= last; ++each) together += counts_[each - lowest_];
  std::copy(counts_ + (last - lowest_), counts_ + (highest_ - lowest_ + 1), counts_);
  counts_[0] = together;
  highest_ = std::max(highest_, bucket);
  lowest_ = bucket;
  collapsed_ = true;
}

MagnitudeBuckets::Place MagnitudeBuckets::at(uint64_t rank) const {
  int32_t bucket = lowest_;
  for (const uint64_t* count = counts_; rank >= *count && bucket < highest_; ++count, ++bucket)
    rank -= *count;
  return {magnitude_of(bucket), collapsed_ && bucket == lowest_};
}

void MagnitudeBuckets::clear() {
  if (counts_) resource_->deallocate(counts_, bytes(), alignof(uint64_t));
  counts_ = nullptr;
  capacity_ = 0;
  lowest_ = 0;
  highest_ = -1;
  collapsed_ = false;
  size_ = 0;
}

void MagnitudeBuckets::swap(MagnitudeBuckets& other) noexcept {
  std::swap(resource_, other.resource_);
  std::swap(counts_, other.counts_);
  std::swap(capacity_, other.capacity_);
  std::swap(lowest_, other.lowest_);
  std::swap(highest_, other.highest_);
  std::swap(collapsed_, other.collapsed_);
  std::swap(size_, other.size_);
}

void MagnitudeBuckets::save(std::string& out) const {
  append_bytes(out, static_cast<uint8_t>(collapsed_));
  append_bytes(out, lowest_);
  append_bytes(out, highest_);
  for (int32_t bucket = lowest_; bucket <= highest_; ++bucket) append_bytes(out, counts_[bucket - lowest_]);
}

bool MagnitudeBuckets::restore(std::string_view& saved) {
  clear();
  uint8_t collapsed;
  int32_t lowest, highest;
  if (!take_bytes(saved, collapsed) || !take_bytes(saved, lowest) || !take_bytes(saved, highest))
    return false;
  if (collapsed > 1) return false;
  if (lowest == 0 && highest == -1) return collapsed == 0;
  if (lowest > highest || lowest < -most_distant || highest > most_distant) return false;
  const auto buckets = static_cast<size_t>(highest - lowest + 1);
  if (buckets > most_buckets || buckets > saved.size() / sizeof(uint64_t)) return false;
  span(lowest, highest);
  collapsed_ = collapsed != 0;
  bool sound = true;
  for (size_t i = 0; i < buckets; ++i) {
    take_bytes(saved, counts_[i]);
    sound = sound && !__builtin_add_overflow(size_, counts_[i], &size_);
  }
  // The lowest and the highest are in use.
  sound = sound && counts_[0] > 0 && counts_[buckets - 1] > 0;
  if (!sound) clear();
  return sound;
}

}  // namespace sigrun
