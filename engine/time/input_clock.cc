#include "time/input_clock.h"

#include <algorithm>

#include "time/saturated.h"
#include "time/time_votes.h"

namespace sigrun {

InputClock::InputClock(InputKind kind, const Limits& limits)
    : kind_(kind),
      future_span_(
          static_cast<int64_t>(std::min<uint64_t>(limits.future_seconds, INT64_MAX / 1'000'000'000)) *
          1'000'000'000),
      most_undecided_(std::max<size_t>(limits.undecided_events, 1)) {}

void InputClock::add(std::span<const EventStamp> events, int64_t now, std::vector<EventTime>& decided) {
  if (kind_ == InputKind::live) {
    for (const EventStamp& event : events) add_live(event, now, decided);
    return;
  }
  // The votes read events in one piece. A slice as long as the tail may get decides as many as it adds.
  while (!tail_.empty() && !events.empty()) {
    const size_t slice = std::min(events.size(), most_undecided_);
    tail_.insert(tail_.end(), events.begin(), events.begin() + static_cast<ptrdiff_t>(slice));
    events = events.subspan(slice);
    const size_t done = decide(tail_, false, decided);
    tail_.erase(tail_.begin(), tail_.begin() + static_cast<ptrdiff_t>(done));
  }
  if (!events.empty()) {
    const size_t done = decide(events, false, decided);
    tail_.assign(events.begin() + static_cast<ptrdiff_t>(done), events.end());
  }
}

void InputClock::end(std::vector<EventTime>& decided) {
  decide(tail_, true, decided);
  tail_.clear();
  watermark_ = forever;
}

void InputClock::pause(std::vector<EventTime>& decided) {
  decide(tail_, true, decided);
  tail_.clear();
}

void InputClock::advance_idle(int64_t now) {
  if (kind_ != InputKind::live || !newest_) return;
  // The newest was not ahead of the wall clock when it came, so this is not ahead of it now.
  const int64_t by_pace = saturated_sum(*newest_, saturated_difference(now, reached_at_));
  watermark_ = std::max(watermark_, saturated_difference(by_pace, lateness_));
}

void InputClock::add_live(const EventStamp& event, int64_t now, std::vector<EventTime>& decided) {
  if (!event.time) {
    ++counters_.timeless;
    say(newest_.value_or(now), Timing::timeless, decided);
    return;
  }
  if (*event.time > saturated_sum(now, future_span_)) {
    say_future(*event.time, now, decided);
    return;
  }
  raise_lateness(event.lateness);
  const bool late = *event.time < watermark_;
  if (late) ++counters_.late;
  const int64_t reached = std::min(*event.time, now);
  if (!newest_ || reached >= *newest_) {
    reached_at_ = now;
    move_to(reached);
  }
  say(*event.time, late ? Timing::late : Timing::on_time, decided);
}

size_t InputClock::decide(std::span<const EventStamp> events, bool ended, std::vector<EventTime>& decided) {
  for (size_t i = 0; i < events.size(); ++i) {
    const EventStamp& event = events[i];
    if (!event.time) {
      ++counters_.timeless;
      say(newest_.value_or(0), Timing::timeless, decided);
    } else if (*event.time >= watermark_ && *event.time <= ahead_ && event.lateness <= lateness_) {
      if (*event.time > *newest_) move_to(*event.time);
      say(*event.time, Timing::on_time, decided);
    } else if (!decide_jump(events.subspan(i), ended, decided)) {
      return i;
    }
  }
  return events.size();
}

bool InputClock::decide_jump(std::span<const EventStamp> events, bool ended,
                             std::vector<EventTime>& decided) {
  const EventStamp& event = events.front();
  SegmentTime segment{newest_, std::max(lateness_, event.lateness), watermark_, never};
  if (newest_) segment.ahead = saturated_sum(*newest_, segment.lateness);
  const auto behind = events.subspan(1, std::min(events.size(), most_undecided_) - 1);
  const bool complete = ended || behind.size() + 1 == most_undecided_;

  if (newest_ && *event.time < watermark_) {
    const JumpVerdict verdict = judge_jump_back(*event.time, segment, behind, complete);
    if (verdict == JumpVerdict::undecided) return false;
    if (verdict == JumpVerdict::refused) {
      raise_lateness(event.lateness);
      ++counters_.late;
      say(*event.time, Timing::late, decided);
      return true;
    }
    ++counters_.segments;
    newest_.reset();
    lateness_ = 0;
    watermark_ = never;
    accept(event, Timing::segment_start, decided);
    return true;
  }
  if (!newest_ || *event.time > segment.ahead) {
    const JumpVerdict verdict = judge_jump_ahead(*event.time, segment, behind, complete);
    if (verdict == JumpVerdict::undecided) return false;
    if (verdict == JumpVerdict::refused) {
      say_future(*event.time, newest_, decided);
      return true;
    }
  }
  accept(event, Timing::on_time, decided);
  return true;
}

void InputClock::accept(const EventStamp& event, Timing timing, std::vector<EventTime>& decided) {
  raise_lateness(event.lateness);
  move_to(newest_ ? std::max(*newest_, *event.time) : *event.time);
  say(*event.time, timing, decided);
}

void InputClock::say(int64_t time, Timing timing, std::vector<EventTime>& decided) const {
  decided.push_back({time, watermark_, timing});
}

void InputClock::say_future(int64_t time, std::optional<int64_t> present, std::vector<EventTime>& decided) {
  ++counters_.future;
  const bool in_reach = present && saturated_difference(time, *present) <= ahead_in_reach;
  say(time, in_reach ? Timing::ahead : Timing::future, decided);
}

void InputClock::raise_lateness(int64_t lateness) {
  if (lateness <= lateness_) return;
  lateness_ = lateness;
  if (newest_) ahead_ = saturated_sum(*newest_, lateness_);
}

void InputClock::move_to(int64_t newest) {
  newest_ = newest;
  watermark_ = std::max(watermark_, saturated_difference(newest, lateness_));
  ahead_ = saturated_sum(newest, lateness_);
}

}  // namespace sigrun
