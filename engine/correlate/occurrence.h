// What correlations are told: that a rule matched an event, when, and what the event holds in the fields they ask for.
//
// An OccurrenceBatch is filled by the engine, event by event in input order, handed to the Correlator, cleared. Memory is kept.
// Lifetimes: everything it refers to is its own, but for the events' texts, which must live until the Correlator is done with
// the batch. Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/identity.h"

namespace sigrun {

// A rule that correlations refer to: a detection by its RuleIndex; behind these the correlations, in the order of the plan.
using SourceId = uint32_t;

// Where an event stands; for evidence.
struct EventPlace {
  std::string_view input;  // its name
  uint64_t line = 0, offset = 0;
  std::string_view text;  // its JSON; empty where there is none to show
};

struct Occurrence {
  SourceId source = 0;
  bool late = false;            // behind its input's watermark
  int64_t time = 0;             // nanoseconds since 1970 UTC
  int64_t watermark = INT64_MIN;  // of its input, when it came
  Identity id;                  // of the alert that the source raises for the event, or would raise
  uint32_t place = 0;           // into OccurrenceBatch::places
  uint32_t first_captured = 0;  // into OccurrenceBatch::captured: one for each captured field of the source
};

// The values of one captured field: none, one, or an array's.
struct CapturedField {
  uint32_t first = 0, count = 0;  // of OccurrenceBatch::values
};
struct CapturedValue {
  uint32_t offset = 0, size = 0;  // of OccurrenceBatch::text
};

// Room for `more` behind what a vector or text holds, grown as push_back() would.
template <class Container>
void make_room(Container& of, size_t more) {
  if (of.capacity() - of.size() < more) of.reserve(std::max(of.size() + more, 2 * of.capacity()));
}

struct OccurrenceBatch {
  std::vector<Occurrence> occurrences;
  std::vector<EventPlace> places;
  std::vector<CapturedField> captured;
  std::vector<CapturedValue> values;
  std::string text;

  void clear() { occurrences.clear(), places.clear(), captured.clear(), values.clear(), text.clear(); }
  void add_field() { captured.push_back({static_cast<uint32_t>(values.size()), 0}); }
  // To the field added last.
  void add_value(std::string_view value) {
    values.push_back({static_cast<uint32_t>(text.size()), static_cast<uint32_t>(value.size())});
    text += value;
    ++captured.back().count;
  }

  // Copies, behind what is there; `from` is another batch. What its places point to has to live as long as this does.
  // All of it, or nothing where memory ends. After make_room_for() it does not end.
  void append(const OccurrenceBatch& from);
  void make_room_for(const OccurrenceBatch& from);
  // One occurrence with so many fields, at a place of this batch.
  Occurrence& append(const OccurrenceBatch& from, const Occurrence& occurrence, size_t fields,
                     uint32_t place);
  // The same in parts: the occurrence, then one for each field, or add_field() for one that `from` does not have.
  Occurrence& append_bare(const Occurrence& occurrence, uint32_t place);
  void append_field(const OccurrenceBatch& from, const Occurrence& occurrence, size_t field);

  std::span<const CapturedValue> values_of(const Occurrence& occurrence, size_t field) const {
    const CapturedField& of = captured[occurrence.first_captured + field];
    return {values.data() + of.first, of.count};
  }
  std::string_view text_of(const CapturedValue& value) const {
    return std::string_view(text).substr(value.offset, value.size);
  }
};

}  // namespace sigrun
