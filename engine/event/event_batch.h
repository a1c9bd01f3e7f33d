// A batch of framed events: the unit that travels from the reader to a worker.
//
// The bytes of a batch are contiguous and padded, so that a parser may read past the end of an event; the spans point into
// them. They are the batch's own, or lie in memory that the input was given in. Filled by EventReader, read by one worker at a
// time; reused to avoid allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/padded_bytes.h"
#include "event/token_places.h"

namespace sigrun {

// A batch ends early when it has this many events: bounds the memory of an input of empty objects.
inline constexpr size_t batch_events = 32'768;

struct EventSpan {
  size_t begin = 0;  // into EventBatch::bytes
  size_t size = 0;
  uint64_t offset = 0;  // of the event's first byte in the (decompressed) input
  uint64_t line = 0;    // 1-based line of that byte
  // Its tokens in EventBatch::tokens, where they are known; else no tokens.
  uint32_t first_token = 0, token_count = 0;
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
  PaddedBytes bytes;
  // Where the events are if not in `bytes`: memory of a memory_byte_source, followed by event_padding readable bytes.
  const char* lent = nullptr;
  std::vector<EventSpan> events;
  std::vector<Rejection> rejected;
  // Where the tokens of events stand (json_tokens.h), counted from the event's first byte; behind those of each event stands
  // its size.
  TokenPlaces tokens;
  EnvelopeFields envelope_fields;
  // The line that the input ends in the middle of, rejected: another time there may be more of it.
  struct Place {
    uint64_t offset, line;
  };
  std::optional<Place> unfinished;

  bool empty() const { return events.empty() && rejected.empty() && envelope_fields.empty(); }
  std::span<const uint32_t> tokens_of(const EventSpan& span) const {
    if (span.token_count == 0) return {};
    return {tokens.data() + span.first_token, span.token_count + size_t{1}};
  }
  std::string_view event(const EventSpan& span) const {
    return {(lent ? lent : bytes.data()) + span.begin, span.size};
  }
  void clear() {
    bytes.clear();
    lent = nullptr;
    forget_found();
  }
  // All but the bytes.
  void forget_found() {
    events.clear();
    rejected.clear();
    tokens.clear();
    envelope_fields = {};
    unfinished.reset();
  }
};

}  // namespace sigrun
