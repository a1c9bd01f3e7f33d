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

// Bytes that are not framed yet lie in a buffer; the batch takes it as it is, and what is left goes into the batch's old one.
// Bytes that lie in memory already are framed where they are, as long as they come in lines.
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

  PaddedBytes buffer;
  size_t begin = 0;     // of the bytes in the buffer that are not framed yet
  uint64_t offset = 0;  // of that place in the input
  uint64_t bytes_read = 0;
  bool started = false;
  bool at_end = false;  // the source has no more
  bool full = false;    // the framer is not done with the bytes it has
  bool done = false;    // nothing more will be found
  std::string error;

  size_t left() const { return buffer.size() - begin; }
  void make_room(size_t room);
  size_t read(size_t wanted);
  bool start();
  bool begin_at_mark(std::string_view beginning);
  bool frame_in_memory(EventBatch& batch);
  LineFramer::Progress frame_lines(EventBatch& batch);
  void hand_over(EventBatch& batch, size_t framed);
};

// Moves the bytes in use to the front, with room for more.
void EventReader::State::make_room(size_t room) {
  const size_t used = left(), needed = used + room;
  if (begin > 0 && used > 0) std::memmove(buffer.data(), buffer.data() + begin, used);
  if (buffer.data()) buffer.set_size(used);
  begin = 0;
  if (needed > buffer.capacity()) buffer.reserve(std::max(needed, buffer.capacity() + buffer.capacity() / 2));
}

// Appends up to `wanted` bytes; fewer at the end of the input, and whatever has come of a live one.
size_t EventReader::State::read(size_t wanted) {
  make_room(wanted);
  const size_t before = buffer.size();
  size_t end = before;
  while (end - before < wanted && !at_end) {
    size_t size = source.read(buffer.data() + end, wanted - (end - before));
    if (size == 0) {
      at_end = true;
      error = source.error();
    }
    end += size;
    if (source.live()) break;
  }
  buffer.set_size(end);
  bytes_read += end - before;
  return end - before;
}

// Looks at the first bytes; false if the input is refused.
bool EventReader::State::start() {
  started = true;
  if (const std::string_view beginning = source.in_memory(); !beginning.empty()) {
    bytes_read = std::min(beginning.size(), mark_bytes);
    if (!begin_at_mark(beginning)) return false;
    source.skip(offset);
    bytes_read = offset;
  } else {
    while (left() < mark_bytes && !at_end) read(mark_bytes - left());
    if (!begin_at_mark(buffer.view())) return false;
    begin = offset;
  }
  framer.begin_at(offset);
  return true;
}

bool EventReader::State::begin_at_mark(std::string_view beginning) {
  if (std::string refusal = refuse(beginning); !refusal.empty()) {
    error = std::move(refusal);
    at_end = done = true;
    return false;
  }
  offset = beginning.starts_with("\xef\xbb\xbf") ? 3 : 0;  // UTF-8's byte order mark
  return true;
}

// Takes the next lines where they lie, copying nothing; false if that cannot be done.
bool EventReader::State::frame_in_memory(EventBatch& batch) {
  if (left() > 0 || !framer.is_between_lines(offset)) return false;
  const std::string_view ahead = source.in_memory();
  if (ahead.size() < chunk_bytes + event_padding) return false;  // the last ones need padding
  const auto framed = lines.run(ahead.data(), chunk_bytes, offset, framer.line(), false, batch);
  framer.skip_lines(framed.bytes, framed.lines);
  source.skip(framed.bytes);
  bytes_read += framed.bytes;
  offset += framed.bytes;
  batch.lent = ahead.data();
  return !batch.empty();
}

LineFramer::Progress EventReader::State::frame_lines(EventBatch& batch) {
  const auto framed = lines.run(buffer.data() + begin, left(), offset, framer.line(), at_end, batch);
  framer.skip_lines(framed.bytes, framed.lines);
  return framed;
}

// Gives the batch the bytes of its events, which begin relative to `begin`; the first `framed` bytes are not needed here any more.
void EventReader::State::hand_over(EventBatch& batch, size_t framed) {
  const size_t rest = left() - framed;
  offset += framed;
  if (batch.events.empty()) {
    begin += framed;
    return;
  }
  const size_t first = batch.events.front().begin;
  const size_t size = batch.events.back().begin + batch.events.back().size - first;
  if (rest > size) {  // many short ones may come out of one piece: it must not be moved for each batch
    batch.bytes.append(buffer.view().substr(begin + first, size));
    for (EventSpan& event : batch.events) event.begin -= first;
    begin += framed;
    return;
  }
  for (EventSpan& event : batch.events) event.begin += begin;
  std::swap(batch.bytes, buffer);
  const size_t wanted = rest + chunk_bytes;
  if (buffer.capacity() > 4 * wanted) buffer = {};  // a huge event must not hold its memory for ever
  buffer.reserve(wanted);
  buffer.set_size(0);
  buffer.append(batch.bytes.view().substr(begin + framed));
  begin = 0;
}

EventReader::EventReader(ByteSource& source, std::vector<std::string> envelopes, const Limits& limits)
    : state_(std::make_unique<State>(source, envelopes, limits)) {}

EventReader::~EventReader() = default;

const std::string& EventReader::error() const { return state_->error; }
uint64_t EventReader::bytes_read() const { return state_->bytes_read; }

bool EventReader::next(EventBatch& batch) {
  State& state = *state_;
  batch.clear();
  if (!state.started && !state.start()) return false;
  while (!state.done) {
    if (!state.full && state.frame_in_memory(batch)) return true;
    batch.lent = nullptr;
    if (!state.full) state.read(state.chunk_bytes);
    if (state.framer.is_between_lines(state.offset)) {
      const auto lines = state.frame_lines(batch);
      // The rest of a line comes with the next bytes, but for inputs that may be silent for long.
      if (lines.waits && !state.source.live()) {
        state.hand_over(batch, lines.bytes);
        if (!batch.empty()) return true;
        continue;
      }
    }
    const auto progress =
        state.framer.run(state.buffer.data() + state.begin, state.left(), state.offset, state.at_end, batch);
    assert(progress.forget <= state.left());
    state.full = progress.full;
    state.done = state.at_end && !state.full;
    state.hand_over(batch, progress.forget);
    if (!batch.empty()) return true;
  }
  return false;
}

}  // namespace sigrun
