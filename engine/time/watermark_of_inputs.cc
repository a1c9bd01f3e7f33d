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
  inputs_[input] = State{.closed = false, .watermark = floor};
  count(input);  // the watermark stays: the next to be opened may begin earlier
  return input;
}

void WatermarkOfInputs::update(Input input, int64_t watermark) {
  State& state = inputs_[input];
  if (state.closed) return;
  discount(input);
  state.watermark = watermark;
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

void WatermarkOfInputs::begin_segment(Input input) {
  watermark_ = never;
  update(input, never);
}

void WatermarkOfInputs::finish() { watermark_ = forever; }

void WatermarkOfInputs::count(Input input) {
  const State& state = inputs_[input];
  if (!state.closed && state.watermark) active_.emplace(*state.watermark, input);
}

void WatermarkOfInputs::discount(Input input) {
  const State& state = inputs_[input];
  if (state.watermark) active_.erase({*state.watermark, input});
}

void WatermarkOfInputs::settle() {
  if (!active_.empty()) watermark_ = std::max(watermark_, active_.begin()->first);
}

}  // namespace sigrun
