// Finding the literals of rules in the events' texts: few of them (Teddy), more, and all that rules look for
// anywhere.
#include <algorithm>

#include "match/literal_index.h"
#include "plan/text_test.h"
#include "stage_inputs.h"

namespace sigrun::bench {
namespace {

std::vector<LiteralIndex::Literal> first_literals(size_t wanted) {
  std::vector<LiteralIndex::Literal> literals;
  for (const Predicate& predicate : stage_inputs().plan->predicates) {
    const auto* test = std::get_if<TextTest>(&predicate.test);
    if (!test || test->shape != TextTest::Shape::contains || test->needle.empty()) continue;
    if (literals.size() == wanted) break;
    literals.push_back({test->needle, static_cast<uint32_t>(literals.size())});
  }
  return literals;
}

void find_literals(benchmark::State& state) {
  const auto literals = first_literals(static_cast<size_t>(state.range(0)));
  const LiteralIndex index(literals, LiteralIndex::Anchor::anywhere);
  size_t bytes = 0;
  for (const std::string& text : folded_texts()) bytes += text.size();
  for (auto pass : state) {
    (void)pass;
    size_t found = 0;
    for (const std::string& text : folded_texts()) index.scan(text, [&](uint32_t) { ++found; });
    benchmark::DoNotOptimize(found);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes));
  state.counters["literals"] = static_cast<double>(literals.size());
}

BENCHMARK(find_literals)->Arg(16)->Arg(64)->Arg(1000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigrun::bench
