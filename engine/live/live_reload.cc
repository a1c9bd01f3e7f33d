// Loading rules, and taking another generation of them into a running engine.
#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <utility>

#include "correlation_state.h"
#include "live/live_parts.h"

namespace sigrun {

// Null after a failure.
std::shared_ptr<LiveEngine::Generation> LiveEngine::load(Configuration configuration, std::string& problem) {
  RuleCache cache = cache_;
  auto report = std::make_shared<LoadReport>();
  auto next = std::make_shared<Generation>();
  configuration.load.for_each = {};  // a host has its own threads
  configuration.load.keep_last_good = true;
  next->engine = Engine::load(configuration.load, *report, &cache);
  next->report = report;
  if (!next->engine || next->engine->rules().empty()) {
    problem = !report->fatal.empty() ? report->fatal : "no rule could be loaded";
    if (report->fatal.empty() && !report->diagnostics.empty())
      problem += "; the first problem: " + report->diagnostics.front().to_string();
    return {};
  }
  const auto& rules = next->engine->rules();
  next->rules = rules_of(*next->engine, cache);
  next->hits = std::make_unique<std::atomic<uint64_t>[]>(rules.size());
  next->told_of_budget = std::make_unique<std::atomic<bool>[]>(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) next->number_of.emplace(rules[i].get(), i);
  cache_ = std::move(cache);
  return next;
}

LiveEngine::Reloaded LiveEngine::reload(std::vector<RuleChange>& changes, std::string& problem,
                                        TakenOver* taken_over) {
  const std::lock_guard one(loading_);
  changes.clear();
  std::optional<Configuration> configuration = configure_(problem);
  const RuleCache before = cache_;
  std::shared_ptr<Generation> next = configuration ? load(std::move(*configuration), problem) : nullptr;
  const std::shared_ptr<Generation> running = current();
  if (next) changes = rule_difference(running->rules, next->rules, *next->report);
  const size_t had = running->rules.size(), has = next ? next->rules.size() : 0;
  const bool shrinks = next && has * 10 < had * 9;
  if (!next || shrinks) {
    cache_ = before;
    if (shrinks)
      problem = fmt::format("of {} rules {} would be left, which is less than nine tenths; the {} go on", had,
                            has, had);
    const Lock lock(mutex_);
    ++reloads_refused_;
    reload_success_ = false;
    problem_ = problem;
    return shrinks ? Reloaded::refused : Reloaded::load_failed;
  }
  const TakenOver taken = swap(std::move(next));
  if (taken_over) *taken_over = taken;
  const Lock lock(mutex_);
  ++reloads_;
  reload_success_ = true;
  reload_time_ = now();
  problem_.clear();
  return Reloaded::done;
}

LiveEngine::TakenOver LiveEngine::swap(std::shared_ptr<Generation> next) {
  // The engine's thread may hold the lock and wait for the host to take alerts, which is no reason to hold up a reload.
  struct Hurry {
    AlertQueue& queue;
    explicit Hurry(AlertQueue& of) : queue(of) { queue.hurry(); }
    ~Hurry() { queue.unhurry(); }
  } const hurry(*queue_);
  const Lock stage_lock(stage_mutex_);
  drain(now());
  go_on_with_snapshot(SIZE_MAX);
  std::vector<std::pair<uint32_t, std::string>> saved;
  uint64_t groups = 0;
  if (stage_) {
    groups = stage_->counters().groups;
    try {
      begin_save(*stage_, [&](uint32_t kind, std::string_view bytes) { saved.emplace_back(kind, bytes); });
      stage_->correlator().save_more(SIZE_MAX);
    } catch (const std::bad_alloc&) {
      stage_->correlator().end_save();  // `saved` is gone then, and all goes on as before
      throw;
    }
    old_correlation_.add(stage_->counters());
    old_times_.add(stage_->times());
    for (size_t i = 0; i < old_correlation_alerts_.size(); ++i)
      old_correlation_alerts_[i] += stage_->alerts_by_level()[i];
  }
  const std::vector<Input*> inputs = opened_;
  const bool had_stage = stage_ != nullptr;
  try {
    return take_over(next, saved, inputs, had_stage, groups);
  } catch (const std::bad_alloc&) {
    // The engine's thread makes the stage again, see work().
    try {
      tell_of_state("state-lost",
                    "a reload ran out of memory: what correlations had counted is lost, or a part of it");
    } catch (const std::bad_alloc&) {
      // Nor is there memory to say so.
    }
    throw;
  }
}

// With the stage lock held, and nothing of the old stage needed any more.
LiveEngine::TakenOver LiveEngine::take_over(const std::shared_ptr<Generation>& next,
                                            const std::vector<std::pair<uint32_t, std::string>>& saved,
                                            const std::vector<Input*>& inputs, bool had_stage,
                                            uint64_t groups) {
  make_stage(next);
  TakenOver taken;
  if (had_stage) {
    std::vector<StateSection> sections;
    for (const auto& [kind, bytes] : saved) sections.push_back({kind, bytes});
    std::vector<CorrelationChange> changes;
    if (restore(sections, changes)) {
      for (const CorrelationChange& change : changes) taken.dropped += change.groups;
      tell_of_changes(changes);
    } else {
      taken.dropped = groups;
      old_correlation_.not_restored += groups;
      tell_of_state("state-lost", fmt::format("what correlations had counted could not be taken over by the "
                                              "reloaded rules: {} groups and all clocks dropped",
                                              groups));
    }
    taken.kept = groups - std::min(groups, taken.dropped);
    if (stage_)
      for (Input* input : inputs) open_input(*input);
    drop_clocks();
  } else {
    // Nothing was loaded before that could have gone on with what an earlier process left.
    read_state();
  }
  publish();
  const Lock lock(mutex_);
  old_.push_back(generation_);
  generation_ = next;
  return taken;
}

// Generations that no call is in any more.
void LiveEngine::bury() {
  std::vector<std::shared_ptr<Generation>> gone;
  {
    const Lock lock(mutex_);
    std::erase_if(old_, [&](std::shared_ptr<Generation>& old) {
      if (old.use_count() > 1) return false;
      if (old->engine) {
        const auto& rules = old->engine->rules();
        for (size_t i = 0; i < rules.size(); ++i)
          if (const uint64_t hits = old->hits[i].load(std::memory_order_relaxed); hits > 0) {
            auto& sum = old_matches_[rules[i]->id];
            sum.first = rules[i];
            sum.second += hits;
          }
      }
      gone.push_back(std::move(old));
      return true;
    });
  }
}

}  // namespace sigrun
