#include "event/event_reader.h"

#include <utility>

#include "event/chunk.h"
#include "event/chunk_reader.h"
#include "event/line_framer.h"
#include "event/ordered_framer.h"

namespace sigrun {

// The steps of chunk.h in turn.
struct EventReader::State {
  State(ByteSource& source, const std::vector<std::string>& envelopes, const Limits& limits)
      : reader(source, limits.chunk_bytes), lines(envelopes, limits), order(envelopes, limits) {}

  ChunkReader reader;
  LineFramer lines;
  OrderedFramer order;
  Chunk chunk;

  bool frame_next();
  void give(EventBatch& batch);
};

// False when there is no more.
bool EventReader::State::frame_next() {
  if (chunk.frame_rest()) return true;
  if (!reader.next(chunk)) return false;
  chunk.frame_lines(lines);
  order.take(chunk);
  return true;
}

void EventReader::State::give(EventBatch& batch) {
  std::swap(batch, chunk.batch);
  if (!chunk.rest) return;
  // The rest is in the same bytes: the batch gets its own copy of those of its events.
  std::swap(batch.bytes, chunk.batch.bytes);
  batch.bytes.clear();
  if (batch.events.empty()) return;
  const size_t first = batch.events.front().begin;
  const size_t end = batch.events.back().begin + batch.events.back().size;
  batch.bytes.append(chunk.batch.bytes.view().substr(first, end - first));
  for (EventSpan& event : batch.events) event.begin -= first;
}

EventReader::EventReader(ByteSource& source, std::vector<std::string> envelopes, const Limits& limits)
    : state_(std::make_unique<State>(source, envelopes, limits)) {}

EventReader::~EventReader() = default;

const std::string& EventReader::error() const { return state_->reader.error(); }
uint64_t EventReader::bytes_read() const { return state_->reader.bytes_read(); }

bool EventReader::next(EventBatch& batch) {
  batch.clear();
  while (state_->frame_next()) {
    if (state_->chunk.batch.empty()) continue;
    state_->give(batch);
    return true;
  }
  return false;
}

}  // namespace sigrun
