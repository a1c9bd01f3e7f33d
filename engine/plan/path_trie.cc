#include "plan/path_trie.h"

#include <bit>
#include <cstring>

namespace sigrun {
namespace {

// Of the length and the first and last eight bytes, which tell the names of fields apart; a name that differs in the middle
// alone costs a comparison.
uint64_t hash_of(uint32_t from, std::string_view segment) {
  uint64_t first = 0, last = 0;
  const char* p = segment.data();
  const size_t size = segment.size();
  if (size >= 8) {
    std::memcpy(&first, p, 8);
    std::memcpy(&last, p + size - 8, 8);
  } else if (size >= 4) {
    std::memcpy(&first, p, 4);
    std::memcpy(&last, p + size - 4, 4);
  } else if (size > 0) {
    first = static_cast<unsigned char>(p[0]) | uint64_t{static_cast<unsigned char>(p[size / 2])} << 8 |
            uint64_t{static_cast<unsigned char>(p[size - 1])} << 16;
  }
  uint64_t hash = (first ^ (uint64_t{from} << 32 | size)) * 0x9E3779B97F4A7C15u;
  hash = (hash ^ hash >> 32 ^ last) * 0xC2B2AE3D27D4EB4Fu;
  return hash ^ hash >> 29;
}

}  // namespace

PathTrie::PathTrie() : building_(1) {}

uint32_t PathTrie::add(std::string_view path) {
  auto [known, fresh] = added_.try_emplace(std::string(path), static_cast<uint32_t>(added_.size()));
  if (!fresh) return known->second;
  uint32_t node = root;
  for (size_t begin = 0;;) {
    size_t dot = path.find('.', begin);
    std::string_view segment = path.substr(begin, dot == path.npos ? path.npos : dot - begin);
    auto [edge, is_new] =
        edges_.try_emplace({node, std::string(segment)}, static_cast<uint32_t>(building_.size()));
    if (is_new) {
      building_[node].children.push_back(edge->second);
      building_.emplace_back();
    }
    node = edge->second;
    if (dot == path.npos) break;
    begin = dot + 1;
  }
  building_[node].added = known->second;
  return known->second;
}

// Depth first without recursion: a path may have as many segments as its text allows.
void PathTrie::number(uint32_t start) {
  struct Visit {
    uint32_t node;
    size_t child;
  };
  std::vector<Visit> stack = {{start, 0}};
  while (!stack.empty()) {
    auto& [id, child] = stack.back();
    Building& source = building_[id];
    if (child == 0) {
      nodes_[id].first = static_cast<SlotId>(slot_count_);
      nodes_[id].has_children = !source.children.empty();
      if (source.added != no_id) {
        nodes_[id].slot = static_cast<SlotId>(slot_count_);
        slots_[source.added] = static_cast<SlotId>(slot_count_++);
      }
    }
    if (child < source.children.size()) {
      uint32_t next = source.children[child++];
      stack.push_back({next, 0});
    } else {
      nodes_[id].last = static_cast<SlotId>(slot_count_);
      stack.pop_back();
    }
  }
}

void PathTrie::freeze() {
  nodes_.resize(building_.size());
  slots_.resize(added_.size());
  number(root);
  building_.clear();
  building_.shrink_to_fit();
  added_.clear();
  buckets_.assign(std::bit_ceil(2 * edges_.size() + 2), {});
  for (const auto& [edge, child] : edges_) {
    const uint64_t hash = hash_of(edge.first, edge.second);
    size_t b = hash & (buckets_.size() - 1);
    while (buckets_[b].child != no_id) b = (b + 1) & (buckets_.size() - 1);
    buckets_[b] = {hash, child, edge.first, static_cast<uint32_t>(segments_.size()),
                   static_cast<uint32_t>(edge.second.size())};
    segments_ += edge.second;
  }
  edges_.clear();
}

uint32_t PathTrie::find(uint32_t from, std::string_view segment) const {
  const uint64_t hash = hash_of(from, segment);
  for (size_t b = hash & (buckets_.size() - 1);; b = (b + 1) & (buckets_.size() - 1)) {
    const Bucket& bucket = buckets_[b];
    if (bucket.child == no_id) return no_id;
    if (bucket.hash == hash && bucket.from == from && bucket.size == segment.size() &&
        std::memcmp(segments_.data() + bucket.begin, segment.data(), segment.size()) == 0)
      return bucket.child;
  }
}

uint32_t PathTrie::descend(uint32_t from, std::string_view key, uint32_t& segments) const {
  segments = 1;
  size_t dot = key.find('.');
  if (dot == key.npos) return find(from, key);
  size_t begin = 0;
  while (true) {
    from = find(from, key.substr(begin, dot == key.npos ? key.npos : dot - begin));
    if (from == no_id || dot == key.npos) return from;
    begin = dot + 1;
    dot = key.find('.', begin);
    ++segments;
  }
}

}  // namespace sigrun
