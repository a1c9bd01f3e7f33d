// Finds the events in a stream of bytes: where each JSON object begins and ends, and what is no object.
//
// A state machine over structure: strings, brackets, colons and commas are followed to the letter; numbers
// and words are not looked into (`tru` and `1e400` pass: values that nobody wants are not validated). It is
// incremental: the caller hands over the bytes that are still needed together with new ones, cut anywhere,
// and the result does not depend on the cuts.
//
// At the top, objects may stand one to a line, side by side, spread over lines, in arrays, separated by
// commas. Where the value of an envelope's path is an object or an array that begins with an object, the
// objects in it are the events, each as soon as it is complete, and the outer object is none: where it has
// fields of its own, that is counted (EventBatch::envelope_fields). Envelopes inside events are not opened.
//
// What goes wrong costs one rejection, and framing goes on (framer_recovery.cc):
//   - at the place where the object's brackets close on the line of the error, else
//   - at the next line that begins an object and is indented no deeper than the broken one;
//   - or at the first such line *inside* the broken object, where it was taken for a nested value at first: a
//     line that was cut off costs its own event only.
// Every byte is scanned a bounded number of times, whatever the input (`rescan_factor`, framer_recovery.cc).
//
// Order of calls: begin_at() if need be, run()* with growing offsets, the last with `at_end`; while
// Progress::full is set, again with the same bytes.
// Threads: one at a time. Does not read, copy or decompress (event_reader.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/envelope_paths.h"
#include "event/event_batch.h"
#include "support/limits.h"

namespace sigrun {

class Framer {
 public:
  Framer(const std::vector<std::string>& envelopes, const Limits& limits);

  // Before the first run(): the text begins there (after a byte order mark).
  void begin_at(uint64_t offset, uint64_t line) {
    position_ = line_begin_ = offset;
    line_ = line;
  }

  // Outside of everything, at the beginning of the line at `offset`: whole lines may be taken past the framer.
  bool is_between_lines(uint64_t offset) const {
    return mode_ == Mode::top && array_depth_ == 0 && position_ == offset && line_begin_ == offset &&
           line_start_;
  }
  uint64_t line() const { return line_; }
  // They were taken: `bytes` with `lines` line ends, the last of them at their end (or the input's).
  void skip_lines(size_t bytes, uint64_t lines) {
    position_ += bytes;
    line_begin_ = position_;
    line_ += lines;
  }

  struct Progress {
    size_t forget = 0;  // bytes at the beginning of `data` that are not needed any more
    bool full = false;  // the batch has enough; more may be found in the bytes that are left
  };
  // `data[0, size)` begins at `offset` of the input and is followed by event_padding zero bytes. Appends to
  // `found.events` (begin is relative to `data`), `found.rejected` and `found.envelope_fields`; leaves
  // `found.bytes` alone. `at_end`:
  // nothing follows. The reasons of rejections beyond Limits::rejected_reports are empty: writing them would
  // be most of the work of a hostile input.
  Progress run(const char* data, size_t size, uint64_t offset, bool at_end, EventBatch& found);

 private:
  static constexpr uint64_t nowhere = UINT64_MAX;
  // Longer keys are no envelope's: bounds what is kept of a key whose object's bytes are not kept.
  static constexpr uint64_t key_bytes = 1'024;
  // Names of an envelope's own fields are told up to here.
  static constexpr uint64_t own_key_bytes = 64;

  enum class Mode : uint8_t {
    top,      // outside of objects
    garbage,  // outside of objects, in something that is no object
    object,   // in an object
    skim,     // after an error, on its line: only strings and brackets count
    resync,   // after an error, looking for a line to go on at
  };
  enum class State : uint8_t {  // in an object
    key_or_end,
    key,
    key_text,
    colon,
    value,
    value_text,
    scalar,
    element_or_end,
    element,
    comma_or_end,
  };
  // The beginning of a line: an object's own, or one to go back to.
  struct Place {
    uint64_t offset = nowhere;
    uint64_t line = 0;
    uint64_t line_begin = 0;
    uint64_t indent = 0;  // of its line
  };
  struct Followed : Place {
    bool rejected = false;  // reported already: followed to find its end, its bytes are not kept
  };

  uint64_t offset_of(const char* p) const { return base_ + static_cast<uint64_t>(p - data_); }
  const char* at(uint64_t offset) const { return data_ + (offset - base_); }
  Place place_of(const char* p) const { return {offset_of(p), line_, line_begin_, indent_}; }
  const char* suspend(const char* p) {
    suspended_ = true;
    return p;
  }
  const char* skip_space(const char* p);
  bool is_full() const;
  uint64_t kept_from(uint64_t position);

