#include "sketches/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr uint32_t first_capacity = 4;
constexpr uint32_t most_exact = 1 << 28;

enum : uint8_t { form_exact, form_sketch };

// From a to b, a share t of the way, as numpy reckons; halfway it is the mean.
double between(double a, double b, double t) {
  if (t == 0.5) return std::midpoint(a, b);
  const double difference = b - a;
  if (!std::isfinite(difference)) return a * (1 - t) + b * t;
  return t < 0.5 ? a + difference * t : b - difference * (1 - t);
}

}  // namespace

QuantileSketch::QuantileSketch(uint32_t exact, std::pmr::memory_resource* resource)
    : exact_(std::clamp(exact, least_exact, most_exact)),
      resource_(resource),
      negative_(resource),
      positive_(resource) {}

QuantileSketch::QuantileSketch(QuantileSketch&& other) noexcept
    : QuantileSketch(other.exact_, other.resource_) {
  *this = std::move(other);
}

QuantileSketch& QuantileSketch::operator=(QuantileSketch&& other) noexcept {
  std::swap(exact_, other.exact_);
  std::swap(resource_, other.resource_);
  std::swap(values_, other.values_);
  std::swap(capacity_, other.capacity_);
  std::swap(sketching_, other.sketching_);
  std::swap(sorted_, other.sorted_);
  std::swap(size_, other.size_);
  std::swap(least_, other.least_);
  std::swap(greatest_, other.greatest_);
  std::swap(zeros_, other.zeros_);
  std::swap(negative_, other.negative_);
  std::swap(positive_, other.positive_);
  return *this;
}

QuantileSketch::~QuantileSketch() { release_values(); }

bool QuantileSketch::add(double value) {
  if (!std::isfinite(value)) return false;
  if (!sketching_ && size_ == exact_) start_sketch();
  if (sketching_)
    insert(value);
  else
    keep(value);
  least_ = size_ == 0 ? value : std::min(least_, value);
  greatest_ = size_ == 0 ? value : std::max(greatest_, value);
  ++size_;
  return true;
}

void QuantileSketch::keep(double value) {
  if (size_ == capacity_) {
    const uint32_t capacity = std::min(std::max(first_capacity, 2 * capacity_), exact_);
    auto* const values =
        static_cast<double*>(resource_->allocate(sizeof(double) * capacity, alignof(double)));
    std::uninitialized_copy_n(values_, size_, values);
    release_values();
    values_ = values;
    capacity_ = capacity;
  }
  values_[size_] = value;
  sorted_ = false;
}

void QuantileSketch::insert(double value) {
  if (value > 0)
    positive_.add(value);
  else if (value < 0)
    negative_.add(-value);
  else
    ++zeros_;
}

void QuantileSketch::start_sketch() {
  sketching_ = true;
  for (uint64_t i = 0; i < size_; ++i) insert(values_[i]);
  release_values();
}

void QuantileSketch::release_values() {
  if (values_) resource_->deallocate(values_, sizeof(double) * capacity_, alignof(double));
  values_ = nullptr;
  capacity_ = 0;
}

QuantileSketch::Quantile QuantileSketch::quantile(double q) {
  const double share = q > 0 ? std::min(q, 1.0) : 0.0;
  const double place = static_cast<double>(size_ - 1) * share;
  const auto below = std::min(static_cast<uint64_t>(place), size_ - 1);
  const double rest = place - static_cast<double>(below);
  if (!sketching_ && !sorted_) {
    std::sort(values_, values_ + size_);
    sorted_ = true;
  }
  Quantile found;
  found.value = value_of_rank(below, found);
  if (rest > 0 && below + 1 < size_)
    found.value = between(found.value, value_of_rank(below + 1, found), rest);
  return found;
}

double QuantileSketch::value_of_rank(uint64_t rank, Quantile& marks) const {
  if (!sketching_) return values_[rank];
  if (rank == 0) return least_;
  if (rank == size_ - 1) return greatest_;
  marks.exact = false;
  double value = 0;
  if (rank < negative_.size()) {
    const auto place = negative_.at(negative_.size() - 1 - rank);
    value = -place.magnitude;
    marks.collapsed = marks.collapsed || place.collapsed;
  } else if (rank >= negative_.size() + zeros_) {
    const auto place = positive_.at(rank - negative_.size() - zeros_);
    value = place.magnitude;
    marks.collapsed = marks.collapsed || place.collapsed;
  }
  return std::clamp(value, least_, greatest_);
}

void QuantileSketch::clear() {
  release_values();
  negative_.clear();
  positive_.clear();
  sketching_ = sorted_ = false;
  size_ = zeros_ = 0;
  least_ = greatest_ = 0;
}

size_t QuantileSketch::bytes() const {
  return sizeof(double) * capacity_ + negative_.bytes() + positive_.bytes();
}

size_t QuantileSketch::most_bytes(uint32_t exact) {
  return std::max(sizeof(double) * std::clamp(exact, least_exact, most_exact),
                  2 * MagnitudeBuckets::most_bytes());
}

void QuantileSketch::save(std::string& out) const {
  append_bytes(out, static_cast<uint8_t>(sketching_ ? form_sketch : form_exact));
  if (!sketching_) {
    append_bytes(out, size_);
    for (uint64_t i = 0; i < size_; ++i) append_bytes(out, values_[i]);
    return;
  }
  append_bytes(out, least_);
  append_bytes(out, greatest_);
  append_bytes(out, zeros_);
  negative_.save(out);
  positive_.save(out);
}

bool QuantileSketch::restore(std::string_view saved) {
  clear();
  if (restore_all(saved)) return true;
  clear();
  return false;
}

bool QuantileSketch::restore_all(std::string_view saved) {
  uint8_t form;
  if (!take_bytes(saved, form)) return false;
  if (form == form_exact) {
    uint64_t values;
    if (!take_bytes(saved, values) || values > most_exact || saved.size() != values * sizeof(double))
      return false;
    for (double value = 0; take_bytes(saved, value);)
      if (!add(value)) return false;
    return true;
  }
  if (form != form_sketch) return false;
  sketching_ = true;
  if (!take_bytes(saved, least_) || !take_bytes(saved, greatest_) || !take_bytes(saved, zeros_)) return false;
  if (!negative_.restore(saved) || !positive_.restore(saved) || !saved.empty()) return false;
  if (__builtin_add_overflow(zeros_, negative_.size(), &size_)) return false;
  if (__builtin_add_overflow(size_, positive_.size(), &size_)) return false;
  if (size_ == 0) return false;
  // Not a number is not between the two either.
  return std::isfinite(least_) && std::isfinite(greatest_) && least_ <= greatest_;
}

}  // namespace sigrun
