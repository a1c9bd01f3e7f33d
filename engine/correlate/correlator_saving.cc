// A Correlator's state in sections and back: one for each shard, and the plan that they are read by.
#include <algorithm>
#include <functional>

#include "correlate/correlator_impl.h"
#include "support/saved_bytes.h"

namespace sigrun {

// One shard: the seed, its number, the watermark, evidence, and each cell under what it counts.
void Correlator::Impl::save(size_t number) {
  ShardState& shard = *shards[number];
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
  shard.to_save = false;  // not before: where memory runs out, it is to be saved still
}

void Correlator::begin_save(Sink sink) {
  while (save_more(shard_count)) {
  }
  impl_->sink = std::move(sink);
  impl_->next_to_save = 0;
  impl_->saved_watermark = impl_->watermark;
  for (auto& shard : impl_->shards) shard->to_save = true;
}

void Correlator::end_save() {
  for (auto& shard : impl_->shards) shard->to_save = false;
  impl_->next_to_save = shard_count;
  impl_->sink = {};
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
    shard.cells[*place] = make_cell(plan.correlations[*place], *place, shard.shared.pool,
                                    rule_states[*place].get());
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
  std::string out, own;
  sigrun::save_plan(impl_->plan, groups, mixed, own);
  append_text(out, own);
  for (size_t i = 0; i < impl_->rule_states.size(); ++i) {
    if (!impl_->rule_states[i]) continue;
    own.clear();
    impl_->rule_states[i]->save(own);
    append_text(out, impl_->plan.correlations[i].counted);
    append_text(out, own);
  }
  return out;
}

bool Correlator::restore_plan(std::string_view saved) {
  std::string_view plan, counted, own;
  if (impl_->saved || !take_text(saved, plan) || !impl_->saved.emplace(impl_->plan).restore(plan)) return false;
  while (!saved.empty()) {
    if (!take_text(saved, counted) || !take_text(saved, own)) return false;
    const auto place = impl_->saved->place_of(counted);
    if (!place || !impl_->rule_states[*place]) continue;
    if (!impl_->rule_states[*place]->restore(own)) return false;
  }
  return true;
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
  for (size_t i = 0; i < impl_->rule_states.size(); ++i)
    if (impl_->rule_states[i]) impl_->rule_states[i] = impl_->plan.correlations[i].kind->make_state();
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
    span.until = std::max(span.until, saturated_sum(time, timespan));
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

}  // namespace sigrun
