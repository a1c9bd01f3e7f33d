#include "stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace sigrun::bench {
namespace {

// Of this thread, which does all the work: what else the machine does counts less than by the clock on the
// wall.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

double Stage::median() const {
  if (seconds.empty()) return 0;
  std::vector<double> sorted = seconds;
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

std::string run_in_turn(std::vector<Stage>& stages, double seconds) {
  using Clock = std::chrono::steady_clock;
  std::vector<uint64_t> figures;
  for (const Stage& stage : stages) figures.push_back(stage.pass());
  const auto begin = Clock::now();
  const auto budget = std::chrono::duration<double>(seconds * static_cast<double>(stages.size()));
  do {
    for (size_t i = 0; i < stages.size(); ++i) {
      if (stages[i].before) stages[i].before();
      const double start = processor_seconds();
      const uint64_t figure = stages[i].pass();
      stages[i].seconds.push_back(processor_seconds() - start);
      if (figure != figures[i])
        return fmt::format("{}: first {}, then {}", stages[i].name, figures[i], figure);
    }
  } while (Clock::now() - begin < budget);
  return {};
}

}  // namespace sigrun::bench
