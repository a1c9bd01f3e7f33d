// Tests of one field, by the values that satisfy them: what one look at a value finds, of any number of tests.
//
// Order of calls: add() all, freeze(), find(). Immutable after freeze(); any number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/slot_table.h"
#include "match/equality_table.h"
#include "match/text_index.h"
#include "plan/plan.h"

namespace sigrun {

class ValueIndex {
 public:
  struct Entry {
    uint32_t subject = 0;  // what the test was added for
    bool exact = false;    // being found is the test's truth; else it has to be evaluated
  };

  // False: nothing in a value announces that the test is true of it, and it was not added.
  bool add(const Test& test, uint32_t subject);
  // What add() returns.
  static bool finds(const Test& test);
  // Whether finding the test is its truth.
  static bool tells(const Test& test);
  // Literals may be left to the automata, where there are any.
  void freeze(LiteralAutomata* automata = nullptr);

  bool empty() const { return entries_.empty(); }
  // Calls found(entry), perhaps repeatedly: for each test that is true of the value, and for others. `scratch` is of the automata.
  template <class Found>
  void find(EventValue& value, SlotTable& table, LiteralScratch& scratch, Found&& found) const;

 private:
  struct Adder;
  std::span<const uint32_t> find_number(std::string_view json_number, SlotTable& table) const;
  std::vector<Entry> entries_;  // by the ids of what follows
  TextIndex texts_;
  EqualityTable numbers_;  // of canonical numbers
};

// What an index finds a test by: one of these is in every value that the test is true of, folded. Empty: there is none.
std::vector<std::string> announcing_literals(const Test& test);

template <class Found>
void ValueIndex::find(EventValue& value, SlotTable& table, LiteralScratch& scratch, Found&& found) const {
  auto found_id = [&](uint32_t id) { found(entries_[id]); };
  if (!numbers_.empty()) {
    if (value.kind == ValueKind::text) {
      for (uint32_t id : numbers_.find(table.text(value))) found_id(id);
    } else if (value.kind == ValueKind::number) {
      for (uint32_t id : find_number(value.raw, table)) found_id(id);
    }
  }
  if (!texts_.empty() && SlotTable::has_text(value)) texts_.find(table.folded(value), scratch, found_id);
}

}  // namespace sigrun
