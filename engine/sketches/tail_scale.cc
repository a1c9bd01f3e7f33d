#include "sketches/tail_scale.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr int per_octave_bits = 5;
constexpr int lowest_octave = -16;

// The lower bound of a bucket.
double begin_of(size_t bucket) {
  const int octave = static_cast<int>(bucket >> per_octave_bits) + lowest_octave;
  const double part = static_cast<double>(bucket & ((1u << per_octave_bits) - 1)) / (1 << per_octave_bits);
  return std::ldexp(1 + part, octave);
}

}  // namespace

// A double's exponent and the first bits of its fraction are the bucket: bounds that are linear within an octave.
uint16_t TailScale::bucket_of(double number) {
  if (!(number > begin_of(0))) return 0;
  const auto bits = std::bit_cast<uint64_t>(number);
  const auto exponent = static_cast<int>(bits >> 52 & 0x7FF) - 1023;
  const auto part = static_cast<int>(bits >> (52 - per_octave_bits) & ((1u << per_octave_bits) - 1));
  const int bucket = ((exponent - lowest_octave) << per_octave_bits) + part;
  return static_cast<uint16_t>(std::clamp(bucket, 0, static_cast<int>(buckets) - 1));
}

void TailScale::decay(double factor) {
  for (double& count : counts_) count *= factor;
}

void TailScale::settle() {
  double sum = 0;
  largest_ = 0;
  for (size_t bucket = buckets; bucket-- > 0;) {
    // What has faded away is no bucket in use: it would hold up the far tail for ever.
    if (counts_[bucket] < 1e-3) counts_[bucket] = 0;
    sum += counts_[bucket];
    above_[bucket] = sum;
    if (largest_ == 0 && counts_[bucket] > 0) largest_ = static_cast<uint16_t>(bucket);
  }
  total_ = sum;
}

double TailScale::tail(double number) const {
  if (total_ <= 0) return 1;
  const uint16_t bucket = bucket_of(number);
  // Within the bucket numbers are taken to lie evenly.
  const double begin = begin_of(bucket), end = begin_of(size_t{bucket} + 1);
  const double within = bucket == 0 ? 1 : std::clamp((end - number) / (end - begin), 0.0, 1.0);
  const double weight = above_[size_t{bucket} + 1] + counts_[bucket] * within;
  const double share = (weight + 0.5) / (total_ + 1);
  const double largest = begin_of(size_t{largest_} + 1);
  const double beyond = number > largest ? (largest / number) * (largest / number) : 1;
  return std::min(1.0, share * beyond);
}

void TailScale::save(std::string& out) const {
  uint32_t used = 0;
  for (double count : counts_) used += count > 0;
  append_bytes(out, used);
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    if (counts_[bucket] <= 0) continue;
    append_bytes(out, static_cast<uint16_t>(bucket));
    append_bytes(out, counts_[bucket]);
  }
}

bool TailScale::restore(std::string_view saved) {
  *this = {};
  uint32_t used;
  bool good = take_bytes(saved, used);
  for (uint32_t i = 0; good && i < used; ++i) {
    uint16_t bucket;
    double count;
    good = take_bytes(saved, bucket) && take_bytes(saved, count) && bucket < buckets && count > 0 &&
           std::isfinite(count);
    if (good) counts_[bucket] = count;
  }
  if (!good || !saved.empty()) {
    *this = {};
    return false;
  }
  settle();
  return true;
}

void TailSamples::fold() {
  counts_.resize(TailScale::buckets);
  for (uint16_t number : numbers_) ++counts_[number];
  numbers_.clear();
}

void TailSamples::add_to(TailScale& scale) {
  for (uint16_t number : numbers_) scale.add(number, 1);
  for (size_t bucket = 0; bucket < counts_.size(); ++bucket)
    if (counts_[bucket]) scale.add(static_cast<uint16_t>(bucket), static_cast<double>(counts_[bucket]));
  numbers_.clear();
  std::fill(counts_.begin(), counts_.end(), 0);
}

void TailSamples::save(std::string& out) const {
  append_bytes(out, static_cast<uint32_t>(numbers_.size()));
  for (uint16_t number : numbers_) append_bytes(out, number);
  append_bytes(out, static_cast<uint32_t>(counts_.size()));
  for (uint64_t count : counts_) append_bytes(out, count);
}

bool TailSamples::restore(std::string_view& saved) {
  uint32_t numbers, counts;
  if (!take_bytes(saved, numbers) || numbers > saved.size() / sizeof(uint16_t)) return false;
  numbers_.resize(numbers);
  for (uint16_t& number : numbers_)
    if (!take_bytes(saved, number) || number >= TailScale::buckets) return false;
  if (!take_bytes(saved, counts) || (counts != 0 && counts != TailScale::buckets)) return false;
  counts_.resize(counts);
  for (uint64_t& count : counts_)
    if (!take_bytes(saved, count)) return false;
  return true;
}

}  // namespace sigrun
