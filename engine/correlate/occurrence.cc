#include "correlate/occurrence.h"

namespace sigrun {

void OccurrenceBatch::make_room_for(const OccurrenceBatch& from) {
  make_room(places, from.places.size());
  make_room(occurrences, from.occurrences.size());
  make_room(captured, from.captured.size());
  make_room(values, from.values.size());
  make_room(text, from.text.size());
}

void OccurrenceBatch::append(const OccurrenceBatch& from) {
  make_room_for(from);
  const auto first_place = static_cast<uint32_t>(places.size());
  const auto first_captured = static_cast<uint32_t>(captured.size());
  const auto first_value = static_cast<uint32_t>(values.size());
  const auto first_text = static_cast<uint32_t>(text.size());
  places.insert(places.end(), from.places.begin(), from.places.end());
  for (Occurrence occurrence : from.occurrences) {
    occurrence.place += first_place;
    occurrence.first_captured += first_captured;
    occurrences.push_back(occurrence);
  }
  for (CapturedField field : from.captured) {
    field.first += first_value;
    captured.push_back(field);
  }
  for (CapturedValue value : from.values) {
    value.offset += first_text;
    values.push_back(value);
  }
  text += from.text;
}

Occurrence& OccurrenceBatch::append_bare(const Occurrence& occurrence, uint32_t place) {
  Occurrence& copy = occurrences.emplace_back(occurrence);
  copy.place = place;
  copy.first_captured = static_cast<uint32_t>(captured.size());
  return copy;
}

void OccurrenceBatch::append_field(const OccurrenceBatch& from, const Occurrence& occurrence, size_t field) {
  add_field();
  for (const CapturedValue& value : from.values_of(occurrence, field)) add_value(from.text_of(value));
}

Occurrence& OccurrenceBatch::append(const OccurrenceBatch& from, const Occurrence& occurrence, size_t fields,
                                    uint32_t place) {
  Occurrence& copy = append_bare(occurrence, place);
  for (size_t field = 0; field < fields; ++field) append_field(from, occurrence, field);
  return copy;
}

}  // namespace sigrun
