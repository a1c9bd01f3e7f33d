#include "scan_feed.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace sigrun {

ScanFeed::ScanFeed(const Engine& engine, const std::vector<std::string>& inputs, std::string_view text,
                   std::vector<InputPosition> begins)
    : engine_(engine), inputs_(inputs), text_(text), begins_(std::move(begins)), open_(inputs.size()) {
  const bool files = std::all_of(inputs.begin(), inputs.end(), [](const std::string& input) {
    std::error_code none;
    return std::filesystem::is_regular_file(input, none);
  });
  if (engine.correlations().empty() || inputs.size() < 2 || !files) return;
  merge_.emplace(inputs.size(), engine.limits());
  scratch_ = engine.make_scratch();
  first_.resize(inputs.size());
  last_time_.resize(inputs.size());
  time_at_hand_.resize(inputs.size());
  handed_on_.resize(inputs.size());
  apart_.resize(inputs.size());
}

std::vector<CorrelationStage::Input> ScanFeed::begin(WaitsFrom waits_from) {
  waits_from_ = std::move(waits_from);
  std::vector<CorrelationStage::Input> begins;
  for (const std::string& input : inputs_) begins.push_back({input, {}, {}, !merge_ && !begins.empty()});
  if (!merge_) return begins;
  // All files are looked at before the first chunk is handed on.
  for (TimeMerge::Step step = merge_->next();; step = merge_->next()) {
    if (step.action == TimeMerge::Action::deliver || step.action == TimeMerge::Action::done) {
      put_off_ = step;
      break;
    }
    take_step(step, nullptr);
  }
  for (size_t input = 0; input < inputs_.size(); ++input)
    if (first_[input].time) begins[input].floor = *first_[input].time - first_[input].lateness;
  return begins;
}

bool ScanFeed::open(size_t input, std::string& error) {
  auto opened = std::make_unique<Open>();
  opened->source = text_.data() ? memory_byte_source(text_) : open_byte_source(inputs_[input], error);
  if (!opened->source) return false;
  opened->reader = std::make_unique<ChunkReader>(*opened->source, engine_.limits().chunk_bytes);
  if (!begins_.empty() && begins_[input].offset > 0)
    opened->reader->begin_at(begins_[input].offset, begins_[input].line);
  open_[input] = std::move(opened);
  return true;
}

// The next chunk of an input, with its error where it has one. False: there was none, and the input is done.
bool ScanFeed::read(size_t input, Work& work) {
  work.input = &inputs_[input];
  work.input_number = input;
  if (!open_[input] && !open(input, work.input_error)) {
    work.chunk.first = work.chunk.at_end = true;  // of nothing
    return true;
  }
  Open& opened = *open_[input];
  const bool more = opened.reader->next(work.chunk);
  if (!more || work.chunk.at_end) {
    work.input_error = opened.reader->error();
    work.chunk.at_end = true;
    done_ += opened.source->consumed();
    work.consumed = done_;
    open_[input].reset();
    return more || !work.input_error.empty();
  }
  work.consumed = done_ + opened.source->consumed();
  return true;
}

bool ScanFeed::next(Work& work) {
  if (merge_) return next_by_time(work);
  while (at_ < inputs_.size()) {
    const bool more = read(at_, work);
    if (work.chunk.at_end) ++at_;
    if (more) return true;
  }
  return false;
}

// ---- by time ---------------------------------------------------------------------------------------------------

// Of the chunk's first event; where that tells none, that of the chunk before.
std::optional<int64_t> ScanFeed::time_of(const Work& work) {
  const size_t input = work.input_number;
  const EventStamp stamp = engine_.first_stamp(work.chunk.bytes(), *scratch_);
  if (!first_[input].time) first_[input] = stamp;
  if (stamp.time) last_time_[input] = stamp.time;
  return last_time_[input];
}

bool ScanFeed::next_by_time(Work& work) {
  while (true) {
    const TimeMerge::Step step = put_off_ ? *std::exchange(put_off_, {}) : merge_->next();
    if (step.action == TimeMerge::Action::done) return false;
    if (take_step(step, &work)) return true;
  }
}

// True if `work` was filled.
bool ScanFeed::take_step(const TimeMerge::Step& step, Work* work) {
  const size_t input = step.input;
  if (step.action == TimeMerge::Action::deliver) {
    if (is_to_wait(input)) {
      merge_->set_apart(input);
      merge_->at(input, time_at_hand_[input]);
      return false;
    }
    ++handed_on_[input];
    std::swap(*work, open_[input]->at_hand);
    if (work->chunk.at_end)
      open_[input].reset(), merge_->ended(input);
    else
      read_ahead(input);
    return true;
  }
  const uint64_t done = done_;
  read_ahead(input);
  if (step.action == TimeMerge::Action::peek) {
    open_[input].reset();
    done_ = done;
  }
  return false;
}

bool ScanFeed::is_to_wait(size_t input) {
  if (apart_[input] || !waits_from_) return false;
  const std::optional<uint64_t> from = waits_from_(input);
  if (!from || handed_on_[input] < *from + chunks_behind) return false;
  apart_[input] = true;
  return true;
}

// Into at_hand.
void ScanFeed::read_ahead(size_t input) {
  std::unique_ptr<Open> opened = std::move(open_[input]);
  Work ahead;
  if (opened) {
    std::swap(ahead, opened->at_hand);
    ahead.clear();
    open_[input] = std::move(opened);
  }
  read(input, ahead);
  // The end of an input is a chunk like others: what reads it is gone, and what was read waits for its turn.
  if (!open_[input]) open_[input] = std::make_unique<Open>();
  const std::optional<int64_t> time = ahead.chunk.size > 0 ? time_of(ahead) : last_time_[input];
  time_at_hand_[input] = time;
  open_[input]->at_hand = std::move(ahead);
  merge_->at(input, time);
}

}  // namespace sigrun