  // Each mode runs from `p` until the mode changes, the bytes are used up (suspend), or the batch is full;
  // returns where.
  const char* run_top(const char* p);
  const char* run_garbage(const char* p);
  const char* run_object(const char* p);  // framer_object.cc
  const char* run_skim(const char* p);    // framer_recovery.cc
  const char* run_resync(const char* p);  // framer_recovery.cc

  const char* begin_object(const char* p);

  // framer_object.cc
  bool open_envelope();
  bool begin_inner(const char* p);
  void notice_own_field(uint64_t key_size);
  void keep_own_key();
  bool notice_line_start(const char* p);
  const char* complete(const char* p);
  void leave_followed();
  void clear_candidates();
  Followed& followed() { return in_inner_ ? inner_ : outer_; }
  // The bytes of what is being followed need not be kept.
  bool is_loose() { return followed().rejected || (opened_ && !in_inner_); }

  // framer_recovery.cc. Those that return a pointer say where to go on, in the mode that they have set; null:
  // nothing to do.
  bool describes() const { return rejections_ < described_; }
  void reject(uint64_t offset, uint64_t line, std::string reason);
  void reject_here(const char* p, std::string_view problem);
  void reject_followed(std::string reason);
  std::string with_place(std::string_view problem, const char* p) const;
  std::string too_deep() const;
  const char* fail(const char* p, std::string_view problem, bool in_string = false);
  const char* fail_unexpected(const char* p, State state);
  const char* fail_in_string(const char* p);
  const char* fail_at_end();
  const char* check_limits(uint64_t end);
  const char* resume_at_candidate(uint64_t failed_at);
  const char* resume(const Place& place);
  bool resumes_in_envelope(uint64_t indent) const;
  void skim_close(char opener);
  enum class LineStart : uint8_t { other, object, cut_off };
  LineStart line_start(const char* p, const char*& separator, const char*& brace) const;

  const EnvelopePaths envelopes_;
  const uint64_t event_bytes_;
  const size_t event_depth_;
  const size_t described_;

  // The call of run() in progress.
  const char* data_ = nullptr;
  const char* end_ = nullptr;
  uint64_t base_ = 0;
  bool at_end_ = false;
  bool suspended_ = false;
  bool full_ = false;
  EventBatch* found_ = nullptr;

  // Where we are.
  uint64_t position_ = 0;
  uint64_t line_ = 1;
  uint64_t line_begin_ = 0;
  uint64_t indent_ = 0;             // of the current line, once its first token was seen
  uint64_t first_token_ = nowhere;  // offset of that token
  bool line_start_ = true;          // only white space since line_begin_
  Mode mode_ = Mode::top;
  State state_ = State::key_or_end;
  bool in_string_ = false;    // garbage, skim
  uint64_t array_depth_ = 0;  // arrays open outside of objects

  // The object in progress, and the event inside of it where it is an envelope.
  Followed outer_, inner_;
  bool in_inner_ = false;
  bool opened_ = false;      // the outer object is an envelope
  std::vector<char> stack_;  // stack_[1..depth_]: '{' or '['
  size_t depth_ = 0;
  size_t bottom_ = 0;  // depth outside of the event in progress

  // Envelopes: the containers on the way, down to depth track_ (0: none). nodes_[d] belongs to the container
  // at depth d.
  std::vector<EnvelopePaths::Node> nodes_;
  size_t track_ = 0;
  EnvelopePaths::Node pending_ = EnvelopePaths::none;  // of the key just read at depth track_
  uint64_t key_ = nowhere;                             // offset of the first byte of the key being read
  bool envelope_array_ = false;                        // the array at depth track_ began with an object
  // Keys on the way that lead to no event; of the first of them its place and, once opened_, its name.
  uint64_t own_fields_ = 0;
  uint64_t own_key_offset_ = nowhere, own_key_size_ = 0;
  std::string own_key_;

  // The first line inside the event in progress that might be an event of its own, and those around the
  // current byte.
  Place candidate_;  // its offset is nowhere if there is none
  bool candidates_off_ = false;
  std::vector<size_t> open_candidates_;  // the depth that each was opened at
  size_t candidate_depth_ = 0;           // the last of them, or 0
  uint64_t rescanned_ = 0;
  uint64_t rejections_ = 0;

  // Skimming: brackets open since bottom_.
  size_t skim_objects_ = 0, skim_arrays_ = 0;
  uint64_t skim_beyond_ = 0;  // opened beyond the depth limit
};

}  // namespace sigrun
