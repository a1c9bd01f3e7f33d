#include "time/time_merge.h"

#include <algorithm>
#include <utility>

namespace sigrun {

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
    const Place first = closed_.top();
    if (open_count_ < most_open_ && (open_.empty() || first < open_.top())) {
      closed_.pop();
      return open(first.input);
    }
  }
  if (open_.empty()) return {};
  const Place first = open_.top();
  open_.pop();
  return {Action::deliver, first.input};
}

void TimeMerge::at(size_t input, std::optional<int64_t> time) {
  const Place place{inputs_[input].apart ? input + 1 : 0, time.value_or(never), input};
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

TimeMerge::Step TimeMerge::open(size_t input) {
  inputs_[input].state = State::open;
  ++open_count_;
  return {Action::open, input};
}

}  // namespace sigrun
