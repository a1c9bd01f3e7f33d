// A batch goes through the levels of the plan: what the correlations of one level fired are occurrences for the next. On each level arrivals are
// sorted by shard, the shards are worked on side by side, and what they fired is put back into the order of what arrived.
#include "correlate/correlator.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "correlate/cell.h"
#include "support/saved_bytes.h"
#include "support/seeded_hash.h"

namespace sigrun {
namespace {

constexpr size_t shard_count = 256;
// Shards are worked on by so many at once, and a batch is sent to them in slices of so many occurrences: enough to share out, not so many that handing out costs.
constexpr size_t shards_together = 8, slice_occurrences = 512, most_slices = 32;

// Decimal text as a number; none where it is not one.
std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

bool takes_values(sigma::CorrelationType type) {
  using sigma::CorrelationType;
  return type != CorrelationType::event_count && type != CorrelationType::temporal &&
         type != CorrelationType::temporal_ordered;
}

void add(CorrelationCounters& sum, const CorrelationCounters& part) {
  sum.occurrences += part.occurrences;
  sum.without_group += part.without_group;
  sum.without_value += part.without_value;
  sum.values_not_numeric += part.values_not_numeric;
  sum.negative_values += part.negative_values;
  sum.groups_beyond_limit += part.groups_beyond_limit;
  sum.late += part.late;
  sum.groups_made += part.groups_made;
  sum.settled_early += part.settled_early;
  sum.evidence_named += part.evidence_named;
  sum.evicted += part.evicted;
  sum.expired += part.expired;
}

// An arrival on its way to its shard.
struct Sent {
  uint32_t correlation, shard;
  Arrival arrival;
};

constexpr size_t key_block_bytes = 1 << 16;

// A slice of a batch, sorted into shards: slices one behind the other are the batch. What is in it is valid until clear(). Threads: one at a time.
struct Slice {
  std::vector<Sent> sent;
  std::vector<uint32_t> by_shard;  // of `sent`, those of a shard in their order
  std::array<uint32_t, shard_count + 1> begins;
  CorrelationCounters counters;
  // Keys that arrivals point into; blocks stay where they are.
  std::vector<std::unique_ptr<char[]>> key_blocks;
  size_t key_block = 0, key_used = 0;
  // Of one occurrence.
  std::vector<std::string> keys, values;
  std::vector<uint64_t> payloads;
  std::vector<std::string_view> elements;

  void clear() {
    sent.clear();
    key_block = key_used = 0;
    counters = {};
  }
  std::string_view keep_key(std::string_view key);
  void sort_by_shard();
};

std::string_view Slice::keep_key(std::string_view key) {
  if (key.size() > key_block_bytes) {
    // A block of its own, before the one at hand.
    auto block = std::make_unique<char[]>(key.size());
    std::copy(key.begin(), key.end(), block.get());
    const char* at = block.get();
    key_blocks.insert(key_blocks.begin(), std::move(block));
    ++key_block;
    return {at, key.size()};
  }
  if (key_blocks.empty() || key_used + key.size() > key_block_bytes) {
    if (!key_blocks.empty()) ++key_block;
    key_used = 0;
    if (key_block >= key_blocks.size()) key_blocks.push_back(std::make_unique<char[]>(key_block_bytes));
  }
  char* at = key_blocks[key_block].get() + key_used;
  std::copy(key.begin(), key.end(), at);
  key_used += key.size();
  return {at, key.size()};
}

void Slice::sort_by_shard() {
  begins.fill(0);
  for (const Sent& one : sent) ++begins[one.shard + 1];
  for (size_t shard = 0; shard < shard_count; ++shard) begins[shard + 1] += begins[shard];
  by_shard.resize(sent.size());
  std::array<uint32_t, shard_count> next;
  std::copy_n(begins.begin(), shard_count, next.begin());
  for (uint32_t i = 0; i < sent.size(); ++i) by_shard[next[sent[i].shard]++] = i;
}

}  // namespace

struct Correlator::Impl {
  // What a cell holds by now, beside what was told before.
  struct Change {
    uint32_t correlation;
    int64_t bytes, groups;
  };
  struct ShardState {
    ShardState(const Limits& limits, size_t most_evidence, size_t correlations, PageStore& store)
        : shared(limits, most_evidence, store), cells(correlations), standing(correlations) {}
    Shard shared;
    std::vector<std::unique_ptr<Cell>> cells;  // by correlation; null before the first arrival
    // What there is to know of a cell without looking at it.
    struct Standing {
      int64_t next_look = forever;  // of the watermark: from then on something is to be settled or expired
      size_t bytes = 0, groups = 0;
      bool used = false;  // since the last count()
    };
    std::vector<Standing> standing;  // by correlation
    std::vector<uint32_t> used;
    std::vector<const Sent*>
        arrivals;  // of the level at hand, of this shard and those that are worked on with it
    size_t evidence_bytes = 0;
    bool to_save = false;

