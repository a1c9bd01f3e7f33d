// A batch goes through the levels of the plan: what the correlations of one level fired are occurrences for the next. On each level arrivals are
// sorted by shard, the shards are worked on side by side, and what they fired is put back into the order of what arrived.
#include "correlate/correlator.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

#include "correlate/correlator_impl.h"

namespace sigrun {
namespace {

// Shards are worked on by so many at once, and a batch is sent to them in slices of so many occurrences: enough to share out, not so many that handing out costs.
constexpr size_t shards_together = 8, slice_occurrences = 512, most_slices = 32;

}  // namespace

// What an arrival made fire comes right behind it, before the next arrival; what the watermark did comes last.
void Correlator::Impl::send(const OccurrenceBatch& batch, size_t first_occurrence, size_t end_occurrence,
                            const Chained& chained, uint32_t level) {
  std::vector<uint32_t> fired(chained.orders.size());
  std::iota(fired.begin(), fired.end(), 0u);
  std::stable_sort(fired.begin(), fired.end(),
                   [&](uint32_t a, uint32_t b) { return chained.orders[a] < chained.orders[b]; });
  const size_t all = end_occurrence - first_occurrence;
  slices_used = std::clamp<size_t>(all / slice_occurrences, 1, most_slices);
  if (slices.size() < slices_used) slices.resize(slices_used);
  for_each(slices_used, [&](size_t number) {
    Slice& slice = slices[number];
    slice.clear();
    const auto begin = static_cast<uint32_t>(first_occurrence + all * number / slices_used),
               end = static_cast<uint32_t>(first_occurrence + all * (number + 1) / slices_used);
    const auto send_all = [&](const OccurrenceBatch& from, const Occurrence& occurrence, uint32_t order) {
      for (const CorrelationFeed& feed : plan.feeds[occurrence.source])
        if (plan.correlations[feed.correlation].level == level)
          slice.send(from, occurrence, order, feed, {plan, limits, options.seed});
    };
    auto next = std::lower_bound(fired.begin(), fired.end(), begin,
                                 [&](uint32_t i, uint32_t order) { return chained.orders[i] < order; });
    for (uint32_t order = begin; order < end; ++order) {
      send_all(batch, batch.occurrences[order], order);
      for (; next != fired.end() && chained.orders[*next] == order; ++next)
        send_all(chained.batch, chained.batch.occurrences[*next], order);
    }
    if (number + 1 == slices_used)
      for (; next != fired.end(); ++next)
        send_all(chained.batch, chained.batch.occurrences[*next], ShardFiring::by_watermark);
    slice.sort_by_shard();
  });
  for (size_t i = 0; i < slices_used; ++i) counters.add(slices[i].counters);
}

// Memory of several arrivals is asked for at once: first of the slots of their tables, which tell where the groups are, then of these.
void Correlator::Impl::take_arrivals(size_t first_shard, size_t end_shard) {
  std::vector<const Sent*>& arrivals = shards[first_shard]->arrivals;
  arrivals.clear();
  for (size_t number = first_shard; number < end_shard; ++number)
    for (size_t i = 0; i < slices_used; ++i)
      for (uint32_t at = slices[i].begins[number]; at < slices[i].begins[number + 1]; ++at)
        arrivals.push_back(&slices[i].sent[slices[i].by_shard[at]]);
  const auto cell_at = [&](size_t at) {
    return shards[arrivals[at]->shard]->cells[arrivals[at]->correlation].get();
  };
  constexpr size_t together = 64;
  for (size_t begin = 0; begin < arrivals.size(); begin += together) {
    const size_t end = std::min(arrivals.size(), begin + together);
    for (size_t i = begin; i < end; ++i)
      if (const Cell* cell = cell_at(i)) cell->prefetch(arrivals[i]->arrival.hash);
    for (size_t i = begin; i < end; ++i)
      if (const Cell* cell = cell_at(i)) cell->prefetch_entry(arrivals[i]->arrival.hash);
    for (size_t i = begin; i < end; ++i) {
      ShardState& shard = *shards[arrivals[i]->shard];
      const uint32_t correlation = arrivals[i]->correlation;
      std::unique_ptr<Cell>& cell = shard.cells[correlation];
      if (!cell)
        cell = make_cell(plan.correlations[correlation], correlation, shard.shared.pool,
                         rule_states[correlation].get());
      shard.use(correlation);
      cell->take(arrivals[i]->arrival, shard.shared);
    }
  }
}

// What the watermark brings, once all arrivals are taken.
void Correlator::Impl::settle(size_t number, uint32_t level, int64_t to) {
  ShardState& shard = *shards[number];
  for (uint32_t correlation : shard.used)
    shard.standing[correlation].next_look = shard.cells[correlation]->next_look();
  for (uint32_t correlation = 0; correlation < shard.cells.size(); ++correlation) {
    if (shard.standing[correlation].next_look > to) continue;
    Cell* cell = shard.cells[correlation].get();
    if (!cell || plan.correlations[correlation].level != level) continue;
    shard.use(correlation);
    cell->settle(to, shard.shared);
    if (to == forever)
      cell->clear();
    else
      cell->expire(to, shard.shared);
  }
}

// Shards one behind the other give what arrivals fired in some order; sorted by arrival, and by correlation and group where one arrival fired several, it
// does not depend on the shards any more.
// Tells the order of each.
std::vector<uint32_t> Correlator::Impl::gather(std::vector<Firing>& firings) {
  std::vector<ShardFiring> all;
  for (Outcome& outcome : outcomes) {
    if (outcome.firings.empty()) continue;
    std::move(outcome.firings.begin(), outcome.firings.end(), std::back_inserter(all));
    outcome.firings.clear();
  }
  std::sort(all.begin(), all.end(), [](const ShardFiring& a, const ShardFiring& b) {
    const auto place = [](const ShardFiring& of) {
      return std::tie(of.order, of.firing.time, of.firing.correlation, of.firing.group, of.firing.id);
    };
    return place(a) < place(b);
  });
  std::vector<uint32_t> orders;
  for (ShardFiring& made : all) {
    orders.push_back(made.order);
    firings.push_back(std::move(made.firing));
  }
  return orders;
}

void Correlator::Impl::count_all() {
  to_count = false;
  for (auto& shard : shards) {
    for (uint32_t correlation = 0; correlation < shard->cells.size(); ++correlation) shard->use(correlation);
    shard->count(outcomes[0].changes);
  }
}

void Correlator::Impl::add_changes() {
  for (Outcome& outcome : outcomes) {
    for (const Change& change : outcome.changes) {
      totals[change.correlation].bytes += static_cast<size_t>(change.bytes);
      totals[change.correlation].groups += static_cast<size_t>(change.groups);
    }
    outcome.changes.clear();
  }
  counters.groups = counters.bytes = 0;
  for (const Total& total : totals) counters.groups += total.groups, counters.bytes += total.bytes;
}

void Correlator::Impl::keep_within_budget() {
  add_changes();
  const bool all_over = counters.bytes - totals.back().bytes > options.state_bytes;
  const bool one_over = std::any_of(totals.begin(), totals.end() - 1,
                                    [&](const Total& total) { return total.bytes > options.rule_bytes; });
  if (!all_over && !one_over) return;
  for_each(shard_count, [&](size_t number) {
    ShardState& shard = *shards[number];
    if (shard.to_save) save(number);
    for (size_t i = 0; i < shard.cells.size(); ++i)
      if (shard.cells[i] && totals[i].bytes > options.rule_bytes) {
        shard.use(static_cast<uint32_t>(i));
        shard.cells[i]->shrink(options.rule_bytes / shard_count, shard.shared);
      }
    size_t bytes = 0;
    for (const auto& cell : shard.cells) bytes += cell ? cell->bytes() : 0;
    while (all_over && bytes > options.state_bytes / shard_count) {
      // The largest gives up what is too much, or all that it has above the next.
      const auto largest = std::max_element(
          shard.cells.begin(), shard.cells.end(),
          [](const auto& a, const auto& b) { return (a ? a->bytes() : 0) < (b ? b->bytes() : 0); });
      shard.use(static_cast<uint32_t>(largest - shard.cells.begin()));
      const size_t has = (*largest)->bytes(), excess = bytes - options.state_bytes / shard_count;
      (*largest)->shrink(has - std::min(has, std::max<size_t>(excess, 1)), shard.shared);
      const size_t left = (*largest)->bytes();
      bytes -= has - std::min(has, left);
      if (left >= has) break;  // an empty table: nothing to give
    }
    shard.count(outcomes[number].changes);
    outcomes[number].counters.add(std::exchange(shard.shared.counters, {}));
  });
  add_changes();
  for (Outcome& outcome : outcomes) counters.add(std::exchange(outcome.counters, {}));
}

// What fired is an occurrence of its correlation: it has the fields that this groups by.
void Correlator::Impl::chain(const Firing& firing, uint32_t order, Chained& to) const {
  const SourceId source = plan.source_of(firing.correlation);
  if (plan.feeds[source].empty()) return;
  OccurrenceBatch& chained = to.batch;
  to.orders.push_back(order);
  Occurrence& occurrence = chained.occurrences.emplace_back();
  occurrence.source = source;
  occurrence.time = firing.time;
  occurrence.id = firing.id;
  occurrence.place = static_cast<uint32_t>(chained.places.size());
  occurrence.first_captured = static_cast<uint32_t>(chained.captured.size());
  chained.places.emplace_back();
  const std::vector<std::string>& group_by = plan.correlations[firing.correlation].group_by;
  for (const std::string& field : plan.captured[source]) {
    chained.add_field();
    if (const auto known = std::find(group_by.begin(), group_by.end(), field); known != group_by.end())
      chained.add_value(firing.group[static_cast<size_t>(known - group_by.begin())]);
  }
}

void Correlator::Impl::gather_scores() {
  const auto first = static_cast<ptrdiff_t>(scores->size());
  for (auto& shard : shards) {
    scores->insert(scores->end(), shard->shared.scores.begin(), shard->shared.scores.end());
    shard->shared.scores.clear();
  }
  std::stable_sort(scores->begin() + first, scores->end(),
                   [](const Score& a, const Score& b) { return a.order < b.order; });
}

void Correlator::Impl::run(const OccurrenceBatch& batch, size_t first_occurrence, size_t end_occurrence, int64_t to,
                           std::vector<Firing>& firings) {
  Chained chained;
  const size_t before = firings.size();
  if (to_count) count_all();
  const bool one_by_one = next_to_save < shard_count;  // a shard that is saved waits for itself only
  const size_t at_once = one_by_one ? 1 : shards_together;
  for (uint32_t level = 0; level < plan.levels; ++level) {
    send(batch, first_occurrence, end_occurrence, chained, level);
    for_each(shard_count / at_once, [&](size_t range) {
      const size_t begin = range * at_once, end = begin + at_once;
      for (size_t number = begin; number < end; ++number)
        if (shards[number]->to_save && may_change(number, to)) save(number);
      for (size_t number = begin; number < end; ++number) shards[number]->shared.watermark = watermark;
      take_arrivals(begin, end);
      Outcome& outcome = outcomes[range];
      for (size_t number = begin; number < end; ++number) {
        settle(number, level, to);
        Shard& shard = shards[number]->shared;
        shards[number]->count(outcome.changes);
        outcome.counters.add(std::exchange(shard.counters, {}));
        std::move(shard.firings.begin(), shard.firings.end(), std::back_inserter(outcome.firings));
        shard.firings.clear();
      }
    });
    const size_t first = firings.size();
    const std::vector<uint32_t> orders = gather(firings);
    mark_mixed(firings, first);
    for (size_t i = first; i < firings.size(); ++i) chain(firings[i], orders[i - first], chained);
  }
  if (scores) gather_scores();
  watermark = std::max(watermark, to);
  const auto is_over = [&](const MixedSpan& span) { return span.until < watermark || watermark == forever; };
  if (std::all_of(mixed.begin(), mixed.end(), is_over)) mixed.clear();
  for (Outcome& outcome : outcomes) counters.add(std::exchange(outcome.counters, {}));
  counters.firings += firings.size() - before;
  keep_within_budget();
}

// Arrivals, or the watermark.
bool Correlator::Impl::may_change(size_t number, int64_t to) const {
  const ShardState& shard = *shards[number];
  const auto sent = [&](const Slice& slice) { return slice.begins[number] != slice.begins[number + 1]; };
  return std::any_of(slices.begin(), slices.begin() + static_cast<ptrdiff_t>(slices_used), sent) ||
         std::any_of(shard.standing.begin(), shard.standing.end(),
                     [&](const ShardState::Standing& standing) { return standing.next_look <= to; });
}

Correlator::Correlator(const CorrelationPlan& plan, const CorrelatorOptions& options, const Limits& limits,
                       ForEach for_each)
    : impl_(std::make_unique<Impl>(plan, options, limits, std::move(for_each))) {}
Correlator::~Correlator() = default;

void Correlator::take(const OccurrenceBatch& batch, int64_t watermark, std::vector<Firing>& firings) {
  const int64_t to = std::max(watermark, impl_->watermark);
  if (impl_->plan.has_analytics()) return impl_->run_by_hours(batch, to, firings);
  impl_->run(batch, 0, batch.occurrences.size(), to, firings);
}

void Correlator::close(std::vector<Firing>& firings) {
  impl_->run({}, 0, 0, forever, firings);
  impl_->watermark = never;
  for (auto& shard : impl_->shards) {
    shard->shared.watermark = never;
    shard->shared.evidence.clear();
    shard->shared.evidence_begin = 0;
  }
}

void Correlator::keep_scores(std::vector<Score>* scores) {
  impl_->scores = scores;
  for (auto& shard : impl_->shards) shard->shared.keep_scores = scores != nullptr;
}

const CorrelationCounters& Correlator::counters() const { return impl_->counters; }

}  // namespace sigrun
