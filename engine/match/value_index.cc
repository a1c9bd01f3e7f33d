#include "match/value_index.h"

#include <algorithm>

#include "match/necessary.h"
#include "support/decimal.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

bool is_found(const TextTest& test) {
  return test.shape == TextTest::Shape::equals || !longest_literal(test).empty();
}

struct AnnouncingLiterals {
  using Literals = std::vector<std::string>;

  Literals operator()(const TextTest& test) const {
    const std::string_view literal = longest_literal(test);
    if (literal.empty()) return {};
    return {test.cased ? fold(literal) : std::string(literal)};
  }
  Literals operator()(const AnyTextTest& any) const {
    Literals literals;
    for (const TextTest& test : any.tests) {
      Literals of_one = (*this)(test);
      if (of_one.empty()) return {};
      literals.push_back(std::move(of_one.front()));
    }
    return literals;
  }
  Literals operator()(const RegexTest& test) const {
    const CompiledRegex::Clause* clause = rarest_clause(test);
    return clause ? *clause : Literals{};
  }
  Literals operator()(const auto&) const { return {}; }
};

}  // namespace

// Puts a test where the values that satisfy it find it.
struct ValueIndex::Adder {
  ValueIndex& index;
  uint32_t subject;

  uint32_t enter(bool exact) const {
    index.entries_.push_back({subject, exact});
    return static_cast<uint32_t>(index.entries_.size() - 1);
  }

  void operator()(const TextTest& test) const {
    const uint32_t id = enter(false);
    index.entries_[id].exact = index.texts_.add(test, id);
  }
  void operator()(const AnyTextTest& any) const {
    for (const TextTest& test : any.tests) (*this)(test);
  }
  void operator()(const RegexTest& test) const {
    for (const std::string& literal : *rarest_clause(test)) index.texts_.add_literal(literal, enter(false));
  }
  void operator()(const NumberTest& test) const { index.numbers_.add(test.canonical, enter(true)); }
  void operator()(const auto&) const {}
};

bool ValueIndex::finds(const Test& test) {
  if (auto* text = std::get_if<TextTest>(&test)) return is_found(*text);
  if (auto* any = std::get_if<AnyTextTest>(&test))
    return std::all_of(any->tests.begin(), any->tests.end(), is_found);
  if (auto* regex = std::get_if<RegexTest>(&test)) return rarest_clause(*regex) != nullptr;
  return std::holds_alternative<NumberTest>(test);
}

bool ValueIndex::tells(const Test& test) {
  if (auto* text = std::get_if<TextTest>(&test)) return is_found(*text) && TextIndex::tells(*text);
  if (auto* any = std::get_if<AnyTextTest>(&test))
    return std::all_of(any->tests.begin(), any->tests.end(),
                       [](const TextTest& one) { return is_found(one) && TextIndex::tells(one); });
  return std::holds_alternative<NumberTest>(test);
}

bool ValueIndex::add(const Test& test, uint32_t subject) {
  if (!finds(test)) return false;
  std::visit(Adder{*this, subject}, test);
  return true;
}

void ValueIndex::freeze(LiteralAutomata* automata) {
  entries_.shrink_to_fit();
  texts_.freeze(automata);
  numbers_.freeze();
}

std::span<const uint32_t> ValueIndex::find_number(std::string_view json_number, SlotTable& table) const {
  const auto number = DecimalView::from_json(json_number);
  // 1e-999999 is no reason to write a million digits.
  if (!number || number->canonical_size() > numbers_.longest()) return {};
  const std::span<char> canonical = table.room(number->canonical_size());
  number->write_canonical(canonical.data());
  return numbers_.find({canonical.data(), canonical.size()});
}

std::vector<std::string> announcing_literals(const Test& test) {
  return std::visit(AnnouncingLiterals{}, test);
}

}  // namespace sigrun
