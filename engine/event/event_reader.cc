#include "event/event_reader.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "event/framer.h"
#include "event/line_framer.h"

namespace sigrun {
namespace {

// Enough for every mark that an input may begin with.
constexpr size_t mark_bytes = 8;

// Why an input that begins so is none, or empty.
std::string refuse(std::string_view beginning) {
  if (beginning.starts_with("\xff\xfe") || beginning.starts_with("\xfe\xff")) {
    return "UTF-16 text: convert it to UTF-8 first, for example with `iconv -f UTF-16 -t UTF-8`";
  }
  if (is_evtx(beginning)) return evtx_refusal("FILE.evtx");
  return {};
}

}  // namespace

// Bytes that are framed but still needed, and those that are not framed yet, lie in one buffer; what was
// found is copied into the batch in one piece.
struct EventReader::State {
  State(ByteSource& from, const std::vector<std::string>& envelopes, const Limits& limits)
      : source(from),
        lines(envelopes, limits),
        framer(envelopes, limits),
        chunk_bytes(std::max<size_t>(limits.chunk_bytes, 1)) {}

  ByteSource& source;
  LineFramer lines;  // takes what it can, the other one the rest
  Framer framer;
  const size_t chunk_bytes;

  std::unique_ptr<char[]> buffer;
  size_t capacity = 0;
  size_t begin = 0, end = 0;  // the bytes in use
  uint64_t offset = 0;        // of buffer[begin] in the input
  uint64_t bytes_read = 0;
  bool started = false;
  bool at_end = false;  // the source has no more
  bool full = false;    // the framer is not done with the bytes it has
  bool done = false;    // nothing more will be found
  std::string error;

  void make_room(size_t room);
  size_t read(size_t wanted);
  void fill();
  bool start();
};

// Moves the bytes in use to the front, with room for more and for the padding.
void EventReader::State::make_room(size_t room) {
  size_t used = end - begin, needed = used + room + event_padding;
  if (needed > capacity) {
    size_t larger = std::max(needed, capacity + capacity / 2);
    std::unique_ptr<char[]> moved(new char[larger]);
    if (used > 0) std::memcpy(moved.get(), buffer.get() + begin, used);
    buffer = std::move(moved);
    capacity = larger;
  } else if (begin > 0) {
    std::memmove(buffer.get(), buffer.get() + begin, used);
  }
  begin = 0;
  end = used;
}

// Appends up to `wanted` bytes; fewer at the end of the input, and whatever has come of a live one.
size_t EventReader::State::read(size_t wanted) {
  size_t got = 0;
  while (got < wanted && !at_end) {
    size_t size = source.read(buffer.get() + end, wanted - got);
    if (size == 0) {
      at_end = true;
      error = source.error();
    }
    got += size;
    end += size;
    if (source.live()) break;
  }
  bytes_read += got;
  return got;
}

// Looks at the first bytes; false if the input is refused.
bool EventReader::State::start() {
  started = true;
  make_room(mark_bytes);
  while (end < mark_bytes && !at_end) read(mark_bytes - end);
  std::string_view beginning(buffer.get(), end);
  std::string refusal = refuse(beginning);
  if (!refusal.empty()) {
    error = std::move(refusal);
    at_end = done = true;
    return false;
  }
  if (beginning.starts_with("\xef\xbb\xbf")) begin = 3;  // UTF-8's byte order mark
  offset = begin;
  framer.begin_at(offset);
  return true;
}

void EventReader::State::fill() {
  make_room(chunk_bytes);
  read(chunk_bytes);
  std::memset(buffer.get() + end, 0, event_padding);
}

EventReader::EventReader(ByteSource& source, std::vector<std::string> envelopes, const Limits& limits)
    : state_(std::make_unique<State>(source, envelopes, limits)) {}

EventReader::~EventReader() = default;

const std::string& EventReader::error() const { return state_->error; }
uint64_t EventReader::bytes_read() const { return state_->bytes_read; }

namespace {

// Copies the bytes of the events, which begin relative to `data`, into their batch.
void take_events(EventBatch& batch, const char* data) {
  if (batch.events.empty()) return;
  size_t first = batch.events.front().begin;
  size_t last = batch.events.back().begin + batch.events.back().size;
  batch.bytes.reserve(last - first + event_padding);
  batch.bytes.assign(data + first, last - first);
  batch.bytes.append(event_padding, '\0');
  for (EventSpan& event : batch.events) event.begin -= first;
}

}  // namespace

bool EventReader::next(EventBatch& batch) {
  State& state = *state_;
  batch.clear();
  if (!state.started && !state.start()) return false;
  while (!state.done) {
    if (!state.full) state.fill();
    const char* data = state.buffer.get() + state.begin;
    if (state.framer.is_between_lines(state.offset)) {
      auto framed = state.lines.run(data, state.end - state.begin, state.offset, state.framer.line(),
                                    state.at_end, batch);
      state.framer.skip_lines(framed.bytes, framed.lines);
      // The rest of a line comes with the next bytes, but for inputs that may be silent for long.
      if (framed.waits && !state.source.live()) {
        take_events(batch, data);
        state.begin += framed.bytes;
        state.offset += framed.bytes;
        if (!batch.empty()) return true;
        continue;
      }
    }
    auto progress = state.framer.run(data, state.end - state.begin, state.offset, state.at_end, batch);
    take_events(batch, data);
    assert(progress.forget <= state.end - state.begin);
    state.begin += progress.forget;
    state.offset += progress.forget;
    state.full = progress.full;
    state.done = state.at_end && !state.full;
    if (!batch.empty()) return true;
  }
  return false;
}

}  // namespace sigrun
