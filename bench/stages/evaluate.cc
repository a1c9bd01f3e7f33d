// Matching framed events: all of it, and up to the route, which is what an event without candidates costs.
#include "match/matcher.h"
#include "stage_inputs.h"

namespace sigrun::bench {
namespace {

void match(benchmark::State& state, bool all) {
  const StageInputs& inputs = stage_inputs();
  Matcher matcher(*inputs.plan, *inputs.index, inputs.options.limits);
  std::vector<Hit> hits;
  for (auto pass : state) {
    (void)pass;
    size_t found = 0;
    for_each_event([&](std::string_view event, std::span<const uint32_t> tokens) {
      if (matcher.read(event, tokens) == JsonWalker::Outcome::broken || !all) return;
      matcher.evaluate(hits);
      found += hits.size();
    });
    benchmark::DoNotOptimize(found);
  }
  count_events(state);
}

BENCHMARK_CAPTURE(match, walk_and_route, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(match, all, true)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigrun::bench
