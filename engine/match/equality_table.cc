#include "match/equality_table.h"

#include <algorithm>
#include <bit>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

uint64_t length_bit(std::string_view text) { return uint64_t{1} << std::min<size_t>(text.size(), 63); }

}  // namespace

void EqualityTable::add(std::string_view text, uint32_t id) { entries_.push_back({std::string(text), id}); }

void EqualityTable::freeze() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.text < b.text; });
  buckets_.assign(std::bit_ceil(2 * entries_.size() + 2), {});
  const size_t mask = buckets_.size() - 1;
  for (size_t i = 0; i < entries_.size();) {
    const std::string& text = entries_[i].text;
    Bucket bucket{seeded_hash(text), static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(text.size()),
                  static_cast<uint32_t>(ids_.size()), 0};
    texts_ += text;
    lengths_ |= length_bit(text);
    longest_ = std::max(longest_, text.size());
    size_t next = i;
    for (; next < entries_.size() && entries_[next].text == text; ++next) ids_.push_back(entries_[next].id);
    bucket.last = static_cast<uint32_t>(ids_.size());
    size_t b = bucket.hash & mask;
    while (buckets_[b].first != buckets_[b].last) b = (b + 1) & mask;
    buckets_[b] = bucket;
    i = next;
  }
  entries_ = {};
}

std::span<const uint32_t> EqualityTable::find(std::string_view text) const {
  if (!(lengths_ & length_bit(text))) return {};
  const uint64_t hash = seeded_hash(text);
  const size_t mask = buckets_.size() - 1;
  for (size_t b = hash & mask;; b = (b + 1) & mask) {
    const Bucket& bucket = buckets_[b];
    if (bucket.first == bucket.last) return {};
    if (bucket.hash == hash && std::string_view(texts_).substr(bucket.begin, bucket.size) == text)
      return {ids_.data() + bucket.first, ids_.data() + bucket.last};
  }
}

}  // namespace sigrun
