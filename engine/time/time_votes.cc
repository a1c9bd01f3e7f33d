#include "time/time_votes.h"

#include "time/saturated.h"

namespace sigrun {

JumpVerdict judge_jump_ahead(int64_t time, const SegmentTime& segment, std::span<const EventStamp> behind,
                             bool complete) {
  const int64_t there = saturated_difference(time, segment.lateness);  // from here on the time has come
  const int64_t beyond = saturated_sum(time, unconfirmed_jump);
  size_t believe = 0, refuse = 0;
  // Where the file is, if it is neither there nor where it was: captures that are shorter than the odd
  // event's votes. Only events that agree on it refuse; those of a file in descending order agree on nothing,
  // and each of its times is as good as the others.
  std::optional<int64_t> elsewhere;
  for (const EventStamp& event : behind) {
    if (!event.time || *event.time > beyond) continue;
    if (*event.time >= there) {
      ++believe;
    } else if (*event.time < saturated_difference(time, unconfirmed_jump)) {
      ++refuse;
    } else if (segment.newest && *event.time <= segment.ahead) {
      ++refuse;
    } else {
      if (!elsewhere) elsewhere = event.time;
      ++(*event.time >= saturated_difference(*elsewhere, segment.lateness) ? refuse : believe);
    }
    if (refuse > ahead_votes / 2) return JumpVerdict::refused;
    if (believe >= ahead_votes / 2) return JumpVerdict::believed;
  }
  if (!complete) return JumpVerdict::undecided;
  if (refuse == 0 && believe == 0) {
    if (!segment.newest) return JumpVerdict::believed;
    return saturated_difference(time, *segment.newest) <= unconfirmed_jump ? JumpVerdict::believed
                                                                           : JumpVerdict::refused;
  }
  // Two or three events that contradict each other: which is odd, if not one a year ahead of the others?
  if (!segment.newest && refuse + believe < ahead_votes / 4 && elsewhere &&
      saturated_difference(time, *elsewhere) <= unconfirmed_jump)
    return JumpVerdict::believed;
  return refuse > believe ? JumpVerdict::refused : JumpVerdict::believed;
}

JumpVerdict judge_jump_back(int64_t time, const SegmentTime& segment, std::span<const EventStamp> behind,
                            bool complete) {
  constexpr size_t may_stay = back_votes - back_votes_needed;
  const bool straggler = saturated_difference(*segment.newest, time) <= longest_straggling;
  const int64_t there = saturated_difference(time, segment.lateness);
  size_t back = 0, stay = 0;
  for (const EventStamp& event : behind) {
    // What is ahead of the segment says nothing about where it was: an odd event, or the capture after a
    // short one.
    if (!event.time || *event.time > segment.ahead) continue;
    // The next capture has begun behind the last stragglers of this one; that one's first event will be
    // judged in its turn.
    if (straggler && *event.time < there) continue;
    ++(*event.time < segment.watermark ? back : stay);
    if (stay > may_stay) return JumpVerdict::refused;
    if (back >= back_votes_needed) return JumpVerdict::believed;
  }
  if (!complete) return JumpVerdict::undecided;
  return back >= back_votes_at_end && back * may_stay >= stay * back_votes_needed ? JumpVerdict::believed
                                                                                  : JumpVerdict::refused;
}

}  // namespace sigrun
