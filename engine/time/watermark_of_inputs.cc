#include "time/watermark_of_inputs.h"

#include <algorithm>

namespace sigrun {

WatermarkOfInputs::Input WatermarkOfInputs::open(std::optional<int64_t> floor) {
  Input input;
  if (free_.empty()) {
    input = inputs_.size();
    inputs_.emplace_back();
  } else {
    input = free_.back();
    free_.pop_back();
  }
  inputs_[input] = State{.closed = false, .watermark = floor, .segment = segment_};
  count(input);  // the watermark stays: the next to be opened may begin earlier
  return input;
}

void WatermarkOfInputs::update(Input input, uint64_t segment, int64_t watermark) {
  State& state = inputs_[input];
  if (state.closed || segment < state.segment) return;
  discount(input);
  state.watermark = watermark;
  state.segment = segment;
  count(input);
  settle();
}

void WatermarkOfInputs::close(Input input) {
  if (inputs_[input].closed) return;
  discount(input);
  inputs_[input].closed = true;
  free_.push_back(input);
  settle();
}

void WatermarkOfInputs::begin_segment(uint64_t segment) {
  if (segment <= segment_) return;
  segment_ = segment;
  watermark_ = no_watermark;
  while (!later_.empty() && later_.begin()->first <= segment_) {
    const Input input = later_.begin()->second;
    later_.erase(later_.begin());
    count(input);
  }
  settle();
}

void WatermarkOfInputs::advance_idle(int64_t watermark) {
  if (active_.empty() && later_.empty()) watermark_ = std::max(watermark_, watermark);
}

void WatermarkOfInputs::finish() { watermark_ = final_watermark; }

void WatermarkOfInputs::count(Input input) {
  const State& state = inputs_[input];
  if (state.closed || !state.watermark) return;
  if (state.segment <= segment_)  // below it: a file that waits to be opened
    active_.emplace(*state.watermark, input);
  else
    later_.emplace(state.segment, input);
}

void WatermarkOfInputs::discount(Input input) {
  const State& state = inputs_[input];
  if (!state.watermark) return;
  active_.erase({*state.watermark, input});
  later_.erase({state.segment, input});
}

void WatermarkOfInputs::settle() {
  if (!active_.empty()) watermark_ = std::max(watermark_, active_.begin()->first);
}

}  // namespace sigrun
