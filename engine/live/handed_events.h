// What the events of one input were found to be, on its way from the callers' threads to the correlations: their times, and what matched.
//
// append() takes over what evaluating left in an EventOccurrences, with copies of the texts that it points to, which do not live longer than the call.
// A plain value that owns what it holds. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>

#include "engine.h"

namespace sigrun {

struct HandedEvents {
  EventOccurrences events;
  // Of the places; a list, for strings that move would take short texts along.
  std::list<std::string> texts;
  std::string_view input;  // its name, which lives as long as the input

  bool empty() const { return events.stamps.empty(); }
  bool has_occurrences() const { return !events.batch.occurrences.empty(); }
  size_t bytes() const {
    const OccurrenceBatch& batch = events.batch;
    return events.stamps.size() * sizeof(EventStamp) + batch.occurrences.size() * sizeof(Occurrence) +
           batch.places.size() * sizeof(EventPlace) + batch.captured.size() * sizeof(CapturedField) +
           batch.values.size() * sizeof(CapturedValue) + batch.text.size() + text_bytes;
  }
  void clear() {
    events.clear();
    texts.clear();
    text_bytes = 0;
  }

  // Behind what is there. Events longer than `most_text` are named and not shown, as by the correlations.
  void append(const EventOccurrences& from, size_t most_text);
  void append(HandedEvents&& from);

  size_t text_bytes = 0;

 private:
  void append_without_texts(const EventOccurrences& from);
};

}  // namespace sigrun
