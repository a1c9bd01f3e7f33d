#include "plan/path_trie.h"

#include "support/seeded_hash.h"

namespace sigrun {

PathTrie::PathTrie() : building_(1) {}

size_t PathTrie::EdgeHash::operator()(const EdgeView& edge) const {
  return seeded_hash(edge.segment, edge.from);
}

uint32_t PathTrie::add(std::string_view path) {
  auto [known, fresh] = added_.try_emplace(std::string(path), static_cast<uint32_t>(added_.size()));
  if (!fresh) return known->second;
  uint32_t node = root;
  for (size_t begin = 0;;) {
    size_t dot = path.find('.', begin);
    std::string_view segment = path.substr(begin, dot == path.npos ? path.npos : dot - begin);
    uint32_t next = child(node, segment);
    if (next == no_id) {
      next = static_cast<uint32_t>(building_.size());
      edges_.emplace(Edge{node, std::string(segment)}, next);
      building_[node].children.push_back(next);
      building_.emplace_back();
    }
    node = next;
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
}

uint32_t PathTrie::child(uint32_t from, std::string_view segment) const {
  auto found = edges_.find(EdgeView{from, segment});
  return found == edges_.end() ? no_id : found->second;
}

uint32_t PathTrie::descend(uint32_t from, std::string_view key, uint32_t& segments) const {
  segments = 1;
  size_t dot = key.find('.');
  if (dot == key.npos) return child(from, key);
  size_t begin = 0;
  while (true) {
    from = child(from, key.substr(begin, dot == key.npos ? key.npos : dot - begin));
    if (from == no_id || dot == key.npos) return from;
    begin = dot + 1;
    dot = key.find('.', begin);
    ++segments;
  }
}

}  // namespace sigrun
