// Reading whole texts with the event reader, for its tests.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_reader.h"

namespace sigrun::test {

// Gives at most `step` bytes at a time; fails at the end if told so.
class SteppedSource : public ByteSource {
 public:
  SteppedSource(std::string_view text, size_t step, std::string error_at_end = {})
      : text_(text), step_(step), error_at_end_(std::move(error_at_end)) {}
  size_t read(char* to, size_t capacity) override {
    size_t size = text_.copy(to, std::min(step_, capacity), at_);
    at_ += size;
    if (size == 0) error_ = error_at_end_;
    return size;
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return at_; }
  uint64_t total() const override { return text_.size(); }

 private:
  std::string_view text_;
  size_t step_, at_ = 0;
  std::string error_at_end_, error_;
};

struct Found {
  struct Event {
    std::string text;
    uint64_t offset, line;
    bool operator==(const Event&) const = default;
  };
  struct Refused {
    uint64_t offset, line;
    std::string reason;
    bool operator==(const Refused&) const = default;
  };
  std::vector<Event> events;
  std::vector<Refused> rejected;
  EnvelopeFields envelope_fields;
  std::string error;
  uint64_t bytes_read = 0;
  size_t largest_batch = 0;
  bool operator==(const Found& other) const { return events == other.events && rejected == other.rejected && envelope_fields == other.envelope_fields; }
};

inline const std::vector<std::string> all_envelopes = {"Records", "logEvents", "records", "_source", "hits.hits._source"};

struct Setup {
  size_t step = SIZE_MAX;
  size_t chunk_bytes = 1 << 20;
  size_t event_bytes = 16 << 20;
  size_t event_depth = 128;
  std::vector<std::string> envelopes = all_envelopes;
};

inline Limits limits_of(const Setup& setup) {
  Limits limits;
  limits.chunk_bytes = setup.chunk_bytes;
  limits.event_bytes = setup.event_bytes;
  limits.event_depth = setup.event_depth;
  return limits;
}

inline Found read_all(ByteSource& source, const Setup& setup) {
  EventReader reader(source, setup.envelopes, limits_of(setup));
  Found found;
  EventBatch batch;
  while (reader.next(batch)) {
    REQUIRE_FALSE(batch.empty());
    found.envelope_fields.add(batch.envelope_fields);
    for (const EventSpan& span : batch.events) {
      if (!batch.lent) REQUIRE(span.begin + span.size <= batch.bytes.size());
      found.events.push_back({std::string(batch.event(span)), span.offset, span.line});
    }
    if (!batch.events.empty() && !batch.lent) {
      REQUIRE(std::string_view(batch.bytes.data() + batch.bytes.size(), event_padding) == std::string(event_padding, '\0'));
    }
    for (const Rejection& rejection : batch.rejected) {
      found.rejected.push_back({rejection.offset, rejection.line, rejection.reason});
    }
    found.largest_batch = std::max(found.largest_batch, batch.bytes.size());
  }
  REQUIRE_FALSE(reader.next(batch));
  found.error = reader.error();
  found.bytes_read = reader.bytes_read();
  return found;
}

inline Found frame(std::string_view text, const Setup& setup = {}) {
  SteppedSource source(text, setup.step);
  Found found = read_all(source, setup);
  // The same where it lies in memory, in small pieces.
  if (!text.empty()) {
    Setup pieces = setup;
    pieces.chunk_bytes = 100;
    const auto memory = memory_byte_source(text);
    const Found same = read_all(*memory, pieces);
    CHECK(same == found);
    CHECK(same.bytes_read == found.bytes_read);
  }
  return found;
}

inline std::string shown(const Found& found) {
  std::string out;
  for (const auto& event : found.events) {
    out += "event " + std::to_string(event.offset) + " line " + std::to_string(event.line) + ": " + event.text + "\n";
  }
  for (const auto& refused : found.rejected) {
    out += "rejected " + std::to_string(refused.offset) + " line " + std::to_string(refused.line) + ": " + refused.reason + "\n";
  }
  return out;
}

// What holds for any input.
inline void check_consistent(std::string_view text, const Found& found, const Setup& setup) {
  uint64_t end = 0;
  for (const auto& event : found.events) {
    CHECK(event.offset >= end);
    end = event.offset + event.text.size();
    REQUIRE(end <= text.size());
    CHECK(text.substr(event.offset, event.text.size()) == event.text);
    CHECK(event.text.front() == '{');
    CHECK(event.text.back() == '}');
    CHECK(event.text.size() <= setup.event_bytes);
    CHECK(event.line == 1 + static_cast<uint64_t>(std::count(text.begin(), text.begin() + event.offset, '\n')));
  }
  for (const auto& refused : found.rejected) {
    REQUIRE(refused.offset < text.size());
    CHECK(refused.line == 1 + static_cast<uint64_t>(std::count(text.begin(), text.begin() + refused.offset, '\n')));
  }
  for (size_t i = 0; i < found.rejected.size(); ++i) CHECK(found.rejected[i].reason.empty() == (i >= Limits{}.rejected_reports));
}

inline std::string repeated(std::string_view part, size_t count) {
  std::string text;
  text.reserve(part.size() * count);
  while (count-- > 0) text += part;
  return text;
}

}  // namespace sigrun::test
