#include "plan/text_test.h"

#include "support/utf8.h"

namespace sigrun {

using sigma::TextPart;

TextTest TextTest::compile(const sigma::TextPattern& pattern) {
  TextTest test;
  test.cased = pattern.cased;
  TextSegment segment;
  bool first = true;
  auto close_segment = [&] {
    if (segment.pieces.empty()) return;
    segment.literal =
        segment.pieces.size() == 1 && segment.pieces[0].kind == TextSegment::Piece::Kind::literal;
    test.segments.push_back(std::move(segment));
    segment = {};
  };
  for (const TextPart& part : pattern.parts) {
    using Kind = TextSegment::Piece::Kind;
    test.open_end = part.kind == TextPart::Kind::any_run;
    switch (part.kind) {
      case TextPart::Kind::any_run:
        if (first) test.open_front = true;
        close_segment();
        break;
      case TextPart::Kind::any_one: segment.pieces.push_back({Kind::any_one, {}}); break;
      case TextPart::Kind::any_dash: segment.pieces.push_back({Kind::any_dash, {}}); break;
      case TextPart::Kind::literal:
      case TextPart::Kind::placeholder:
        segment.pieces.push_back({Kind::literal, test.cased ? part.text : fold(part.text)});
        break;
    }
    first = false;
  }
  close_segment();

  bool one_literal = test.segments.size() == 1 && test.segments[0].literal;
  if (test.segments.empty()) {
    test.shape = pattern.parts.empty() ? Shape::equals : Shape::anything;
  } else if (one_literal) {
    test.needle = test.segments[0].pieces[0].text;
    test.shape = test.open_front ? (test.open_end ? Shape::contains : Shape::ends_with)
                                 : (test.open_end ? Shape::starts_with : Shape::equals);
    test.segments.clear();
  } else {
    test.shape = Shape::segments;
  }
  return test;
}

}  // namespace sigrun
