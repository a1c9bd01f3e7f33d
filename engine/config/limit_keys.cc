#include "config/limit_keys.h"

#include <algorithm>
#include <iterator>
#include <type_traits>

namespace sigrun {
namespace {

using Unit = Amount::Unit;

// `scale`: nanoseconds of one unit of a field that holds a time.
template <auto member, uint64_t scale = 1>
constexpr LimitKey key(std::string_view name, Unit unit, uint64_t least, uint64_t most) {
  return {name,
          {unit, least, most, scale},
          [](const Limits& limits) { return static_cast<uint64_t>(limits.*member) * scale; },
          [](Limits& limits, uint64_t value) {
            using Field = std::remove_reference_t<decltype(limits.*member)>;
            limits.*member = static_cast<Field>(value / scale);
          }};
}

constexpr uint64_t microsecond = 1'000, second = 1'000'000'000, day = 86'400'000'000'000;
constexpr uint64_t kib = 1 << 10, mib = 1 << 20, gib = 1 << 30, tib = uint64_t{1} << 40;
constexpr uint64_t any = 1'000'000'000'000;  // a count that no memory holds

// In the order of support/limits.h.
constexpr LimitKey keys[] = {
    key<&Limits::yaml_bytes>("yaml-bytes", Unit::bytes, kib, gib),
    key<&Limits::yaml_depth>("yaml-depth", Unit::count, 1, 256),
    key<&Limits::yaml_nodes>("yaml-nodes", Unit::count, 1, any),
    key<&Limits::title_characters>("title-characters", Unit::count, 1, any),
    key<&Limits::condition_bytes>("condition-bytes", Unit::bytes, kib, gib),
    key<&Limits::condition_depth>("condition-depth", Unit::count, 1, 1'000),
    key<&Limits::condition_references>("condition-references", Unit::count, 1, any),
    key<&Limits::regex_bytes>("regex-bytes", Unit::bytes, kib, gib),
    key<&Limits::regex_memory>("regex-memory", Unit::bytes, 64 * kib, tib),
    key<&Limits::placeholder_values>("placeholder-values", Unit::count, 1, any),
    key<&Limits::placeholder_bytes>("placeholder-bytes", Unit::bytes, kib, tib),
    key<&Limits::filter_tests>("filter-tests", Unit::count, 1, any),

    // Places in a batch, a chunk and the event that reaches beyond it, are 32 bits wide.
    key<&Limits::event_bytes>("event-bytes", Unit::bytes, kib, gib),
    key<&Limits::event_depth>("event-depth", Unit::count, 1, 1'000),
    key<&Limits::chunk_bytes>("chunk-bytes", Unit::bytes, 4 * kib, 256 * mib),
    key<&Limits::reference_pairs>("reference-pairs", Unit::count, 1, any),
    key<&Limits::alert_bytes>("alert-bytes", Unit::bytes, kib, tib),
    key<&Limits::values_per_event>("values-per-event", Unit::count, 1, 1'000'000'000),
    key<&Limits::rule_budget_microseconds, microsecond>("rule-budget", Unit::span, 0, day),

    key<&Limits::future_seconds, second>("future", Unit::span, 0, 366 * day),
    key<&Limits::undecided_events>("undecided-events", Unit::count, 8, 1'000'000),
    key<&Limits::open_files>("open-files", Unit::count, 1, 100'000),

    key<&Limits::correlation_rules>("correlation-rules", Unit::count, 1, 10'000),
    key<&Limits::correlation_depth>("correlation-depth", Unit::count, 1, 1'000),
    // A quarter of what 64 bits of nanoseconds hold: ends of windows are added to times of events.
    key<&Limits::correlation_timespan_seconds, second>("correlation-timespan", Unit::span, second,
                                                       26'000 * day),
    key<&Limits::correlation_log_entries>("correlation-log-entries", Unit::count, 16, 100'000'000),
    key<&Limits::correlation_groups_of_event>("correlation-groups-of-event", Unit::count, 1, 1'000'000),
    key<&Limits::correlation_key_bytes>("correlation-key-bytes", Unit::bytes, 16, mib),
    key<&Limits::correlation_evidence>("correlation-evidence", Unit::count, 0, 10'000),
    key<&Limits::evidence_event_bytes>("evidence-event-bytes", Unit::bytes, 0, gib),
    key<&Limits::state_file_bytes>("state-file-bytes", Unit::bytes, mib, tib),

    key<&Limits::rejected_reports>("rejected-reports", Unit::count, 0, any),
    key<&Limits::explained_value_bytes>("explained-value-bytes", Unit::bytes, 1, gib),
    key<&Limits::explained_matches>("explained-matches", Unit::count, 0, any),
};

}  // namespace

std::span<const LimitKey> limit_keys() { return keys; }

const LimitKey* find_limit_key(std::string_view name) {
  const auto found =
      std::find_if(std::begin(keys), std::end(keys), [&](const LimitKey& k) { return k.name == name; });
  return found == std::end(keys) ? nullptr : &*found;
}

}  // namespace sigrun
