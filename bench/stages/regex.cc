// The rules' regular expressions on 200 of the events' texts: as the engine runs them, behind the literals
// that they need, and bare.
#include "plan/compiled_regex.h"

#include <algorithm>

#include "stage_inputs.h"

namespace sigrun::bench {
namespace {

constexpr size_t tried_texts = 200;

void try_regexes(benchmark::State& state, bool filtered) {
  std::vector<const CompiledRegex*> all;
  for (const Predicate& predicate : stage_inputs().plan->predicates)
    if (const auto* test = std::get_if<RegexTest>(&predicate.test))
      // `.{N,}` is never run bare (CompiledRegex::line_length says why).
      if (!test->regex->line_length) all.push_back(test->regex.get());
  const auto& texts = folded_texts();
  const size_t tried = std::min(tried_texts, texts.size());
  size_t bytes = 0;
  for (size_t i = 0; i < tried; ++i) bytes += texts[i * texts.size() / tried].size();
  for (auto pass : state) {
    (void)pass;
    size_t found = 0;
    for (size_t i = 0; i < tried; ++i) {
      const std::string& text = texts[i * texts.size() / tried];
      for (const CompiledRegex* regex : all)
        found += filtered ? regex->matches(text, text) : RE2::PartialMatch(text, regex->regex);
    }
    benchmark::DoNotOptimize(found);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * bytes));
  state.counters["regexes"] = static_cast<double>(all.size());
}

BENCHMARK_CAPTURE(try_regexes, behind_literals, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(try_regexes, bare, false)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sigrun::bench
