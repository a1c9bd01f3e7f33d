// Taking the wanted values out of framed events, with the tokens that framing left and without.
#include "event/json_walker.h"
#include "stage_inputs.h"

namespace sigrun::bench {
namespace {

void walk(benchmark::State& state, bool with_tokens) {
  const StageInputs& inputs = stage_inputs();
  JsonWalker walker(inputs.plan->paths, inputs.options.limits);
  SlotTable table(inputs.plan->paths.slot_count());
  for (auto pass : state) {
    (void)pass;
    for_each_event([&](std::string_view event, std::span<const uint32_t> tokens) {
      table.reset();
      auto outcome = walker.walk(event, table, with_tokens ? tokens : std::span<const uint32_t>());
      benchmark::DoNotOptimize(outcome);
    });
  }
  count_events(state);
}

BENCHMARK_CAPTURE(walk, with_tokens, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(walk, from_bytes, false)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigrun::bench
