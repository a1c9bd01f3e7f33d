#include "live/handed_events.h"

namespace sigrun {

void HandedEvents::append_without_texts(const EventOccurrences& from) {
  OccurrenceBatch& to = events.batch;
  const auto stamps = static_cast<uint32_t>(events.stamps.size());
  const auto places = static_cast<uint32_t>(to.places.size());
  const auto captured = static_cast<uint32_t>(to.captured.size());
  const auto values = static_cast<uint32_t>(to.values.size());
  const auto text = static_cast<uint32_t>(to.text.size());
  events.stamps.insert(events.stamps.end(), from.stamps.begin(), from.stamps.end());
  for (uint32_t event : from.event_of_place) events.event_of_place.push_back(stamps + event);
  to.places.insert(to.places.end(), from.batch.places.begin(), from.batch.places.end());
  for (Occurrence occurrence : from.batch.occurrences) {
    occurrence.place += places;
    occurrence.first_captured += captured;
    to.occurrences.push_back(occurrence);
  }
  for (CapturedField field : from.batch.captured) {
    field.first += values;
    to.captured.push_back(field);
  }
  for (CapturedValue value : from.batch.values) {
    value.offset += text;
    to.values.push_back(value);
  }
  to.text += from.batch.text;
}

void HandedEvents::append(const EventOccurrences& from, size_t most_text) {
  const size_t first = events.batch.places.size();
  append_without_texts(from);
  for (size_t i = first; i < events.batch.places.size(); ++i) {
    EventPlace& place = events.batch.places[i];
    place.input = input;
    if (place.text.size() > most_text) {
      place.text = {};
      continue;
    }
    place.text = texts.emplace_back(place.text);
    text_bytes += place.text.size();
  }
}

void HandedEvents::append(HandedEvents&& from) {
  append_without_texts(from.events);
  texts.splice(texts.end(), from.texts);  // they stay where they are
  text_bytes += from.text_bytes;
}

}  // namespace sigrun
