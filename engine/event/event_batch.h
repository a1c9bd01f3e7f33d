// A batch of framed events: the unit that travels from the reader to a worker.
//
// The bytes of a batch are contiguous and padded, so that a parser may read past the end of an event; the spans point into
// them. Filled by EventReader, read by one worker at a time; reused to avoid allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

// Readable bytes that follow the last event of a batch (simdjson reads 64 bytes at a time).
inline constexpr size_t event_padding = 64;

struct EventSpan {
  size_t begin = 0;  // into EventBatch::bytes
  size_t size = 0;
  uint64_t offset = 0;  // of the event's first byte in the (decompressed) input
  uint64_t line = 0;    // 1-based line of that byte
};

// An event that could not be framed (contracts: unbalanced, unterminated, control character, over a limit).
struct Rejection {
  uint64_t offset = 0;
  uint64_t line = 0;
  std::string reason;  // empty beyond the first Limits::rejected_reports of an input
};

// Objects that were opened as envelopes and also had fields of their own, which no rule sees.
struct EnvelopeFields {
  uint64_t envelopes = 0;
  std::string example;  // one of the fields' names, as written, cut; empty while there is none
  void add(const EnvelopeFields& other) {
    envelopes += other.envelopes;
    if (example.empty()) example = other.example;
  }
  bool empty() const { return envelopes == 0; }
  bool operator==(const EnvelopeFields&) const = default;
};

struct EventBatch {
  std::string bytes;  // events, then at least event_padding zero bytes
  std::vector<EventSpan> events;
  std::vector<Rejection> rejected;
  EnvelopeFields envelope_fields;

  bool empty() const { return events.empty() && rejected.empty() && envelope_fields.empty(); }
  std::string_view event(const EventSpan& span) const { return {bytes.data() + span.begin, span.size}; }
  void clear() {
    bytes.clear();
    events.clear();
    rejected.clear();
    envelope_fields = {};
  }
};

}  // namespace sigrun
