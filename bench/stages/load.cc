// Loading rules, step by step: reading files, planning, indexing.
#include "plan/plan_builder.h"
#include "stage_inputs.h"

namespace sigrun::bench {
namespace {

void count_rules(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * stage_inputs().rules.size()));
}

void load_read(benchmark::State& state) {
  for (auto pass : state) {
    (void)pass;
    LoadReport report;
    auto rules = load_rules(stage_inputs().options, report);
    benchmark::DoNotOptimize(rules);
  }
  count_rules(state);
}

void load_plan(benchmark::State& state) {
  const StageInputs& inputs = stage_inputs();
  for (auto pass : state) {
    (void)pass;
    auto plan = build_plan({inputs.rules, inputs.tables, Routing::automatic, {}, inputs.options.limits});
    benchmark::DoNotOptimize(plan);
  }
  count_rules(state);
}

void load_index(benchmark::State& state) {
  for (auto pass : state) {
    (void)pass;
    const CandidateIndex index(*stage_inputs().plan);
    const CandidateIndex* built = &index;
    benchmark::DoNotOptimize(built);
  }
  count_rules(state);
}

// Files are read on all cores: the processor time of all of them.
BENCHMARK(load_read)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();
BENCHMARK(load_plan)->Unit(benchmark::kMillisecond);
BENCHMARK(load_index)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigrun::bench
