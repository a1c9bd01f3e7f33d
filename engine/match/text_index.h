// Text tests by the text that satisfies them: what one look at a value finds, of any number of tests.
//
// Order of calls: add() all, freeze(), find(). Immutable after freeze(); any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "match/equality_table.h"
#include "match/literal_index.h"
#include "plan/text_test.h"
#include "support/utf8.h"

namespace sigrun {

class TextIndex {
 public:
  // Under `id`: a test whose truth is being found (returns true), or else what every text that satisfies it has in it. Tests that
  // no literal is necessary for must not be added: longest_literal() is empty.
  bool add(const TextTest& test, uint32_t id);
  static bool tells(const TextTest& test) { return !test.cased && test.shape != TextTest::Shape::segments; }
  void add_literal(std::string_view folded, uint32_t id);
  // Literals may be left to the automata, where there are any.
  void freeze(LiteralAutomata* automata = nullptr);

  bool empty() const { return empty_; }
  // Calls found(id), perhaps repeatedly, for everything that `folded` satisfies.
  // `folded` and `scratch` are as for LiteralIndex::scan.
  template <class Found>
  void find(std::string_view folded, LiteralScratch& scratch, Found&& found) const {
    for (uint32_t id : equal_.find(folded)) found(id);
    if (back_) back_->scan(folded, scratch, found);
    if (front_) front_->scan(folded, scratch, found);
    if (anywhere_) anywhere_->scan(folded, scratch, found);
    if (beyond_ascii_ && !is_ascii(folded)) beyond_ascii_->scan(folded, scratch, found);
  }
  // The same without a scratch, for an index without automata: with them it would be slow.
  template <class Found>
  void find(std::string_view folded, Found&& found) const {
    for (uint32_t id : equal_.find(folded)) found(id);
    if (back_) back_->scan(folded, found);
    if (front_) front_->scan(folded, found);
    if (anywhere_) anywhere_->scan(folded, found);
    if (beyond_ascii_ && !is_ascii(folded)) beyond_ascii_->scan(folded, found);
  }

 private:
  bool empty_ = true;
  EqualityTable equal_;
  // Null: no literal has to stand there. Of many indexes most have literals of one kind only.
  std::unique_ptr<const LiteralIndex> front_, back_, anywhere_;
  // Of those that can be anywhere, the ones that most texts need not be searched for.
  std::unique_ptr<const LiteralIndex> beyond_ascii_;
  std::vector<LiteralIndex::Literal> front_literals_, back_literals_, literals_;  // until freeze()
};

}  // namespace sigrun
