// What a correlation that is decided on arrival asks of a sliding window: one class for each type, in a file of its own.
//
// A condition keeps in each group's aggregate what spares it to look at the whole window again. Entries are told to it in the order of time; one
// that arrived late is told as such, and reset() followed by all entries in order makes the aggregate exact again.
// Threads: const, any number. The group is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>

#include "correlate/correlation_plan.h"
#include "correlate/group.h"

namespace sigrun {

class SlidingCondition {
 public:
  explicit SlidingCondition(const Correlation& correlation)
      : timespan_(correlation.timespan), correlation_(correlation) {}
  virtual ~SlidingCondition() = default;
  // For what aggregates own elsewhere; before any group is. It must outlive them.
  void use_memory(std::pmr::memory_resource& memory) { memory_ = &memory; }

  virtual size_t aggregate_bytes() const { return 0; }
  virtual bool payloads() const { return true; }
  // Entries that the log should hold beside those of the reordering.
  virtual size_t entries_needed() const { return 0; }

  // As if no entry had been told. Also for a group of zero bytes.
  virtual void reset(const Group&) const {}
  virtual void release(const Group&) const {}
  // Entry `i` is the newest that is told; those before it were.
  virtual void add(const Group&, size_t) const {}
  // Entry `i` is older than entries that were told. What the aggregate cannot learn it may ignore: it must not claim what does not hold.
  virtual void add_late(const Group&, size_t) const {}
  // The first `entries` are about to leave the log; no window at the newest entry holds them.
  virtual void leave(const Group&, size_t) const {}
  // Makes room in a log that may not grow: merges or drops entries that windows may still hold. Returns how many it took out, at least one.
  virtual size_t thin_out(const Group& group) const;

  // Whether the condition holds at entry `i`, the newest told.
  virtual bool holds(const Group& group, size_t i) const = 0;
  // What is compared, in the window of the entries [first, last].
  virtual double value(const Group& group, size_t first, size_t last) const = 0;
  // Events that the entries [first, last] are of.
  virtual uint64_t events(const Group&, size_t first, size_t last) const { return last - first + 1; }
  // What reset() and the log's entries would not give back. restore() comes behind those; false: `saved` is not such a state.
  virtual void save(const Group&, std::string&) const {}
  virtual bool restore(const Group&, std::string_view saved) const { return saved.empty(); }

 protected:
  bool satisfies(double value) const {
    return std::all_of(correlation_.bounds.begin(), correlation_.bounds.end(),
                       [&](const CorrelationBound& bound) { return bound.holds(value); });
  }
  // A timespan before `time`.
  int64_t window_of(int64_t time) const { return saturated_difference(time, timespan_); }
  int64_t timespan_;
  const Correlation& correlation_;
  std::pmr::memory_resource* memory_ = std::pmr::get_default_resource();
};

std::unique_ptr<SlidingCondition> make_event_count(const Correlation& correlation);
std::unique_ptr<SlidingCondition> make_value_count(const Correlation& correlation);
std::unique_ptr<SlidingCondition> make_value_sum(const Correlation& correlation);
std::unique_ptr<SlidingCondition> make_temporal(const Correlation& correlation);
std::unique_ptr<SlidingCondition> make_temporal_ordered(const Correlation& correlation);
// By the correlation's type.
std::unique_ptr<SlidingCondition> make_sliding_condition(const Correlation& correlation);

}  // namespace sigrun
