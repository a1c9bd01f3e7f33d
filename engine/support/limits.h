// Every limit of the engine, with its default and the reason for it. docs/limits.md lists the same; a test hits each one.
// A limit that is reached is never silent: it is a diagnostic at load time and a counter at run time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sigrun {

struct Limits {
  // Text in: rule, table and pipeline files.
  size_t yaml_bytes = 1 << 20;        // one file; the largest public rule has 90 KB
  size_t yaml_depth = 32;             // nested collections; deeper documents are attacks on recursive readers
  size_t yaml_nodes = 100'000;        // scalars and collections of one file, with what its `action`s repeat
  size_t title_characters = 256;      // Sigma specification 2.1, rule title
  size_t condition_bytes = 64 << 10;  // one condition expression
  size_t condition_depth = 64;        // nested parentheses and `not`s
  size_t condition_references = 100'000;  // selections that the `N of` of one rule name, all taken together
  size_t regex_bytes = 64 << 10;          // one regular expression as written
  int64_t regex_memory = 8 << 20;         // RE2's budget for one compiled expression and its caches
  size_t placeholder_values = 10'000;     // values that one rule value may expand to
  size_t placeholder_bytes = 16 << 20;    // memory that the placeholders of one rule may grow it by
  size_t filter_tests = 1'000'000;        // items, values and terms that all filters add to all rules

  // Bytes in: events.
  size_t event_bytes = 16 << 20;  // one event; a longer one is rejected
  size_t event_depth = 128;       // nested objects and arrays of one event; a deeper one is rejected
  size_t chunk_bytes = 1 << 19;   // events are framed and handed to workers in batches of about this size
  size_t reference_pairs =
      1'000'000;  // comparisons of one fieldref between two arrays; more make the event degraded
  size_t alert_bytes =
      8 << 20;  // alerts of one batch held before they are delivered; the rest is matched after that
  size_t values_per_event = 100'000;  // wanted values taken from one event (arrays); more make it degraded
  uint64_t rule_budget_microseconds =
      250'000;  // one rule on one event, for each begun MiB of it; ordinary rules take a thousandth. 0: none

  // Time of events.
  uint64_t future_seconds = 300;  // ahead of the wall clock: a live event beyond it is `future` and moves no watermark
  size_t undecided_events = 256;  // of a file, held back until those behind them show whether a jump of time is real
  size_t open_files = 64;         // of one scan that are read by time at once; one holds a batch and its decoder

  // Correlations.
  size_t correlation_rules =
      64;  // that one correlation names; every one more makes each of its groups slower
  size_t correlation_depth = 16;                            // correlations that stand on correlations
  uint64_t correlation_timespan_seconds = 20'000 * 86'400;  // of one window; times are 64-bit nanoseconds
  size_t correlation_log_entries = 4096;  // of one group, beside those that its threshold needs; older ones are settled early
  size_t correlation_groups_of_event = 64;  // combinations of array elements that one event enters
  size_t correlation_key_bytes = 1024;      // of one group-by value; a longer one is told apart by its hash
  size_t correlation_evidence = 8;          // events shown in an alert
  size_t evidence_event_bytes = 16 << 10;   // an event that is longer is named, not shown
  size_t state_file_bytes = size_t{2} << 30;  // of a scan; a larger one is neither written nor read

  // Messages out.
  size_t rejected_reports =
      20;  // rejected events described one by one for each input; the rest are only counted
  size_t explained_value_bytes = 4096;  // a matched value in an alert's `matches` is cut to this many bytes
  size_t explained_matches = 32;        // entries of an alert's `matches`

  bool operator==(const Limits&) const = default;
};

}  // namespace sigrun