    void use(uint32_t correlation) {
      if (std::exchange(standing[correlation].used, true)) return;
      used.push_back(correlation);
    }
    // Takes down what has become of the cells that were used, and of the evidence, which is counted behind them.
    void count(std::vector<Change>& changes) {
      for (uint32_t correlation : used) {
        const Cell* cell = cells[correlation].get();
        Standing& now = standing[correlation];
        const size_t bytes = cell ? cell->bytes() : 0, groups = cell ? cell->groups() : 0;
        changes.push_back({correlation, static_cast<int64_t>(bytes - now.bytes),
                           static_cast<int64_t>(groups - now.groups)});
        now = {cell ? cell->next_look() : forever, bytes, groups, false};
      }
      used.clear();
      const size_t bytes = shared.evidence.bytes();
      const auto grown = static_cast<int64_t>(bytes - std::exchange(evidence_bytes, bytes));
      if (grown != 0) changes.push_back({static_cast<uint32_t>(cells.size()), grown, 0});
    }
  };
  // What came of shards that were worked on one behind the other by one thread: whoever adds up looks at few places.
  struct Outcome {
    std::vector<ShardFiring> firings;
    std::vector<Change> changes;
    CorrelationCounters counters;
  };

  Impl(const CorrelationPlan& correlation_plan, const CorrelatorOptions& correlator_options,
       const Limits& correlator_limits, ForEach spread)
      : plan(correlation_plan),
        options(correlator_options),
        limits(correlator_limits),
        for_each(std::move(spread)) {
    if (!for_each)
      for_each = [](size_t count, const std::function<void(size_t)>& visit) {
        for (size_t i = 0; i < count; ++i) visit(i);
      };
    totals.resize(plan.correlations.size() + 1);
    shards.reserve(shard_count);
    for (size_t i = 0; i < shard_count; ++i)
      shards.push_back(std::make_unique<ShardState>(limits, options.evidence_bytes / shard_count,
                                                    plan.correlations.size(), store));
  }

  void run(const OccurrenceBatch& batch, int64_t watermark, std::vector<Firing>& firings);
  // What fired, as occurrences, each with the order of the arrival that it came from.
  struct Chained {
    OccurrenceBatch batch;
    std::vector<uint32_t> orders;
  };
  void send(const OccurrenceBatch& batch, const Chained& chained, uint32_t level);
  void send_one(const OccurrenceBatch& batch, const Occurrence& occurrence, uint32_t order,
                const CorrelationFeed& feed, Slice& slice) const;
  void chain(const Firing& firing, uint32_t order, Chained& chained) const;
  bool combine(const OccurrenceBatch& batch, const Occurrence& occurrence,
               const std::vector<uint32_t>& fields, size_t most_bytes, Slice& slice,
               std::vector<std::string>& made) const;
  void make_payloads(const OccurrenceBatch& batch, const Occurrence& occurrence, const CorrelationFeed& feed,
                     sigma::CorrelationType type, Slice& slice) const;
  bool may_change(size_t number, int64_t to) const;
  void take_arrivals(size_t first_shard, size_t end_shard);
  void settle(size_t number, uint32_t level, int64_t watermark);
  void count_all();
  void add_changes();
  std::vector<uint32_t> gather(std::vector<Firing>& firings);
  void keep_within_budget();
  void save(size_t number);
  bool restore(std::string_view section);
  void mark_mixed(std::vector<Firing>& firings, size_t first);

