#include "match/text_index.h"

#include <algorithm>
#include <string>
#include <utility>

#include "match/necessary.h"
#include "support/utf8.h"

namespace sigrun {

bool TextIndex::add(const TextTest& test, uint32_t id) {
  empty_ = false;
  // What differs by case only is found all the same, and then has to be looked at.
  std::string needle = test.cased ? fold(longest_literal(test)) : std::string(longest_literal(test));
  switch (test.shape) {
    case TextTest::Shape::equals: equal_.add(needle, id); break;
    case TextTest::Shape::starts_with: front_literals_.push_back({std::move(needle), id}); break;
    case TextTest::Shape::ends_with: back_literals_.push_back({std::move(needle), id}); break;
    case TextTest::Shape::contains:
    case TextTest::Shape::segments:
    case TextTest::Shape::anything: literals_.push_back({std::move(needle), id}); break;
  }
  return tells(test);
}

void TextIndex::add_literal(std::string_view folded, uint32_t id) {
  empty_ = false;
  literals_.push_back({std::string(folded), id});
}

void TextIndex::freeze(LiteralAutomata* automata) {
  using Literals = std::vector<LiteralIndex::Literal>;
  auto index = [&](const Literals& literals, LiteralIndex::Anchor anchor) {
    return literals.empty() ? nullptr : std::make_unique<const LiteralIndex>(literals, anchor, automata);
  };
  equal_.freeze();
  front_ = index(std::exchange(front_literals_, {}), LiteralIndex::Anchor::front);
  back_ = index(std::exchange(back_literals_, {}), LiteralIndex::Anchor::back);
  const auto beyond =
      std::partition(literals_.begin(), literals_.end(),
                     [](const LiteralIndex::Literal& literal) { return is_ascii(literal.text); });
  beyond_ascii_ = index({beyond, literals_.end()}, LiteralIndex::Anchor::anywhere);
  literals_.erase(beyond, literals_.end());
  anywhere_ = index(std::exchange(literals_, {}), LiteralIndex::Anchor::anywhere);
}

}  // namespace sigrun
