// What is searched for when literals are: shared by the own search (literal_index.h) and the automaton (literal_automaton.h).
#pragma once

#include <cstdint>
#include <string>

namespace sigrun {

// Which of the two finds the literals of a set. Both find the same; docs/decisions/2026-11-23-literal-search.md says when
// which is faster.
enum class LiteralSearch : uint8_t {
  automatic,   // the faster one, by measurement
  own,         // grams in a bitmap: in every build
  vectorscan,  // an automaton of vectorscan or Hyperscan: in builds with -Dvectorscan
};

// Where in the text a literal must stand.
enum class LiteralAnchor : uint8_t { anywhere, front, back };

struct SearchedLiteral {
  std::string text;  // not empty
  uint32_t id = 0;
};

}  // namespace sigrun