  const CorrelationPlan& plan;
  CorrelatorOptions options;
  Limits limits;
  ForEach for_each;
  PageStore store;
  std::vector<std::unique_ptr<ShardState>> shards;
  int64_t watermark = never;
  CorrelationCounters counters;
  Sink sink;
  std::mutex sink_mutex;
  size_t next_to_save = shard_count;
  int64_t saved_watermark = never;  // of the cut
  std::optional<SavedPlan> saved;   // of the state that was restored
  std::vector<bool> restored;       // by shard
  std::vector<MixedSpan> mixed;     // by correlation; empty where none is
  std::vector<Slice> slices = std::vector<Slice>(1);
  size_t slices_used = 0;
  struct Total {
    size_t bytes = 0, groups = 0;
  };
  std::vector<Total> totals;  // by correlation; behind them that of evidence
  std::vector<Outcome> outcomes = std::vector<Outcome>(shard_count);
  bool to_count = false;  // cells came from a saved state
};

// Each combination of the elements of these fields, once. False where one of them is absent.
bool Correlator::Impl::combine(const OccurrenceBatch& batch, const Occurrence& occurrence,
                               const std::vector<uint32_t>& fields, size_t most_bytes, Slice& slice,
                               std::vector<std::string>& made) const {
  std::vector<std::string_view>& elements = slice.elements;
  size_t count = 1;
  if (made.empty()) made.emplace_back();
  made[0].clear();
  for (uint32_t field : fields) {
    elements.clear();
    for (const CapturedValue& value : batch.values_of(occurrence, field)) elements.push_back(batch.text_of(value));
    if (elements.empty()) return false;
    if (elements.size() > 1) {
      std::sort(elements.begin(), elements.end());
      elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    }
    const size_t before = count;
    count = std::min(before * elements.size(), limits.correlation_groups_of_event);
    slice.counters.groups_beyond_limit += before * elements.size() - count;
    if (made.size() < count) made.resize(count);
    // From the back, so that what is extended is still as it was.
    for (size_t i = count; i-- > 0;) {
      const size_t from = i % before;
      if (i != from) made[i] = made[from];
    }
    for (size_t i = 0; i < count; ++i) append_key_part(elements[i / before], most_bytes, made[i]);
  }
  made.resize(count);
  return true;
}

void Correlator::Impl::make_payloads(const OccurrenceBatch& batch, const Occurrence& occurrence,
                                     const CorrelationFeed& feed, sigma::CorrelationType type,
                                     Slice& slice) const {
  std::vector<uint64_t>& payloads = slice.payloads;
  payloads.clear();
  using sigma::CorrelationType;
  if (type == CorrelationType::value_count) {
    // Several fields are one value together; the elements of an array are values of their own.
    if (!combine(batch, occurrence, feed.fields, SIZE_MAX, slice, slice.values)) return;
    for (const std::string& value : slice.values)
      payloads.push_back((hash_with_seed(value, options.seed) & ~another_value) | (payloads.empty() ? 0 : another_value));
    return;
  }
  for (uint32_t field : feed.fields) {
    for (const CapturedValue& value : batch.values_of(occurrence, field)) {
      const auto number = number_of(batch.text_of(value));
      if (!number) {
        ++slice.counters.values_not_numeric;
        continue;
      }
      slice.counters.negative_values += *number < 0;
      payloads.push_back(std::bit_cast<uint64_t>(*number == 0 ? 0.0 : *number));
    }
  }
}

void Correlator::Impl::send_one(const OccurrenceBatch& batch, const Occurrence& occurrence, uint32_t order,
                                const CorrelationFeed& feed, Slice& slice) const {
  const Correlation& correlation = plan.correlations[feed.correlation];
  if (!combine(batch, occurrence, feed.group_by, limits.correlation_key_bytes, slice, slice.keys)) {
    ++slice.counters.without_group;
    return;
  }
  std::vector<uint64_t>& payloads = slice.payloads;
  if (!takes_values(correlation.type)) {
    payloads.assign(1, feed.input);
  } else {
    const uint64_t not_numeric = slice.counters.values_not_numeric;
    make_payloads(batch, occurrence, feed, correlation.type, slice);
    if (payloads.empty()) {
      slice.counters.without_value += not_numeric == slice.counters.values_not_numeric;
      return;
    }
  }
  for (const std::string& made : slice.keys) {
    Sent& sent = slice.sent.emplace_back();
    // The shard must be the same in every process that has the seed; the place in a shard's table must not be foreseen.
    sent.shard = hash_with_seed(made, options.seed + feed.correlation) % shard_count;
    sent.correlation = feed.correlation;
    Arrival& arrival = sent.arrival;
    arrival.occurrence = &occurrence;
    arrival.place = &batch.places[occurrence.place];
    arrival.order = order;
    arrival.input = feed.input;
    arrival.key = slice.keep_key(made);
    arrival.hash = KeyedState::hash_of(made);
    arrival.payload = payloads[0];
    arrival.last = payloads.size() == 1;
    for (size_t i = 1; i < payloads.size(); ++i) {
      Sent& more = slice.sent.emplace_back(slice.sent.back());
      more.arrival.payload = payloads[i];
      more.arrival.first = false;
      more.arrival.last = i + 1 == payloads.size();
    }
  }
}

// What an arrival made fire comes right behind it, before the next arrival; what the watermark did comes last.
void Correlator::Impl::send(const OccurrenceBatch& batch, const Chained& chained, uint32_t level) {
  std::vector<uint32_t> fired(chained.orders.size());
  std::iota(fired.begin(), fired.end(), 0u);
  std::stable_sort(fired.begin(), fired.end(),
                   [&](uint32_t a, uint32_t b) { return chained.orders[a] < chained.orders[b]; });
  const size_t all = batch.occurrences.size();
  slices_used = std::clamp<size_t>(all / slice_occurrences, 1, most_slices);
  if (slices.size() < slices_used) slices.resize(slices_used);
  for_each(slices_used, [&](size_t number) {
    Slice& slice = slices[number];
    slice.clear();
    const auto begin = static_cast<uint32_t>(all * number / slices_used),
               end = static_cast<uint32_t>(all * (number + 1) / slices_used);
    const auto send_all = [&](const OccurrenceBatch& from, const Occurrence& occurrence, uint32_t order) {
      for (const CorrelationFeed& feed : plan.feeds[occurrence.source])
        if (plan.correlations[feed.correlation].level == level)
          send_one(from, occurrence, order, feed, slice);
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
  for (size_t i = 0; i < slices_used; ++i) add(counters, slices[i].counters);
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
      if (!cell) cell = make_cell(plan.correlations[correlation], correlation, shard.shared.pool);
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
}

void Correlator::Impl::keep_within_budget() {
  add_changes();
  counters.groups = counters.bytes = 0;
  for (const Total& total : totals) counters.groups += total.groups, counters.bytes += total.bytes;
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
  });
  add_changes();
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

void Correlator::Impl::run(const OccurrenceBatch& batch, int64_t to, std::vector<Firing>& firings) {
  Chained chained;
  const size_t before = firings.size();
  if (to_count) count_all();
  const bool one_by_one = next_to_save < shard_count;  // a shard that is saved waits for itself only
  const size_t at_once = one_by_one ? 1 : shards_together;
  for (uint32_t level = 0; level < plan.levels; ++level) {
    send(batch, chained, level);
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
        add(outcome.counters, std::exchange(shard.counters, {}));
        std::move(shard.firings.begin(), shard.firings.end(), std::back_inserter(outcome.firings));
        shard.firings.clear();
      }
    });
    const size_t first = firings.size();
    const std::vector<uint32_t> orders = gather(firings);
    mark_mixed(firings, first);
    for (size_t i = first; i < firings.size(); ++i) chain(firings[i], orders[i - first], chained);
  }
  watermark = std::max(watermark, to);
  const auto is_over = [&](const MixedSpan& span) { return span.until < watermark || watermark == forever; };
  if (std::all_of(mixed.begin(), mixed.end(), is_over)) mixed.clear();
  for (Outcome& outcome : outcomes) add(counters, std::exchange(outcome.counters, {}));
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

// One shard: the seed, its number, the watermark, evidence, and each cell under what it counts.
void Correlator::Impl::save(size_t number) {
  ShardState& shard = *shards[number];
  shard.to_save = false;
  std::string section, part;
  append_bytes(section, options.seed);
  append_bytes(section, static_cast<uint32_t>(number));
  append_bytes(section, saved_watermark);
  shard.shared.evidence.save(part);
  append_text(section, part);
  for (size_t i = 0; i < shard.cells.size(); ++i) {
    if (!shard.cells[i]) continue;
    part.clear();
    shard.cells[i]->save(part);
    append_text(section, plan.correlations[i].counted);
    append_text(section, part);
  }
  const std::lock_guard lock(sink_mutex);
  sink(section);
}

void Correlator::begin_save(Sink sink) {
  while (save_more(shard_count)) {
  }
  impl_->sink = std::move(sink);
  impl_->next_to_save = 0;
  impl_->saved_watermark = impl_->watermark;
  for (auto& shard : impl_->shards) shard->to_save = true;
}

bool Correlator::save_more(size_t shards) {
  size_t& next = impl_->next_to_save;
  for (; next < shard_count && shards > 0; ++next)
    if (impl_->shards[next]->to_save) impl_->save(next), --shards;
  return saving();
}

bool Correlator::saving() const {
  for (; impl_->next_to_save < shard_count; ++impl_->next_to_save)
    if (impl_->shards[impl_->next_to_save]->to_save) return true;
  return false;
}

std::optional<uint64_t> Correlator::seed_of(std::string_view section) {
  uint64_t seed;
  return take_bytes(section, seed) ? std::optional(seed) : std::nullopt;
}

bool Correlator::Impl::restore(std::string_view section) {
  uint64_t seed;
  uint32_t number;
  int64_t at;
  std::string_view evidence;
  if (!take_bytes(section, seed) || !take_bytes(section, number) || !take_bytes(section, at) ||
      !take_text(section, evidence) || seed != options.seed || number >= shard_count || !saved)
    return false;
  // One moment's shards, each once.
  const bool first = std::find(restored.begin(), restored.end(), true) == restored.end();
  restored.resize(shard_count);
  if (restored[number] || (!first && at != watermark)) return false;
  restored[number] = true;
  watermark = at;
  to_count = true;
  ShardState& shard = *shards[number];
  shard.shared.watermark = at;
  if (!shard.shared.evidence.restore(evidence, [&](SourceId source) { return saved->source_of(source); }))
    return false;
  while (!section.empty()) {
    std::string_view counted, groups;
    if (!take_text(section, counted) || !take_text(section, groups)) return false;
    const std::optional<uint32_t> place = saved->place_of(counted);
    if (!place) continue;
    if (shard.cells[*place]) return false;
    shard.cells[*place] = make_cell(plan.correlations[*place], *place, shard.shared.pool);
    if (!shard.cells[*place]->restore(groups, shard.shared.evidence)) return false;
  }
  shard.shared.evidence.end_restore();
  return true;
}

std::string Correlator::save_plan() const {
  std::vector<uint64_t> groups(impl_->plan.correlations.size());
  for (const auto& shard : impl_->shards)
    for (size_t i = 0; i < groups.size(); ++i)
      if (shard->cells[i]) groups[i] += shard->cells[i]->groups();
  std::vector<MixedSpan> mixed = impl_->mixed;
  mixed.resize(groups.size());
  for (MixedSpan& span : mixed)
    if (span.until < impl_->watermark) span = {};
  std::string out;
  sigrun::save_plan(impl_->plan, groups, mixed, out);
  return out;
}

bool Correlator::restore_plan(std::string_view saved) {
  if (impl_->saved) return false;
  return impl_->saved.emplace(impl_->plan).restore(saved);
}

bool Correlator::restore(std::string_view section) { return impl_->restore(section); }

bool Correlator::end_restore(int64_t now, std::vector<CorrelationChange>& changes) {
  Impl& impl = *impl_;
  if (!impl.saved || impl.restored.empty() ||
      !std::all_of(impl.restored.begin(), impl.restored.end(), std::identity()))
    return false;
  std::vector<int64_t> known_until(impl.plan.correlations.size(), never);
  for (const auto& shard : impl.shards)
    for (size_t i = 0; i < known_until.size(); ++i)
      if (shard->cells[i]) known_until[i] = std::max(known_until[i], shard->cells[i]->known_until());
  impl.mixed = impl.saved->mixed(known_until, impl.watermark == never ? now : impl.watermark);
  changes = impl.saved->changes(impl.mixed);
  for (const CorrelationChange& change : changes) impl.counters.not_restored += change.groups;
  return true;
}

void Correlator::forget() {
  for (auto& shard : impl_->shards) {
    for (auto& cell : shard->cells) cell.reset();
    shard->shared.evidence.clear();
    shard->shared.watermark = never;
  }
  impl_->to_count = true;
  impl_->watermark = never;
  impl_->saved.reset();
  impl_->restored.clear();
  impl_->mixed.clear();
}

SourceId Correlator::source_of(SourceId saved) const {
  return impl_->saved ? impl_->saved->source_of(saved) : SavedPlan::no_source;
}

void Correlator::add_from_before(SourceId source, int64_t time) {
  Impl& impl = *impl_;
  if (!impl.saved) return;
  bool any = false;
  for (const CorrelationFeed& feed : impl.plan.feeds[source]) {
    if (!impl.saved->changed(feed.correlation)) continue;
    any = true;
    impl.mixed.resize(impl.plan.correlations.size());
    const int64_t timespan = impl.plan.correlations[feed.correlation].timespan;
    MixedSpan& span = impl.mixed[feed.correlation];
    if (span.until == never) span.since = impl.watermark == never ? time : impl.watermark;
    span.until = std::max(span.until, time > forever - timespan ? forever : time + timespan);
  }
  if (any) spread_mixed(impl.plan, impl.mixed);
}

// By what the window may hold, not by when it is told: that does not depend on how events were cut into batches.
void Correlator::Impl::mark_mixed(std::vector<Firing>& firings, size_t first) {
  if (mixed.empty()) return;
  for (size_t i = first; i < firings.size(); ++i) {
    const MixedSpan& span = mixed[firings[i].correlation];
    if (span.until != never && firings[i].time <= span.until) firings[i].mixed_since = span.since;
  }
}

Correlator::Correlator(const CorrelationPlan& plan, const CorrelatorOptions& options, const Limits& limits,
                       ForEach for_each)
    : impl_(std::make_unique<Impl>(plan, options, limits, std::move(for_each))) {}
Correlator::~Correlator() = default;

void Correlator::take(const OccurrenceBatch& batch, int64_t watermark, std::vector<Firing>& firings) {
  impl_->run(batch, std::max(watermark, impl_->watermark), firings);
}

void Correlator::close(std::vector<Firing>& firings) {
  impl_->run({}, forever, firings);
  impl_->watermark = never;
  for (auto& shard : impl_->shards) {
    shard->shared.watermark = never;
    shard->shared.evidence.clear();
    shard->shared.evidence_begin = 0;
  }
}

const CorrelationCounters& Correlator::counters() const { return impl_->counters; }

}  // namespace sigrun
