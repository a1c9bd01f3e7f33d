#include "match/equality_table.h"

#include <algorithm>
#include <bit>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

// Of 2,048 bits.
uint32_t look_of(std::string_view text) {
  auto look = static_cast<uint32_t>(text.size());
  if (!text.empty())
    for (size_t at : {size_t{0}, text.size() / 2, text.size() - 1})
      look = look << 8 ^ look >> 24 ^ static_cast<unsigned char>(text[at]);
  return look * 0x9E3779B1u >> 21;
}

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
    const uint32_t look = look_of(text);
    looks_[look / 64] |= uint64_t{1} << look % 64;
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
  const uint32_t look = look_of(text);
  if (!(looks_[look / 64] >> look % 64 & 1)) return {};
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
