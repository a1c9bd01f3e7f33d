#include "sketches/seen_filter.h"

#include <algorithm>
#include <cstring>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr int probes = 7;
constexpr uint32_t bit_mask = 1024 * 8 - 1;

// Two halves of a hash make as many probes as are wanted (Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2006).
uint32_t probe_of(uint64_t hash, int probe) {
  const auto first = static_cast<uint32_t>(hash), second = static_cast<uint32_t>(hash >> 32) | 1;
  return (first + static_cast<uint32_t>(probe) * second) & bit_mask;
}

}  // namespace

SeenFilter::Filter SeenFilter::make() {
  Filter filter{static_cast<uint64_t*>(memory_->allocate(filter_bytes, alignof(uint64_t))), 0};
  std::memset(filter.words, 0, filter_bytes);
  return filter;
}

bool SeenFilter::contains(const Filter& filter, uint64_t hash) {
  for (int probe = 0; probe < probes; ++probe) {
    const uint32_t bit = probe_of(hash, probe);
    if (!(filter.words[bit / 64] >> (bit % 64) & 1)) return false;
  }
  return true;
}

void SeenFilter::add(uint64_t hash) {
  Generation& newer = generations_[0];
  if (!newer.empty() && contains(newer.back(), hash)) return;
  if (newer.empty() || newer.back().hashes >= most_hashes) {
    if (newer.size() + generations_[1].size() < most_filters_ || newer.empty())
      newer.push_back(make());
    else
      crowded_ = true;
  }
  Filter& filter = newer.back();
  ++filter.hashes;
  for (int probe = 0; probe < probes; ++probe) {
    const uint32_t bit = probe_of(hash, probe);
    filter.words[bit / 64] |= uint64_t{1} << (bit % 64);
  }
}

bool SeenFilter::contains(uint64_t hash) const {
  for (const Generation& generation : generations_)
    for (const Filter& filter : generation)
      if (contains(filter, hash)) return true;
  return false;
}

void SeenFilter::drop(Generation& generation) {
  for (const Filter& filter : generation) memory_->deallocate(filter.words, filter_bytes, alignof(uint64_t));
  generation.clear();
}

void SeenFilter::turn() {
  drop(generations_[1]);
  std::swap(generations_[0], generations_[1]);
  crowded_ = false;
}

void SeenFilter::clear() {
  for (Generation& generation : generations_) drop(generation);
  crowded_ = false;
}

void SeenFilter::save(std::string& out) const {
  append_bytes(out, static_cast<uint8_t>(crowded_));
  for (const Generation& generation : generations_) {
    append_bytes(out, static_cast<uint32_t>(generation.size()));
    for (const Filter& filter : generation) {
      append_bytes(out, filter.hashes);
      for (size_t i = 0; i < filter_bytes / 8; ++i) append_bytes(out, filter.words[i]);
    }
  }
}

bool SeenFilter::restore(std::string_view& saved) {
  clear();
  uint8_t crowded;
  if (!take_bytes(saved, crowded) || crowded > 1) return false;
  for (Generation& generation : generations_) {
    uint32_t count;
    if (!take_bytes(saved, count) || count > saved.size() / filter_bytes) return false;
    for (uint32_t i = 0; i < count; ++i) {
      if (saved.size() < filter_bytes) return false;
      generation.push_back(make());
      Filter& filter = generation.back();
      if (!take_bytes(saved, filter.hashes)) return false;
      for (size_t word = 0; word < filter_bytes / 8; ++word)
        if (!take_bytes(saved, filter.words[word])) return false;
    }
  }
  crowded_ = crowded != 0;
  return true;
}

}  // namespace sigrun
