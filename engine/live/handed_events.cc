#include "live/handed_events.h"

namespace sigrun {

// Whole, or not at all where memory ends.
void HandedEvents::append_without_texts(const EventOccurrences& from) {
  make_room(events.stamps, from.stamps.size());
  make_room(events.event_of_place, from.event_of_place.size());
  events.batch.make_room_for(from.batch);
  const auto stamps = static_cast<uint32_t>(events.stamps.size());
  events.stamps.insert(events.stamps.end(), from.stamps.begin(), from.stamps.end());
  for (uint32_t event : from.event_of_place) events.event_of_place.push_back(stamps + event);
  events.batch.append(from.batch);
}

void HandedEvents::append(const EventOccurrences& from, size_t most_text) {
  // Copies first: they may end the memory, and places must not point to what goes away.
  std::list<std::string> copies;
  for (const EventPlace& place : from.batch.places)
    copies.emplace_back(place.text.size() > most_text ? std::string_view() : place.text);
  const size_t first = events.batch.places.size();
  append_without_texts(from);
  auto copy = copies.begin();
  for (size_t i = first; i < events.batch.places.size(); ++i, ++copy) {
    EventPlace& place = events.batch.places[i];
    place.input = input;
    place.text = *copy;
    text_bytes += copy->size();
  }
  texts.splice(texts.end(), copies);
}

void HandedEvents::append(HandedEvents&& from) {
  append_without_texts(from.events);
  texts.splice(texts.end(), from.texts);  // they stay where they are
  text_bytes += from.text_bytes;
}

}  // namespace sigrun
