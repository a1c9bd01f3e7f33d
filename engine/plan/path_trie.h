// The field paths that some rule wants, as a trie over their dotted segments: what tells a walker of JSON which keys matter.
//
// A key of an object leads from a node to a child; a key that contains dots ("winlog.event_id" as one key) leads through as
// many children as it has segments. Slots are numbered in depth-first order, so that the slots below a node are one interval.
// Immutable after freeze(); then safe for any number of threads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sigrun {

using SlotId = uint32_t;
inline constexpr uint32_t no_id = 0xFFFFFFFF;

class PathTrie {
 public:
  struct Node {
    SlotId slot = no_id;         // the path that ends here
    SlotId first = 0, last = 0;  // slots of this node and below: [first, last)
    bool has_children = false;
  };

  PathTrie();

  // Before freeze(): adds a path; the result names it until freeze() and indexes slot_of() afterwards.
  uint32_t add(std::string_view path);
  void freeze();

  // After freeze().
  SlotId slot_of(uint32_t added) const { return slots_[added]; }
  size_t slot_count() const { return slot_count_; }
  static constexpr uint32_t root = 0;
  const Node& node(uint32_t id) const { return nodes_[id]; }
  // The node that a key leads to, or no_id; `segments` is how many segments the key had.
  uint32_t descend(uint32_t from, std::string_view key, uint32_t& segments) const;

 private:
  struct Building {
    std::vector<uint32_t> children;
    uint32_t added = no_id;
  };
  // An edge after freeze().
  struct Bucket {
    uint64_t hash = 0;
    uint32_t child = no_id;  // a free bucket
    uint32_t from = 0;
    uint32_t begin = 0, size = 0;  // the segment, in segments_
  };

  uint32_t find(uint32_t from, std::string_view segment) const;
  void number(uint32_t node);

  std::vector<Building> building_;
  std::vector<Node> nodes_;
  std::map<std::pair<uint32_t, std::string>, uint32_t> edges_;  // until freeze()
  std::unordered_map<std::string, uint32_t> added_;
  std::vector<SlotId> slots_;
  size_t slot_count_ = 0;
  // Open addressing, at most half full. Its keys are the rules', so no event can make them collide.
  std::vector<Bucket> buckets_;
  std::string segments_;
};

}  // namespace sigrun
