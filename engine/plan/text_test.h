// A text pattern made ready to be matched: folded (unless cased), cut at its `*` into segments, and classified so that the common shapes
// need one comparison or one search.
//
// Immutable after compile(). match/text_match.h matches it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sigma/value.h"

namespace sigrun {

// A stretch without `*`: literals, single code points and option dashes, in order.
struct TextSegment {
  struct Piece {
    enum class Kind : uint8_t { literal, any_one, any_dash };
    Kind kind = Kind::literal;
    std::string text;
  };
  std::vector<Piece> pieces;
  bool literal = false;  // exactly one literal piece
};

struct TextTest {
  enum class Shape : uint8_t {
    anything,     // `*`
    equals,       // one literal (or nothing): the whole value
    starts_with,  // literal*
    ends_with,    // *literal
    contains,     // *literal*
    segments,     // everything else
  };
  Shape shape = Shape::equals;
  bool cased = false;
  std::string needle;                         // of the first shapes; folded unless cased
  std::vector<TextSegment> segments;          // of Shape::segments
  bool open_front = false, open_end = false;  // a `*` before the first, behind the last segment

  // The pattern must hold no placeholder.
  static TextTest compile(const sigma::TextPattern& pattern);
};

}  // namespace sigrun
