// The framer inside of objects: the state machine that every byte of every event goes through, and its
// envelopes.
#include "event/framer.h"

#include <algorithm>

#include "event/structure_scan.h"

namespace sigrun {
namespace {

// Lines that begin an object, each inside the one before, all possibly events of their own. Zero-indented
// pretty-printed text needs one for each array of objects inside an array of objects; more are lines that
// were cut off.
constexpr size_t nested_candidates = 8;

}  // namespace

void Framer::clear_candidates() {
  candidate_.offset = nowhere;
  candidates_off_ = false;
  open_candidates_.clear();
  candidate_depth_ = 0;
}

// The outer object is an envelope from here on, unless it was rejected before (check_limits comes first).
bool Framer::open_envelope() {
  if (outer_.rejected && !opened_) return false;
  if (!opened_ && own_fields_ > 0) keep_own_key();
  opened_ = true;
  clear_candidates();
  return true;
}

// The key just read, of an object that is an envelope or may become one, does not lead to its events.
void Framer::notice_own_field(uint64_t key_size) {
  if (++own_fields_ > 1) return;
  own_key_offset_ = key_size <= key_bytes ? key_ : nowhere;
  own_key_size_ = std::min(key_size, own_key_bytes);
  if (opened_) keep_own_key();
}

// The bytes of an envelope are kept only until it is opened.
void Framer::keep_own_key() {
  own_key_.clear();
  if (own_key_offset_ != nowhere) own_key_.assign(at(own_key_offset_), own_key_size_);
}

bool Framer::begin_inner(const char* p) {
  if (!open_envelope()) return false;
  inner_ = {place_of(p)};
  in_inner_ = true;
  bottom_ = depth_;
  envelope_array_ = stack_[depth_] == '[';
  return true;
}

// At `p` a line begins with an object where a value may stand. It may be the next event after a line that was
// cut off: remember it. False if that is certain by now.
bool Framer::notice_line_start(const char* p) {
  if (candidates_off_ || indent_ > followed().indent) return true;
  if (open_candidates_.size() == nested_candidates) return false;
  if (candidate_.offset == nowhere) candidate_ = place_of(p);
  open_candidates_.push_back(depth_);
  candidate_depth_ = depth_;
  return true;
}

// The object that is followed has ended before `p`.
const char* Framer::complete(const char* p) {
  if (const char* resumed = check_limits(offset_of(p))) return resumed;
  if (!is_loose()) {
    const Followed& event = followed();
    const char* begin = at(event.offset);
    found_->events.push_back({.begin = static_cast<size_t>(begin - data_),
                              .size = static_cast<size_t>(p - begin),
                              .offset = event.offset,
                              .line = event.line});
  } else if (!followed().rejected && own_fields_ > 0) {
    ++found_->envelope_fields.envelopes;
    if (found_->envelope_fields.example.empty()) found_->envelope_fields.example = own_key_;
  }
  leave_followed();
  return p;
}

void Framer::leave_followed() {
  mode_ = in_inner_ ? Mode::object : Mode::top;
  state_ = State::comma_or_end;
  depth_ = bottom_;
  bottom_ = 0;
  in_inner_ = false;
  clear_candidates();
}

// The hot loop. One label for each State; `p` and the depths live in registers, and are stored when it
// leaves.
const char* Framer::run_object(const char* p) {
  size_t depth = depth_, track = track_, bottom = bottom_;
  char* const stack = stack_.data();
  State state = state_;
  auto leave = [&](State at_state) {
    depth_ = depth;
    track_ = track;
    state_ = at_state;
  };
  if (state != State::key_text && state != State::value_text && state != State::scalar) p = skip_space(p);

enter:
  switch (state) {
    case State::key_or_end: goto key_or_end;
    case State::key: goto key;
    case State::key_text: goto key_text;
    case State::colon: goto colon;
    case State::value: goto value;
    case State::value_text: goto value_text;
    case State::scalar: goto scalar;
    case State::element_or_end: goto element_or_end;
    case State::element: goto element;
    case State::comma_or_end: goto comma_or_end;
  }

key_or_end:
  if (*p == '"') goto key_begin;
  if (*p == '}') goto close;
  state = State::key_or_end;
  goto other;

key:
  if (*p == '"') goto key_begin;
  state = State::key;
  goto other;

key_begin:
  ++p;
  if (depth == track) key_ = offset_of(p);

key_text:
  for (;;) {
    p = find_string_end(p);
    if (*p == '"') break;
    if (*p != '\\' || is_control(p[1])) {
      state = State::key_text;
      goto text_stopped;
    }
    p += 2;
  }
  if (depth == track) {
    pending_ = EnvelopePaths::none;
    uint64_t size = offset_of(p) - key_;
    if (key_ != nowhere && size <= key_bytes) {
      pending_ = envelopes_.child(nodes_[depth], {at(key_), static_cast<size_t>(size)});
    }
    if (pending_ == EnvelopePaths::none) notice_own_field(size);
    key_ = nowhere;
  }
  ++p;

colon:
  if (*p != ':') {
    state = State::colon;
    goto other;
  }
  ++p;
  if (*p == ' ') ++p;

value:
  switch (class_of(*p)) {
    case ByteClass::quote: ++p; goto value_text;
    case ByteClass::scalar: goto scalar;
    case ByteClass::open_object: goto open_object;
    case ByteClass::open_array: goto open_array;
    default: state = State::value; goto other;
  }

value_text:
  for (;;) {
    p = find_string_end(p);
    if (*p == '"') break;
    if (*p != '\\' || is_control(p[1])) {
      state = State::value_text;
      goto text_stopped;
    }
    p += 2;
  }
  ++p;
  goto comma_or_end;

scalar:
  while (class_of(*p) == ByteClass::scalar) ++p;
  if (p == end_) {
    leave(State::scalar);
    return suspend(p);
  }

comma_or_end:
  if (*p == ',') {
    ++p;
    if (*p == ' ') ++p;
    if (stack[depth] == '{') goto key;
    goto element;
  }
  if (class_of(*p) == ByteClass::close) goto close;
  state = State::comma_or_end;
  goto other;

open_object:
  leave(State::value);
  if (depth == track) {
    EnvelopePaths::Node node = stack[depth] == '{' ? pending_ : nodes_[depth];
    if (node != EnvelopePaths::none) {
      if (!envelopes_.ends(node)) {
        nodes_[depth + 1] = node;
        track = depth + 1;
      } else {
        if (const char* resumed = check_limits(offset_of(p))) return resumed;
        track = track_;
        if (begin_inner(p)) bottom = bottom_;
      }
    }
  }
  if (offset_of(p) == first_token_ && bottom != depth && !notice_line_start(p)) {
    return fail(p, "another object begins on a line inside this unfinished one");
  }
  if (depth - bottom >= event_depth_) return fail(p, too_deep());
  stack[++depth] = '{';
  ++p;
  goto key_or_end;

open_array:
  if (depth - bottom >= event_depth_) {
    leave(State::value);
    return fail(p, too_deep());
  }
  if (depth == track && stack[depth] == '{' && pending_ != EnvelopePaths::none) {
    nodes_[depth + 1] = pending_;
    track = depth + 1;
    envelope_array_ = false;
  }
  stack[++depth] = '[';
  ++p;

element_or_end:
  if (*p == ']') {
    if (depth == track && envelopes_.ends(nodes_[depth])) {  // an envelope with nothing in it
      leave(State::element_or_end);
      if (const char* resumed = check_limits(offset_of(p))) return resumed;
      track = track_;
      open_envelope();
    }
    goto close;
  }
  if (class_of(*p) == ByteClass::space || p == end_) {
    state = State::element_or_end;
    goto other;
  }

element:
  if (depth == track && envelopes_.ends(nodes_[depth])) {
    ByteClass first = class_of(*p);
    if (first == ByteClass::space || p == end_) {
      state = State::element;
      goto other;
    }
    bool is_value = first == ByteClass::quote || first == ByteClass::scalar || first == ByteClass::open_array;
    if (is_value && !envelope_array_) {
      --track;  // no envelope after all
    } else if (is_value) {
      reject_here(p, "array element that is no object");
      leave(State::value);
      if (is_full()) return p;
    }
  }
  goto value;

close:
  if (stack[depth] != *p - 2) {  // '}' is '{' + 2, ']' is '[' + 2
    leave(State::comma_or_end);
    return fail_unexpected(p, State::comma_or_end);
  }
  ++p;
  --depth;
  if (track > depth) track = depth;
  if (depth == bottom) {
    leave(State::comma_or_end);
    p = complete(p);
    if (mode_ != Mode::object || is_full()) return p;
    depth = depth_, track = track_, bottom = bottom_, state = state_;
    goto enter;
  }
  if (depth == candidate_depth_) {
    open_candidates_.pop_back();
    candidate_depth_ = open_candidates_.empty() ? 0 : open_candidates_.back();
  }
  goto comma_or_end;

// Nothing that belongs here: white space, the end of the bytes, or an error.
other:
  if (class_of(*p) == ByteClass::space) {
    p = skip_space(p);
    goto enter;
  }
  leave(state);
  if (p == end_) return suspend(p);
  return fail_unexpected(p, state);

// A backslash or a control character: the end of the bytes, or an error.
text_stopped:
  leave(state);
  if (*p == '\\') {
    if (p + 1 == end_) return suspend(p);
    ++p;
  } else if (p == end_) {
    return suspend(p);
  }
  return fail_in_string(p);
}

}  // namespace sigrun
