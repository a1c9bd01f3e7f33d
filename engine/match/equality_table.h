// From a text to the ids that were entered under it: one hash look-up for all equality tests of a field.
//
// Order of calls: add() all, freeze(), find(). Immutable after freeze(); any number of threads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class EqualityTable {
 public:
  void add(std::string_view text, uint32_t id);
  void freeze();
  bool empty() const { return ids_.empty(); }
  std::span<const uint32_t> find(std::string_view text) const;
  // Of the texts; whoever would have to make up a longer one need not.
  size_t longest() const { return longest_; }

 private:
  struct Entry {
    std::string text;
    uint32_t id;
  };
  struct Bucket {
    uint64_t hash = 0;
    uint32_t begin = 0, size = 0;  // of the text in texts_
    uint32_t first = 0, last = 0;  // ids; none: a free bucket
  };
  std::vector<Entry> entries_;  // until freeze()
  std::string texts_;
  std::vector<Bucket> buckets_;  // open addressing, at most half full
  std::vector<uint32_t> ids_;
  size_t longest_ = 0;
  // A bit for what each text looks like at first sight, its size and a few bytes: most texts of events are told apart by it.
  std::array<uint64_t, 32> looks_{};
};

}  // namespace sigrun
