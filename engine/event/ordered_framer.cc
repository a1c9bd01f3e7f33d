#include "event/ordered_framer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace sigrun {

OrderedFramer::OrderedFramer(std::vector<std::string> envelopes, const Limits& limits)
    : envelopes_(std::move(envelopes)), limits_(limits) {}

void OrderedFramer::take(Chunk& chunk) {
  if (chunk.first) {
    framer_.emplace(envelopes_, limits_);
    framer_->begin_at(chunk.offset, chunk.line);
    open_.clear();
    begin_ = 0;
  }
  assert(framer_);
  if (!accept_lines(chunk)) {
    if (open_.size() == begin_)
      frame_in_place(chunk);
    else
      frame_behind_open(chunk);
  }
  chunk.resumable = !chunk.rest && framer_->is_between_lines(chunk.offset + chunk.size);
  chunk.next_line = framer_->line();
}

// True if nothing is left of the chunk.
bool OrderedFramer::accept_lines(Chunk& chunk) {
  if (!framer_->is_between_lines(chunk.offset)) {
    chunk.batch.forget_found();
    return false;
  }
  for (EventSpan& event : chunk.batch.events) event.line += framer_->line();
  framer_->skip_lines(chunk.lines.bytes, chunk.lines.lines);
  return chunk.lines.bytes == chunk.size;
}

void OrderedFramer::frame_in_place(Chunk& chunk) {
  EventBatch& batch = chunk.batch;
  if (batch.lent) {  // other bytes follow these, and the framer wants zeros
    batch.bytes.clear();
    batch.bytes.append(chunk.bytes());
    batch.lent = nullptr;
  }
  const auto progress = frame(chunk, batch.bytes, chunk.offset);
  open_.clear();
  open_.append(batch.bytes.view().substr(progress.forget));
  begin_ = 0;
  offset_ = chunk.offset + progress.forget;
}

void OrderedFramer::frame_behind_open(Chunk& chunk) {
  if (begin_ > 0) {
    const size_t used = open_.size() - begin_;
    std::memmove(open_.data(), open_.data() + begin_, used);
    open_.set_size(used);
    begin_ = 0;
  }
  open_.append(chunk.bytes());
  chunk.batch.lent = nullptr;
  const auto progress = frame(chunk, open_, offset_);
  hand_over(chunk.batch, progress, chunk.rest != nullptr);
}

// To the end of the bytes, whatever the batch takes of it.
Framer::Progress OrderedFramer::frame(Chunk& chunk, const PaddedBytes& bytes, uint64_t offset) {
  const char* const data = bytes.data();
  const size_t size = bytes.size();
  auto progress = framer_->run(data, size, offset, chunk.at_end, chunk.batch);
  if (progress.full) chunk.rest = std::make_unique<Chunk::Rest>(Chunk::Rest{*framer_, offset});
  while (progress.full) {
    not_kept_.forget_found();
    progress = framer_->run(data, size, offset, chunk.at_end, not_kept_);
  }
  assert(progress.forget <= size);
  return progress;
}

// Gives the batch the bytes of its events, which are relative to open_'s first byte.
void OrderedFramer::hand_over(EventBatch& batch, const Framer::Progress& progress, bool has_rest) {
  offset_ += progress.forget;
  if (batch.events.empty() && !has_rest) {
    begin_ = progress.forget;
    batch.bytes.clear();
    return;
  }
  std::swap(batch.bytes, open_);
  const std::string_view left = batch.bytes.view().substr(progress.forget);
  open_.clear();
  open_.append(left);
  begin_ = 0;
}

}  // namespace sigrun
