#include "time/time_merge.h"

#include <algorithm>
#include <utility>

namespace sigrun {

std::optional<int64_t> earliest_time(std::span<const EventTime> events) {
  std::optional<int64_t> earliest;
  for (const EventTime& event : events)
    if ((event.timing == Timing::on_time || event.timing == Timing::segment_start) &&
        (!earliest || event.time < *earliest))
      earliest = event.time;
  return earliest;
}

TimeMerge::TimeMerge(size_t inputs, const Limits& limits)
    : inputs_(inputs), most_open_(std::max<size_t>(limits.open_files, 1)) {}

TimeMerge::Step TimeMerge::next() {
  if (next_unknown_ < inputs_.size()) {
    const size_t input = next_unknown_++;
    if (inputs_.size() <= most_open_) return open(input);
    inputs_[input].state = State::peeking;
    return {Action::peek, input};
  }
  if (!closed_.empty()) {
    // What has not been opened belongs to the segment that the others are in.
    const Place first{segment_, closed_.top().time, closed_.top().input};
    if (open_count_ < most_open_ && (open_.empty() || first < open_.top())) {
      closed_.pop();
      if (first < delivered_) ++late_opens_;
      return open(first.input);
    }
  }
  if (open_.empty()) return {};
  const Place first = open_.top();
  open_.pop();
  segment_ = std::max(segment_, first.segment);
  delivered_ = std::max(delivered_, first);
  return {Action::deliver, first.input, segment_};
}

void TimeMerge::at(size_t input, uint64_t segment, std::optional<int64_t> time) {
  // Behind every segment, one behind the other.
  const uint64_t behind = inputs_[input].apart ? (uint64_t{1} << 32) + (uint64_t{input} << 32) : 0;
  const Place place{behind + operators_segment(input, segment), time.value_or(no_watermark), input};
  if (inputs_[input].state == State::peeking) {
    inputs_[input].state = State::peeked;
    closed_.push(place);
  } else {
    open_.push(place);
  }
}

void TimeMerge::ended(size_t input) {
  if (inputs_[input].state == State::open && !inputs_[input].apart) --open_count_;
  inputs_[input].state = State::done;
}

void TimeMerge::set_apart(size_t input) {
  if (std::exchange(inputs_[input].apart, true)) return;
  --open_count_;
}

uint64_t TimeMerge::operators_segment(size_t input, uint64_t segment) const {
  return inputs_[input].base + segment;
}

TimeMerge::Step TimeMerge::open(size_t input) {
  inputs_[input] = {State::open, segment_};
  ++open_count_;
  return {Action::open, input};
}

}  // namespace sigrun
