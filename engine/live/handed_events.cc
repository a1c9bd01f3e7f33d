#include "live/handed_events.h"

namespace sigrun {

void HandedEvents::append_without_texts(const EventOccurrences& from) {
  const auto stamps = static_cast<uint32_t>(events.stamps.size());
  events.stamps.insert(events.stamps.end(), from.stamps.begin(), from.stamps.end());
  for (uint32_t event : from.event_of_place) events.event_of_place.push_back(stamps + event);
  events.batch.append(from.batch);
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
