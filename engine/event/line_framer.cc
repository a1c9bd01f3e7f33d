#include "event/line_framer.h"

#include <algorithm>
#include <cstring>

#include "event/structure_scan.h"

namespace sigrun {
namespace {

// Lines are taken in blocks of about this size: their tokens stay in the second-level cache.
constexpr size_t block_bytes = 128 << 10;

// Behind the last line end within [begin, begin + size); 0: there is none.
size_t whole_lines(const char* begin, size_t size) {
  auto last = static_cast<const char*>(memrchr(begin, '\n', size));
  return last ? static_cast<size_t>(last + 1 - begin) : 0;
}

}  // namespace

LineFramer::LineFramer(const std::vector<std::string>& envelopes, const Limits& limits)
    : envelopes_(envelopes), event_bytes_(limits.event_bytes), event_depth_(limits.event_depth) {}

// Numbers and words are not looked into, but nothing else may stand in them.
bool LineFramer::is_scalar(const char* block, uint32_t token) const {
  const char* p = block + tokens_.places()[token];
  const char* const next = block + tokens_.places()[token + 1];
  while (p < next && class_of(*p) == ByteClass::scalar) ++p;
  while (p < next && class_of(*p) == ByteClass::space) ++p;
  return p == next;
}

bool LineFramer::may_be_envelope(const char* block, uint32_t key) const {
  if (envelopes_.empty()) return false;
  const char* const begin = block + tokens_.places()[key] + 1;
  const char* end = block + tokens_.places()[key + 1] - 1;
  while (*end != '"') --end;
  return envelopes_.child(EnvelopePaths::root, {begin, static_cast<size_t>(end - begin)}) !=
         EnvelopePaths::none;
}

// The token behind the object that begins at `token`; `token` itself if it is not to be framed here.
uint32_t LineFramer::behind_object(const char* block, uint32_t token) const {
  const uint32_t* const places = tokens_.places();
  const uint32_t count = tokens_.count(), failed = token;
  auto byte = [&](uint32_t at) { return at < count ? block[places[at]] : '\0'; };
  // What is open: a bit for each, 1 for objects; deeper ones are the Framer's.
  uint64_t open = 1;
  size_t depth = 1;
  ++token;
  if (byte(token) == '}') return token + 1;

key:
  if (byte(token) != '"' || byte(token + 1) != ':') return failed;
  token += 2;
  // Only what holds objects is an envelope.
  if (depth == 1 && (byte(token) == '{' || byte(token) == '[') && may_be_envelope(block, token - 2))
    return failed;

value:
  switch (byte(token)) {
    case '"': ++token; break;
    case '{':
    case '[': {
      if (depth == 63 || depth >= event_depth_) return failed;
      const bool object = byte(token) == '{';
      open = open << 1 | (object ? 1 : 0);
      ++depth;
      ++token;
      if (byte(token) == (object ? '}' : ']')) goto close;
      if (object) goto key;
      goto value;
    }
    case '}':
    case ']':
    case ':':
    case ',': return failed;
    default:
      if (token >= count || !is_scalar(block, token)) return failed;
      ++token;
  }

next:
  if (byte(token) == ',') {
    ++token;
    if (open & 1) goto key;
    goto value;
  }

close:
  if (byte(token) != (open & 1 ? '}' : ']')) return failed;
  ++token;
  open >>= 1;
  if (--depth == 0) return token;
  goto next;
}

LineFramer::Progress LineFramer::run(const char* data, size_t size, uint64_t offset, uint64_t line,
                                     bool at_end, EventBatch& found) {
  const size_t events_before = found.events.size();
  Progress progress;
  // What is not framed here is left with its whole line: events that stand before it there go, too.
  auto leave = [&] {
    while (found.events.size() > events_before && found.events.back().begin >= progress.bytes) {
      found.tokens.shrink(found.events.back().first_token);
      found.events.pop_back();
    }
    return progress;
  };
  while (progress.bytes < size) {
    const char* const block = data + progress.bytes;
    const size_t left = size - progress.bytes;
    size_t length = whole_lines(block, std::min(left, block_bytes));
    if (length == 0 && left <= block_bytes && at_end) length = left;
    if (length == 0 || tokens_.find({block, length}) != JsonTokens::Outcome::found) return progress;
    const char* const block_end = block + length;
    auto line_end_from = [&](const char* p) {
      auto end = static_cast<const char*>(std::memchr(p, '\n', static_cast<size_t>(block_end - p)));
      return end ? end : block_end;
    };
    const char* line_end = line_end_from(block);
    auto begin_next_line = [&] {
      ++progress.lines;
      progress.bytes = static_cast<size_t>(line_end + 1 - data);
      line_end = line_end_from(line_end + 1);
    };
    const uint32_t* const places = tokens_.places();
    for (uint32_t token = 0; token < tokens_.count();) {
      const char* const begin = block + places[token];
      while (line_end < begin) begin_next_line();
      if (*begin != '{' || found.events.size() == batch_events) return leave();
      const uint32_t next = behind_object(block, token);
      if (next == token) return leave();
      const auto event_size = static_cast<size_t>(places[next - 1] + 1 - places[token]);
      if (begin + event_size > line_end || event_size > event_bytes_) return leave();

      const auto first_token = static_cast<uint32_t>(found.tokens.size());
      found.events.push_back({.begin = static_cast<size_t>(begin - data),
                              .size = event_size,
                              .offset = offset + static_cast<uint64_t>(begin - data),
                              .line = line + progress.lines,
                              .first_token = first_token,
                              .token_count = next - token});
      uint32_t* to = found.tokens.extend(next - token + 1);
      for (uint32_t i = token; i < next; ++i) *to++ = places[i] - places[token];
      *to = static_cast<uint32_t>(event_size);
      token = next;
    }
    while (line_end < block_end) begin_next_line();
    progress.bytes = static_cast<size_t>(block_end - data);
  }
  return progress;
}

}  // namespace sigrun
