// One stream, its order of arrival and its batches: whether the Correlator gives what the naive correlator says it must.
//
// docs/decisions/2026-11-23-correlating.md is what both are judged by. One thread.
#pragma once

#include <string>
#include <vector>

#include "differential/correlator_run.h"
#include "differential/naive_correlator.h"

namespace sigrun::differential {

struct Stream {
  std::string rules;  // lines, as of correlation_timelines.h
  struct Arrival {
    naive::RuleEvent event;
    bool ends_batch = true;
  };
  std::vector<Arrival> arrivals;  // none behind the newest one before it by more than `lateness`
  int64_t lateness = 0;
};

struct ComparisonTotals {
  uint64_t streams = 0, events = 0, firings = 0, on_arrival = 0, closed = 0, differences = 0;
};

// What is wrong, in words; empty where nothing is.
//  - Each firing is what its window holds: of the events that had arrived, or, once settled, of all.
//  - A correlation that is decided on arrival fires with the very event that completes it, if the timespan has passed since what it fired before.
//  - Firings and canonical alerts of a group pair up one to one, at most a timespan apart; those of closed windows are equal; and where nothing
//    comes out of order, and canonical alerts are more than a timespan apart, the others are too.
//  - No canonical alert waits for long after the watermark has passed it.
//  - What was counted and what was left out add up. Ids are unique.
// What chains are made of is what fired below them, not what should have.
std::string difference(const Stream& stream, const CorrelatorRun::Settings& settings = {},
                       ComparisonTotals* totals = nullptr);

// The stream without rules and events that the difference does not need.
Stream minimised(Stream stream, const CorrelatorRun::Settings& settings = {});

std::string to_text(const Stream& stream);

}  // namespace sigrun::differential
