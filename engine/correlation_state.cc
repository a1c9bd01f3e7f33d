#include "correlation_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "event/timestamp.h"

namespace sigrun {
namespace {

// That are told of one by one.
constexpr size_t told_changes = 20;

bool restore(std::span<const StateSection> sections, CorrelationStage& stage, InputKind kind, int64_t now,
             std::vector<CorrelationChange>& changes) {
  Correlator& correlator = stage.correlator();
  // The others are read by the plan, whatever their order.
  for (const StateSection& section : sections)
    if (section.kind == CorrelationSection::plan && !correlator.restore_plan(section.bytes)) return false;
  bool clocks = false;
  for (const StateSection& section : sections) {
    if (section.kind == CorrelationSection::clocks &&
        (std::exchange(clocks, true) || !stage.restore(section.bytes, kind)))
      return false;
    if (section.kind == CorrelationSection::shard && !correlator.restore(section.bytes)) return false;
  }
  return clocks && correlator.end_restore(now, changes);
}

}  // namespace

void begin_save(CorrelationStage& stage, std::function<void(uint32_t kind, std::string_view bytes)> sink) {
  sink(CorrelationSection::plan, stage.correlator().save_plan());
  sink(CorrelationSection::clocks, stage.save());
  stage.correlator().begin_save(
      [sink = std::move(sink)](std::string_view section) { sink(CorrelationSection::shard, section); });
}

std::optional<uint64_t> seed_of(std::span<const StateSection> sections) {
  for (const StateSection& section : sections)
    if (section.kind == CorrelationSection::shard) return Correlator::seed_of(section.bytes);
  return {};
}

bool restore_correlations(std::span<const StateSection> sections, CorrelationStage& stage, InputKind kind,
                          int64_t now, std::vector<CorrelationChange>& changes) {
  if (restore(sections, stage, kind, now, changes)) return true;
  stage.forget();
  changes.clear();
  return false;
}

namespace {

std::string text_of(const CorrelationChange& change) {
  using Kind = CorrelationChange::Kind;
  std::string what;
  switch (change.kind) {
    case Kind::mixed:
      what = fmt::format(
          "the rules that it counts have changed; it is mixed since {}, until what was counted before has "
          "expired",
          format_time(change.since).c_str());
      break;
    case Kind::still_mixed:
      what = fmt::format("still mixed since {}, when the rules that it counts changed",
                         format_time(change.since).c_str());
      break;
    case Kind::reset:
      what = fmt::format("reset: begins anew, {} of its groups dropped", change.groups);
      break;
    case Kind::other_counts:
      what = fmt::format("counts something else than before: {} of its groups dropped", change.groups);
      break;
    case Kind::gone: what = fmt::format("is gone: {} of its groups dropped", change.groups); break;
  }
  return fmt::format("correlation {}: {}", change.rule, what);
}

}  // namespace

std::vector<std::string> texts_of(const std::vector<CorrelationChange>& changes) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < std::min(changes.size(), told_changes); ++i) texts.push_back(text_of(changes[i]));
  if (changes.size() > told_changes)
    texts.push_back(fmt::format("{} more correlations were changed, dropped or are mixed",
                                changes.size() - told_changes));
  return texts;
}

}  // namespace sigrun
