// What the framer does about objects that are broken: say so once, and find the place to go on at.
//
// Going back (to a line inside the broken object that began an object of its own) is what makes a line that
// was cut off cost one event. It is also what could make the time quadratic, so its sum over an input is kept
// below a multiple of the input; beyond that the framer only goes forward, which loses lines of hostile input
// only. All decisions depend on offsets, never on how the bytes were cut into chunks: a limit that was passed
// is judged the same when it is noticed late.
#include "event/framer.h"

#include <fmt/format.h>
#include <cstring>
#include <utility>

#include "event/structure_scan.h"

namespace sigrun {
namespace {

// All bytes scanned again may be this many times the bytes scanned so far, plus the allowance.
constexpr uint64_t rescan_factor = 16;
constexpr uint64_t rescan_allowance = 1 << 20;

// How far into a line its separators and brackets are looked through for an object.
constexpr ptrdiff_t line_start_bytes = 64;

std::string printable(char c) {
  auto byte = static_cast<unsigned char>(c);
  if (byte > 0x20 && byte < 0x7f) return fmt::format("'{}'", c);
  return fmt::format("byte 0x{:02x}", byte);
}

}  // namespace

void Framer::reject(uint64_t offset, uint64_t line, std::string reason) {
  ++rejections_;
  found_->rejected.push_back({offset, line, std::move(reason)});
}

void Framer::reject_here(const char* p, std::string_view problem) {
  reject(offset_of(p), line_, with_place(problem, p));
}

void Framer::reject_followed(std::string reason) {
  Followed& broken = followed();
  if (!broken.rejected) reject(broken.offset, broken.line, std::move(reason));
  broken.rejected = true;
}

std::string Framer::with_place(std::string_view problem, const char* p) const {
  if (!describes()) return {};
  return fmt::format("{} (line {}, column {})", problem, line_, offset_of(p) - line_begin_ + 1);
}

std::string Framer::too_deep() const {
  return describes() ? fmt::format("nested deeper than {}", event_depth_) : std::string();
}

const char* Framer::fail_unexpected(const char* p, State state) {
  if (!describes()) return fail(p, {});
  std::string_view expected;
  switch (state) {
    case State::key_or_end: expected = "a key or '}'"; break;
    case State::key: expected = "a key"; break;
    case State::colon: expected = "':'"; break;
    case State::element_or_end: expected = "a value or ']'"; break;
    case State::comma_or_end: expected = stack_[depth_] == '{' ? "',' or '}'" : "',' or ']'"; break;
    default: expected = "a value"; break;
  }
  return fail(p, fmt::format("expected {}, found {}", expected, printable(*p)));
}

const char* Framer::fail_in_string(const char* p) {
  if (!describes()) return fail(p, {}, true);
  if (*p == '\n') return fail(p, "the line ends inside a string", true);
  return fail(p, fmt::format("control character in a string, {}", printable(*p)), true);
}

// At `p` something is wrong in what is being followed.
const char* Framer::fail(const char* p, std::string_view problem, bool in_string) {
  if (const char* resumed = check_limits(offset_of(p))) return resumed;
  reject_followed(with_place(problem, p));
  if (const char* resumed = resume_at_candidate(offset_of(p))) return resumed;
  skim_objects_ = skim_arrays_ = 0;
  skim_beyond_ = 0;
  for (size_t depth = bottom_ + 1; depth <= depth_; ++depth) {
    ++(stack_[depth] == '{' ? skim_objects_ : skim_arrays_);
  }
  in_string_ = in_string;
  bool begins_line = !in_string && offset_of(p) == first_token_ && class_of(*p) != ByteClass::close;
  mode_ = begins_line ? Mode::resync : Mode::skim;
  return p;
}

const char* Framer::fail_at_end() {
  const Followed cut = followed();
  bool in_string = state_ == State::key_text || state_ == State::value_text;
  if (!describes()) {
    reject_followed({});
  } else {
    reject_followed(in_string ? "unterminated: the input ends inside a string of this object"
                              : "unterminated: the input ends inside this object");
  }
  if (const char* resumed = resume_at_candidate(offset_of(end_))) return resumed;
  // A line that is being written. Of what goes on within something larger nothing can be read by itself.
  if (array_depth_ == 0 && !in_inner_ && !opened_ && !cut.rejected && cut.offset == cut.line_begin)
    found_->unfinished = EventBatch::Place{cut.offset, cut.line};
  mode_ = Mode::top;
  in_inner_ = false;
  return end_;
}

// What is followed reaches to `end` at least: is it over the limit, and does that mean going back?
const char* Framer::check_limits(uint64_t end) {
  uint64_t begin = followed().offset;
  if (!is_loose() && end - begin > event_bytes_) {
    reject_followed(describes() ? fmt::format("longer than {} bytes", event_bytes_) : std::string());
    if (!in_inner_) {  // what is rejected is no envelope
      track_ = 0;
      key_ = nowhere;
    }
    uint64_t limit = begin + event_bytes_;
    if (candidate_.offset <= limit) {
      if (const char* resumed = resume_at_candidate(limit)) return resumed;
    }
  }
  if (is_loose() && candidate_.offset != nowhere && end - candidate_.offset > event_bytes_) {
    reject_followed(describes() ? "another object begins on a line inside this one, which does not end"
                                : std::string());
    return resume_at_candidate(candidate_.offset + event_bytes_);
  }
  return nullptr;
}

const char* Framer::resume_at_candidate(uint64_t failed_at) {
  if (candidate_.offset == nowhere) return nullptr;
  uint64_t cost = failed_at - candidate_.offset;
  if (rescanned_ + cost > rescan_factor * failed_at + rescan_allowance) {
    clear_candidates();
    candidates_off_ = true;
    return nullptr;
  }
  rescanned_ += cost;
  return resume(Place(candidate_));
}

// The event in progress is an element of an envelope's array, and a line so indented still lies in that
// array.
bool Framer::resumes_in_envelope(uint64_t indent) const {
  return in_inner_ && stack_[bottom_] == '[' && indent > outer_.indent;
}

const char* Framer::resume(const Place& place) {
  line_ = place.line;
  line_begin_ = place.line_begin;
  indent_ = place.indent;
  first_token_ = place.offset;
  line_start_ = false;
  if (resumes_in_envelope(place.indent)) {
    leave_followed();
    if (*at(place.offset) == '{') state_ = State::element;
  } else {
    in_inner_ = false;
    mode_ = Mode::top;
  }
  return at(place.offset);
}

// A bracket that closes: everything opened since its partner is closed with it; one without a partner is
// passed over.
void Framer::skim_close(char opener) {
  if (skim_beyond_ > 0) {
    --skim_beyond_;
    return;
  }
  if ((opener == '{' ? skim_objects_ : skim_arrays_) == 0) return;
  char popped;
  do {
    popped = stack_[depth_--];
    --(popped == '{' ? skim_objects_ : skim_arrays_);
  } while (popped != opener);
}

const char* Framer::run_skim(const char* p) {
  for (;;) {
    if (in_string_) {
      p = find_string_end(p);
      if (p == end_) return suspend(p);
      if (*p == '\n') break;
      if (*p == '\\' && p + 1 == end_) return suspend(p);
      if (*p == '"') in_string_ = false;
      p += *p == '\\' && !is_control(p[1]) ? 2 : 1;
      continue;
    }
    if (*p == '\n') break;
    if (p == end_) return suspend(p);
    switch (class_of(*p)) {
      case ByteClass::quote: in_string_ = true; break;
      case ByteClass::open_object:
      case ByteClass::open_array:
        if (depth_ - bottom_ == event_depth_) {
          ++skim_beyond_;
        } else {
          stack_[++depth_] = *p;
          ++(*p == '{' ? skim_objects_ : skim_arrays_);
        }
        break;
      case ByteClass::close:
        skim_close(static_cast<char>(*p - 2));
        if (depth_ == bottom_) {
          leave_followed();
          return p + 1;
        }
        break;
      default: break;
    }
    ++p;
  }
  mode_ = Mode::resync;
  return p;
}

// Does the line that begins at `p` begin with an object, brackets and separators aside? `separator`: the
// first of those that are to be read again at the top; `brace`: the object.
Framer::LineStart Framer::line_start(const char* p, const char*& separator, const char*& brace) const {
  const char* last = p + line_start_bytes;
  while (p < last && (*p == '}' || *p == ' ' || *p == '\t')) ++p;
  separator = p;
  while (p < last && (*p == '[' || *p == ',' || *p == ' ' || *p == '\t')) ++p;
  brace = p;
  if (p == end_ && !at_end_) return LineStart::cut_off;
  return *p == '{' ? LineStart::object : LineStart::other;
}

const char* Framer::run_resync(const char* p) {
  p = skip_space(p);
  if (p == end_) return suspend(p);
  uint64_t indent = followed().indent;
  if (offset_of(p) == first_token_ && indent_ <= indent) {
    const char *separator, *brace;
    switch (line_start(p, separator, brace)) {
      case LineStart::cut_off: return suspend(p);
      case LineStart::object: return resume(place_of(resumes_in_envelope(indent_) ? brace : separator));
      case LineStart::other: break;
    }
    // The end of the array that the broken object is in.
    if (*p == ']' && indent_ < indent && (resumes_in_envelope(indent_) || (!in_inner_ && array_depth_ > 0))) {
      return resume(place_of(p));
    }
  }
  auto line_end = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(end_ - p)));
  return line_end ? line_end : suspend(end_);
}

}  // namespace sigrun
