// Finding the view and the gates of events whose values are known: of 256 events, each walked once beforehand.
#include "match/router.h"

#include "stage_inputs.h"

namespace sigrun::bench {
namespace {

constexpr size_t routed_events = 256;

struct Walked {
  explicit Walked(const StageInputs& inputs)
      : walker(inputs.plan->paths, inputs.options.limits), table(inputs.plan->paths.slot_count()) {}
  EventWalker walker;
  SlotTable table;
};

void find_route(benchmark::State& state) {
  const StageInputs& inputs = stage_inputs();
  std::vector<std::unique_ptr<Walked>> walked;
  for_each_event([&](std::string_view event, std::span<const uint32_t> tokens) {
    if (walked.size() == routed_events) return;
    auto next = std::make_unique<Walked>(inputs);
    if (next->walker.walk(event, next->table, tokens) != JsonWalker::Outcome::broken)
      walked.push_back(std::move(next));
  });
  ValueMemory memory;
  Evaluator evaluator(*inputs.plan, inputs.index->evaluation, inputs.options.limits, memory);
  Router router(*inputs.plan, *inputs.index);
  for (auto pass : state) {
    (void)pass;
    for (const auto& event : walked) {
      evaluator.start(event->table, event->walker);
      const Route* route = &router.find(event->table, evaluator);
      benchmark::DoNotOptimize(route);
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * walked.size()));
}

BENCHMARK(find_route)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sigrun::bench
