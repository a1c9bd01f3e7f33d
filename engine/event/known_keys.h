// Remembers what keys of objects lead to, and which key came behind which: events of one kind write the same keys in the same
// order, so that the next key is guessed and only has to be compared.
//
// A cache of fixed size: a key may take the place of another one, and a guess is never trusted unless it is the very key.
// Threads: one at a time; the trie must outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "plan/path_trie.h"

namespace sigrun {

class KnownKeys {
 public:
  // A key as it is written between its quotes, below a node of the trie.
  struct alignas(64) Key {
    uint32_t parent = no_id;
    uint32_t size = 0;
    uint32_t target = no_id;  // the node that it leads to; no_id: nobody wants it
    uint32_t segments = 1;    // of the path that the key is
    // The two keys that came behind it last, in the same object; and that were the first ones of the object that it held.
    std::array<uint32_t, 2> next{}, first{};
    std::array<char, 96> text{};
  };
  using Id = uint32_t;
  // What holds the event itself, and what is written before its first key.
  static constexpr Id event = 0;

  // `escaped`: keys are written as in JSON; else they stand for themselves.
  explicit KnownKeys(const PathTrie& paths, bool escaped = true)
      : paths_(paths), escaped_(escaped), keys_(places + 2) {}

  const Key& operator[](Id id) const { return keys_[id]; }

  // The key `written` of an object below `parent`, which is followed by eight readable bytes. `before`: the key before it in the
  // object, or, if it is the `first` one, the key that holds the object.
  Id find(uint32_t parent, std::string_view written, Id before, bool first) {
    const auto guesses = first ? keys_[before].first : keys_[before].next;
    Id id = guesses[0];
    if (!is(id, parent, written)) [[unlikely]] {
      id = is(guesses[1], parent, written) ? guesses[1] : look_up(parent, written);
      (first ? keys_[before].first : keys_[before].next) = std::array{id, guesses[0]};
    }
    // While the value is taken, what the next key will be compared with comes nearer.
    __builtin_prefetch(&keys_[keys_[id].next[0]]);
    return id;
  }

 private:
  static constexpr size_t places = 2048;
  static constexpr Id long_key = 1;  // one that is not kept
  bool is(Id id, uint32_t parent, std::string_view written) const {
    return keys_[id].parent == parent && is_written(keys_[id], written);
  }
  static bool is_written(const Key& key, std::string_view written) {
    if (key.size != written.size()) return false;
    // Nearly all keys are told apart by their sizes or their first eight bytes.
    const char* a = key.text.data();
    const char* b = written.data();
    uint64_t x, y;
    for (size_t left = key.size;; a += 8, b += 8, left -= 8) {
      std::memcpy(&x, a, 8);
      std::memcpy(&y, b, 8);
      // The bytes in front lie in the low ones.
      if (left <= 8) return (x ^ y) << (64 - 8 * left) == 0;
      if (x != y) return false;
    }
  }
  Id look_up(uint32_t parent, std::string_view written);

  const PathTrie& paths_;
  const bool escaped_;
  std::vector<Key> keys_;
  std::string unescaped_;
};

}  // namespace sigrun
