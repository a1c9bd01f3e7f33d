// The key paths of envelopes ("Records", "hits.hits._source") as a tree of keys, so that the framer can
// follow all of them at once with one look-up per key on the way.
//
// Arrays on the way are passed through: a path names keys only. Where one path is the beginning of another,
// the shorter wins.
// Threads: immutable after construction. Does not read JSON: the framer says which key it is at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class EnvelopePaths {
 public:
  using Node = uint32_t;
  static constexpr Node none = UINT32_MAX;
  static constexpr Node root = 0;

  explicit EnvelopePaths(const std::vector<std::string>& paths);

  bool empty() const { return nodes_.front().children.empty(); }
  // The node that `key` (as written between the quotes, escapes and all) leads to, or none.
  Node child(Node node, std::string_view key) const;
  // True where a path ends: the value's objects are events.
  bool ends(Node node) const { return nodes_[node].ends; }

 private:
  struct Child {
    std::string key;
    Node node;
  };
  struct Tree {
    std::vector<Child> children;
    uint64_t sizes = 0;  // bit min(63, size) is set for the size of each child's key: tells most keys apart
    bool ends = false;
  };
  Node find(Node node, std::string_view key) const;

  std::vector<Tree> nodes_;
};

}  // namespace sigrun
