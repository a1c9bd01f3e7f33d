// Something that is done to all events of a mix, and how long its passes took.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sigrun::bench {

struct Stage {
  std::string name;
  std::function<uint64_t()> pass;  // a figure that keeps the work from being left out
  std::vector<double> seconds;     // of processor time, pass by pass
  std::function<void()> before{};  // each pass; its time does not count
  double median() const;           // 0 before any pass
};

// Runs the stages in turn, one pass of each, so that what slows the machine down slows all of them down: once
// to warm up, then for `seconds` for each stage. Returns what is wrong when a stage gave another figure than
// before, or an empty text.
std::string run_in_turn(std::vector<Stage>& stages, double seconds);

}  // namespace sigrun::bench
