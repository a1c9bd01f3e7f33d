// The event time of one input: a file, a connection, a collector's tag. It is told the events' times in the
// order of input and says of each event whether it is on time, and up to which time the input is complete
// (the watermark: newest time − lateness).
//
// A live input is decided at once, by the wall clock that the caller hands in: what is more than
// Limits::future_seconds ahead of it is `ahead` or `future`. Its watermark never passes the wall clock less
// the lateness, so that one host whose clock is fast makes no other host's events late.
//
// A file has no wall clock to be held against, so an event that leaves the span in which order may vary
// (newest ± lateness) is judged by those behind it (time_votes.h): a lone jump ahead is `ahead` or `future`,
// one that the others follow is believed; a few events back are `late`, a jump back for good begins a
// segment. Until that is known the event and all behind it are undecided: at most Limits::undecided_events,
// over the ends of batches too. A file that keeps to its order has none.
//
// Lateness: the greatest that any event of the segment brought; that of one log source would make another's
// events late.
//
// A batch handed to operators brings the watermark of its last event (EventTime::watermark); watermark() may
// be ahead of it, where events have been decided that are still to be handed over.
//
// Order of calls: (add | advance_idle)* end; save() anywhere between them, restore() before all of them.
// Decisions are a function of the sequence of events (and of the wall clock, live) alone: how it is cut into
// batches changes nothing. Threads: one at a time. It keeps no views. It reads no clock, starts no thread and
// knows no other input: WatermarkOfInputs does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/limits.h"
#include "time/event_time.h"

namespace sigrun {

enum class InputKind : uint8_t { file, live };

class InputClock {
 public:
  explicit InputClock(InputKind kind, const Limits& limits = {});

  // Appends what is decided, in the order of input: events held back from earlier calls come first. `now` is
  // the wall clock; a file ignores it.
  void add(std::span<const EventStamp> events, int64_t now, std::vector<EventTime>& decided);
  // End of input: decides the rest; the watermark becomes forever.
  void end(std::vector<EventTime>& decided);
  // No more for now: decides the rest as end() does, but goes on from where it is with the next add().
  void pause(std::vector<EventTime>& decided);
  // A live input without events goes on at the pace of the wall clock from its last one. May be called at any
  // time: while events keep coming at that pace it makes none of them late. Nothing happens before the first
  // event, and to files.
  void advance_idle(int64_t now);

  int64_t watermark() const { return watermark_; }
  uint64_t segment() const { return counters_.segments; }  // 0, 1, …: of the event decided last
  size_t undecided() const { return tail_.size(); }
  const TimeCounters& counters() const { return counters_; }

  // The whole state as bytes, and back. restore() refuses, and changes nothing, what save() of a clock of the
  // same kind cannot have written.
  std::string save() const;
  bool restore(std::string_view bytes);

 private:
  void add_live(const EventStamp& event, int64_t now, std::vector<EventTime>& decided);
  // Decides from the front, as far as the events known allow; how many.
  size_t decide(std::span<const EventStamp> events, bool ended, std::vector<EventTime>& decided);
  // The first of the events has left the span in which order may vary, or brings a greater lateness. False:
  // undecided.
  bool decide_jump(std::span<const EventStamp> events, bool ended, std::vector<EventTime>& decided);
  void accept(const EventStamp& event, Timing timing, std::vector<EventTime>& decided);
  void say(int64_t time, Timing timing, std::vector<EventTime>& decided) const;
  void say_future(int64_t time, std::optional<int64_t> present, std::vector<EventTime>& decided);
  void raise_lateness(int64_t lateness);
  void move_to(int64_t newest);

  InputKind kind_;
  int64_t future_span_;
  size_t most_undecided_;

  std::optional<int64_t> newest_;  // accepted time, of this segment; live never ahead of the wall clock
  int64_t lateness_ = 0;           // the greatest of this segment
  int64_t watermark_ = never;
  int64_t ahead_ = never;         // newest + lateness: beyond it an event is judged by those behind it
  int64_t reached_at_ = 0;        // by the wall clock, live
  TimeCounters counters_;
  std::vector<EventStamp> tail_;  // undecided
};

}  // namespace sigrun
