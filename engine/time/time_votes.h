// How an event of a file that leaves the span in which order may vary is judged by the events behind it. Pure
// functions.
//
// The constants were chosen on recorded files; docs/decisions/2026-11-23-event-time.md says why, with the
// figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "time/event_time.h"

namespace sigrun {

// A jump ahead: the next votes, of which more than half must say that the time has not come. The shortest
// recorded capture that is ahead of what comes before *and* behind it has 17 events.
inline constexpr size_t ahead_votes = 16;
// A jump back for good: the next votes, and those among them that must be back as well. The bar is higher
// than that of a jump ahead: a wrong segment closes everyone's windows, a wrong `late` costs those events
// alone. The shortest recorded capture between two later ones has 47 events.
inline constexpr size_t back_votes = 32, back_votes_needed = 28;
// Where the input ends first, the share counts, but so few events at least: two stragglers at the end are
// stragglers.
inline constexpr size_t back_votes_at_end = 4;
// Stragglers are not older than this. What is may be a capture of two events, and those behind it that are
// older still speak for it as well.
inline constexpr int64_t longest_straggling = 86'400'000'000'000;
// A jump that no event behind it speaks for or against (the last of its file) is believed up to this span:
// the last event of a sparse log is real, one in 2099 is not. Votes by events that are themselves further
// ahead than this do not count.
inline constexpr int64_t unconfirmed_jump = 365LL * 86400 * 1'000'000'000;

enum class JumpVerdict : uint8_t { undecided, believed, refused };

// Where a segment stands.
struct SegmentTime {
  std::optional<int64_t> newest;  // none: the segment, and the file, have no event yet
  int64_t lateness = 0;
  int64_t watermark = never;
  int64_t ahead = never;  // newest + lateness
};

// Whether an event ahead of `segment` (or the very first) at `time` shows where the file is by now; refused:
// it alone is odd. `behind`: the events behind it, as far as they are known; `complete`: no more are needed
// or will come.
JumpVerdict judge_jump_ahead(int64_t time, const SegmentTime& segment, std::span<const EventStamp> behind,
                             bool complete);

// Whether the events behind one at `time`, before the watermark, stay there: believed, it begins a segment;
// refused, it is late. The segment has an event.
JumpVerdict judge_jump_back(int64_t time, const SegmentTime& segment, std::span<const EventStamp> behind,
                            bool complete);

}  // namespace sigrun
