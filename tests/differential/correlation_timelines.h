// Streams of events with the alerts that a person counted out by hand: what both correlators are held to.
//
// Texts, one thing a line, so that they read as tables:
//   rules:   NAME: {type: …}          the block of a correlation; detections `a` to `d` are there already
//   events:  SECONDS RULE[+RULE] [FIELD=VALUE[|VALUE]]…       in the order of their arrival
//   alerts:  SECONDS NAME GROUP[,GROUP] value=N events=N from=SECONDS     the canonical ones; `-` where there is no group-by
// Seconds may have a fraction of up to nine digits. Threads: constant.
#pragma once

#include <string>
#include <vector>

#include "differential/naive_correlator.h"

namespace sigrun::differential {

struct Timeline {
  const char* name;
  const char* rules;
  const char* events;
  const char* alerts;
  const char* lateness = "0";  // seconds by which events come late at most
};

// All of them; the others are parts of it.
const std::vector<Timeline>& correlation_timelines();
const std::vector<Timeline>& temporal_timelines();
const std::vector<Timeline>& numeric_timelines();
const std::vector<Timeline>& chain_timelines();

// The detections a, b, c and d, and correlations from lines `NAME: {…}`. Fails the test if they cannot be read.
sigma::RuleSet correlation_rules(const std::string& lines);
int64_t nanoseconds(const std::string& seconds);
std::vector<naive::RuleEvent> read_events(const std::string& lines);

// As the lines of `alerts`, sorted by correlation, time and group.
std::string to_text(const std::vector<naive::CanonicalAlert>& alerts, const sigma::RuleSet& rules);
std::string to_text(const std::vector<naive::RuleEvent>& events);
// Without blanks at the ends of lines, without empty lines.
std::string trimmed_lines(const std::string& lines);

}  // namespace sigrun::differential
