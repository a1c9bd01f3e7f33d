#include "match/text_match.h"

#include "support/text_search.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

constexpr size_t no_match = std::string_view::npos;

// Length of the option dash at `at`, or 0: - / – — ―.
size_t dash_length(std::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '-' || text[at] == '/') return 1;
  std::string_view three = text.substr(at, 3);
  return three == "\xE2\x80\x93" || three == "\xE2\x80\x94" || three == "\xE2\x80\x95" ? 3 : 0;
}

// Where the segment ends when it begins at `at`, or no_match. Every piece takes a determined number of bytes, so a start
// has at most one end.
size_t match_segment(const TextSegment& segment, std::string_view text, size_t at) {
  for (const TextSegment::Piece& piece : segment.pieces) {
    switch (piece.kind) {
      case TextSegment::Piece::Kind::literal:
        if (text.substr(at, piece.text.size()) != piece.text) return no_match;
        at += piece.text.size();
        break;
      case TextSegment::Piece::Kind::any_one:
        if (at >= text.size()) return no_match;
        at += utf8_length(static_cast<unsigned char>(text[at]));
        break;
      case TextSegment::Piece::Kind::any_dash: {
        size_t length = dash_length(text, at);
        if (length == 0) return no_match;
        at += length;
        break;
      }
    }
  }
  return at <= text.size() ? at : no_match;
}

size_t next_start(std::string_view text, size_t at) {
  return at + utf8_length(static_cast<unsigned char>(text[at]));
}

// The leftmost place at or behind `from` where the segment fits; `end` is where it ends there.
bool find_segment(const TextSegment& segment, std::string_view text, size_t from, size_t& end) {
  const TextSegment::Piece& head = segment.pieces.front();
  for (size_t at = from; at <= text.size(); at = at < text.size() ? next_start(text, at) : at + 1) {
    if (head.kind == TextSegment::Piece::Kind::literal) {
      at = text.find(head.text, at);
      if (at == text.npos) return false;
    }
    end = match_segment(segment, text, at);
    if (end != no_match) return true;
  }
  return false;
}

// The last segment must end where the text ends. The number of code points that it takes is fixed but for its dashes, so
// starts are tried from the right.
bool ends_with_segment(const TextSegment& segment, std::string_view text, size_t from) {
  size_t longest = 0;
  for (const TextSegment::Piece& piece : segment.pieces)
    longest += piece.kind == TextSegment::Piece::Kind::literal   ? piece.text.size()
               : piece.kind == TextSegment::Piece::Kind::any_one ? 4
                                                                 : 3;
  size_t first = text.size() > longest ? text.size() - longest : 0;
  for (size_t at = std::max(from, first); at <= text.size(); ++at) {
    bool inside_code_point = at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    if (!inside_code_point && match_segment(segment, text, at) == text.size()) return true;
  }
  return false;
}

bool segments_match(const TextTest& test, std::string_view text) {
  size_t at = 0, first = 0, last = test.segments.size();
  if (!test.open_front) {
    at = match_segment(test.segments[first++], text, 0);
    if (at == no_match) return false;
    if (first == last) return test.open_end || at == text.size();
  }
  if (!test.open_end) --last;
  // Between the ends the leftmost fit is as good as any other.
  for (; first < last; ++first)
    if (!find_segment(test.segments[first], text, at, at)) return false;
  return test.open_end || ends_with_segment(test.segments[last], text, at);
}

}  // namespace

bool text_matches(const TextTest& test, std::string_view text) {
  switch (test.shape) {
    case TextTest::Shape::anything: return true;
    case TextTest::Shape::equals: return text == test.needle;
    case TextTest::Shape::starts_with: return text.starts_with(test.needle);
    case TextTest::Shape::ends_with: return text.ends_with(test.needle);
    case TextTest::Shape::contains: return has_text(text, test.needle);
    case TextTest::Shape::segments: return segments_match(test, text);
  }
  return false;
}

}  // namespace sigrun
