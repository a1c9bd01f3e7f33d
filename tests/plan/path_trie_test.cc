#include "plan/path_trie.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun;

namespace {

uint32_t descend(const PathTrie& trie, uint32_t from, std::string_view key, uint32_t expected_segments = 1) {
  uint32_t segments = 0;
  uint32_t node = trie.descend(from, key, segments);
  if (node != no_id) CHECK(segments == expected_segments);
  return node;
}

}  // namespace

TEST_CASE("path trie: a path is found segment by segment, and as keys that hold dots") {
  PathTrie trie;
  uint32_t added = trie.add("a.b.c");
  trie.freeze();
  uint32_t a = descend(trie, PathTrie::root, "a");
  REQUIRE(a != no_id);
  CHECK(trie.node(a).slot == no_id);
  CHECK(trie.node(a).has_children);
  uint32_t c = descend(trie, descend(trie, a, "b"), "c");
  REQUIRE(c != no_id);
  CHECK(trie.node(c).slot == trie.slot_of(added));
  CHECK_FALSE(trie.node(c).has_children);
  CHECK(descend(trie, PathTrie::root, "a.b.c", 3) == c);
  CHECK(descend(trie, a, "b.c", 2) == c);
  CHECK(descend(trie, PathTrie::root, "b") == no_id);
  CHECK(descend(trie, PathTrie::root, "a.c", 2) == no_id);
  CHECK(descend(trie, PathTrie::root, "a.", 2) == no_id);
  CHECK(descend(trie, PathTrie::root, "") == no_id);
}

TEST_CASE("path trie: a path added twice is one; prefixes have slots of their own") {
  PathTrie trie;
  uint32_t ab = trie.add("a.b"), a = trie.add("a"), again = trie.add("a.b"), x = trie.add("x");
  trie.freeze();
  CHECK(ab == again);
  CHECK(trie.slot_count() == 3);
  CHECK(trie.slot_of(a) != trie.slot_of(ab));
  CHECK(trie.slot_of(x) != trie.slot_of(ab));
}

TEST_CASE("path trie: the slots below a node are one interval") {
  PathTrie trie;
  for (const std::string path : {"a.b.c", "x", "a", "a.b.d", "a.e", "y.z"}) trie.add(path);
  trie.freeze();
  const PathTrie::Node& root = trie.node(PathTrie::root);
  CHECK(root.first == 0);
  CHECK(root.last == trie.slot_count());
  const PathTrie::Node& a = trie.node(descend(trie, PathTrie::root, "a"));
  CHECK(a.last - a.first == 4);
  const PathTrie::Node& b = trie.node(descend(trie, PathTrie::root, "a.b", 2));
  CHECK(b.last - b.first == 2);
  CHECK(b.first >= a.first);
  CHECK(b.last <= a.last);
}

TEST_CASE("path trie: empty segments, odd names and very long paths") {
  PathTrie trie;
  std::string deep = "d";
  for (int i = 0; i < 100'000; ++i) deep += ".d";
  uint32_t odd = trie.add("a..#attributes.x y"), long_path = trie.add(deep);
  trie.freeze();
  CHECK(trie.node(descend(trie, PathTrie::root, "a..#attributes.x y", 4)).slot == trie.slot_of(odd));
  CHECK(trie.node(descend(trie, PathTrie::root, deep, 100'001)).slot == trie.slot_of(long_path));
}

TEST_CASE("path trie: nothing wanted") {
  PathTrie trie;
  trie.freeze();
  CHECK(trie.slot_count() == 0);
  CHECK(descend(trie, PathTrie::root, "a") == no_id);
}
