// Barriers of analytics lie where the event time that the input has reached enters another hour. An occurrence brings how far its input
// had come, so that a barrier lies between the same two occurrences however the input is cut into batches.
#include <algorithm>

#include "correlate/correlator_impl.h"

namespace sigrun {
namespace {

constexpr int64_t hour_of_time = 3'600'000'000'000;
// Events may jump over years; no more barriers than this come one behind the other.
constexpr int64_t most_hours_one_by_one = 1000;

int64_t hour_of(int64_t time) { return time / hour_of_time - (time % hour_of_time < 0); }
int64_t begin_of(int64_t hour) { return std::max(hour, never / hour_of_time) * hour_of_time; }

}  // namespace

// Shard by shard: what is gathered is the same for any number of threads.
void Correlator::Impl::pass_barrier(int64_t time) {
  for (size_t correlation = 0; correlation < rule_states.size(); ++correlation) {
    RuleState* state = rule_states[correlation].get();
    if (!state) continue;
    for (auto& shard : shards)
      if (Cell* cell = shard->cells[correlation].get()) cell->hand_over(*state);
    state->pass_barrier(time);
  }
}

// Hour by hour: a bucket that is over when an hour begins is scored by what was known then.
void Correlator::Impl::enter_hour(int64_t hour, std::vector<Firing>& firings) {
  int64_t next = watermark == never ? hour : hour_of(watermark) + 1;
  next = std::max(next, hour - most_hours_one_by_one);
  for (; next <= hour; ++next) {
    run({}, 0, 0, std::max(watermark, begin_of(next)), firings);
    pass_barrier(begin_of(next));
  }
}

void Correlator::Impl::run_by_hours(const OccurrenceBatch& batch, int64_t to, std::vector<Firing>& firings) {
  size_t first = 0;
  for (size_t i = 0; i < batch.occurrences.size(); ++i) {
    const int64_t reached = std::min(to, batch.occurrences[i].watermark);
    if (reached == never || (watermark != never && hour_of(reached) <= hour_of(watermark))) continue;
    run(batch, first, i, watermark, firings);
    first = i;
    enter_hour(hour_of(reached), firings);
  }
  const bool another_hour =
      to != never && to != forever && (watermark == never || hour_of(to) > hour_of(watermark));
  run(batch, first, batch.occurrences.size(), another_hour ? watermark : to, firings);
  if (!another_hour) return;
  enter_hour(hour_of(to), firings);
  run({}, 0, 0, to, firings);
}

}  // namespace sigrun
