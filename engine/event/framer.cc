#include "event/framer.h"

#include <algorithm>

#include "event/structure_scan.h"

namespace sigrun {
namespace {

// A batch ends early when it has this many: bounds the memory of an input of rubbish.
constexpr size_t batch_rejections = 2'048;

}  // namespace

Framer::Framer(const std::vector<std::string>& envelopes, const Limits& limits)
    : envelopes_(envelopes),
      event_bytes_(limits.event_bytes),
      event_depth_(limits.event_depth),
      described_(limits.rejected_reports),
      stack_(2 * limits.event_depth + 2),  // an event inside an envelope
      nodes_(stack_.size(), EnvelopePaths::none) {}

bool Framer::is_full() const {
  return found_->events.size() >= batch_events || found_->rejected.size() >= batch_rejections;
}

Framer::Progress Framer::run(const char* data, size_t size, uint64_t offset, bool at_end, EventBatch& found) {
  data_ = data;
  end_ = data + size;
  base_ = offset;
  at_end_ = at_end;
  found_ = &found;
  suspended_ = full_ = false;
  const char* p = at(position_);
  for (;;) {
    if (is_full()) {
      full_ = true;
      break;
    }
    switch (mode_) {
      case Mode::top: p = run_top(p); break;
      case Mode::garbage: p = run_garbage(p); break;
      case Mode::object: p = run_object(p); break;
      case Mode::skim: p = run_skim(p); break;
      case Mode::resync: p = run_resync(p); break;
    }
    if (!suspended_) continue;
    if (mode_ != Mode::object) break;
    if (const char* resumed = check_limits(offset_of(end_))) {
      p = resumed;
    } else if (at_end) {
      p = fail_at_end();
    } else {
      break;
    }
    suspended_ = false;
  }
  position_ = offset_of(p);
  return {static_cast<size_t>(kept_from(position_) - base_), full_};
}

uint64_t Framer::kept_from(uint64_t position) {
  if (mode_ != Mode::object) return position;
  if (!is_loose()) return followed().offset;
  uint64_t from = std::min(position, candidate_.offset);
  if (state_ == State::key_text && key_ != nowhere) {
    if (position - key_ > key_bytes) key_ = nowhere;
    from = std::min(from, key_);
  }
  return from;
}

// Keeps count of lines: every line end outside of strings passes here, and inside of them it is an error.
const char* Framer::skip_space(const char* p) {
  for (;; ++p) {
    if (*p == '\n') {
      ++line_;
      line_begin_ = offset_of(p) + 1;
      line_start_ = true;
    } else if (*p != ' ' && *p != '\r' && *p != '\t') {
      break;
    }
  }
  if (line_start_ && p != end_) {
    line_start_ = false;
    first_token_ = offset_of(p);
    indent_ = first_token_ - line_begin_;
  }
  return p;
}

const char* Framer::run_top(const char* p) {
  for (;;) {
    p = skip_space(p);
    switch (*p) {
      case '{': return begin_object(p);
      case ',': ++p; continue;
      case '[':
        if (array_depth_ == event_depth_) break;
        ++array_depth_;
        ++p;
        continue;
      case ']':
        if (array_depth_ == 0) break;
        --array_depth_;
        ++p;
        continue;
      default: break;
    }
    if (p == end_) return suspend(p);
    if (*p == '[') {
      array_depth_ = 0;
      reject_here(p, too_deep());
    } else {
      reject_here(p, array_depth_ > 0 ? "array element that is no object" : "text that is no object");
    }
    mode_ = Mode::garbage;
    in_string_ = false;
    if (*p == '"') {
      in_string_ = true;
      ++p;
    }
    return p;
  }
}

// To the end of the line, of the array's element, or to something that looks like an object.
const char* Framer::run_garbage(const char* p) {
  while (in_string_) {
    p = find_string_end(p);
    if (*p == '\\') {
      if (p + 1 == end_) return suspend(p);
      p += is_control(p[1]) ? 1 : 2;
      continue;
    }
    if (p == end_) return suspend(p);
    in_string_ = false;
    if (*p == '"') ++p;
  }
  for (;; ++p) {
    switch (*p) {
      case '\n': mode_ = Mode::top; return p;
      case ',':
      case ']':
        if (array_depth_ == 0) break;
        mode_ = Mode::top;
        return p;
      case '{': {
        const char* next = p + 1;
        if (*next == ' ') ++next;
        if (next == end_ && !at_end_) return suspend(p);
        if (*next != '"' && *next != '}') break;
        mode_ = Mode::top;
        return p;
      }
      case '\0':
        if (p == end_) return suspend(p);
        break;
      default: break;
    }
  }
}

const char* Framer::begin_object(const char* p) {
  outer_ = {place_of(p)};
  opened_ = in_inner_ = false;
  bottom_ = 0;
  depth_ = 1;
  stack_[1] = '{';
  nodes_[1] = EnvelopePaths::root;
  track_ = envelopes_.empty() ? 0 : 1;
  pending_ = EnvelopePaths::none;
  key_ = nowhere;
  own_fields_ = 0;
  clear_candidates();
  mode_ = Mode::object;
  state_ = State::key_or_end;
  return p + 1;
}

}  // namespace sigrun
