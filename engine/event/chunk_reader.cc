#include "event/chunk_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sigrun {
namespace {

// Enough for every mark that an input may begin with.
constexpr size_t mark_bytes = 8;

// Why an input that begins so is none, or empty.
std::string refuse(std::string_view beginning) {
  if (beginning.starts_with("\xff\xfe") || beginning.starts_with("\xfe\xff")) {
    return "UTF-16 text: convert it to UTF-8 first, for example with `iconv -f UTF-16 -t UTF-8`";
  }
  if (is_evtx(beginning)) return evtx_refusal("FILE.evtx");
  return {};
}

// The whole lines at the beginning of `bytes`; all of them if there is no line end.
size_t cut(std::string_view bytes) {
  auto last = static_cast<const char*>(memrchr(bytes.data(), '\n', bytes.size()));
  return last ? static_cast<size_t>(last + 1 - bytes.data()) : bytes.size();
}

}  // namespace

ChunkReader::ChunkReader(ByteSource& source, size_t chunk_bytes)
    : source_(source), chunk_bytes_(std::max<size_t>(chunk_bytes, 1)) {}

// Appends up to `wanted` bytes; fewer at the end of the input, and whatever has come of a live one.
size_t ChunkReader::read(PaddedBytes& to, size_t wanted) {
  to.reserve(to.size() + wanted);
  const size_t before = to.size();
  size_t end = before;
  while (end - before < wanted && !at_end_) {
    const size_t size = source_.read(to.data() + end, wanted - (end - before));
    if (size == 0) {
      at_end_ = true;
      error_ = source_.error();
    }
    end += size;
    if (source_.live()) break;
  }
  to.set_size(end);
  bytes_read_ += end - before;
  return end - before;
}

// Looks at the first bytes; false if the input is refused.
bool ChunkReader::start() {
  started_ = true;
  if (const std::string_view beginning = source_.in_memory(); !beginning.empty()) {
    bytes_read_ = std::min(beginning.size(), mark_bytes);
    if (!begin_at_mark(beginning)) return false;
    source_.skip(offset_);
    bytes_read_ = offset_;
    return true;
  }
  while (held_.size() < mark_bytes && !at_end_) read(held_, mark_bytes - held_.size());
  if (!begin_at_mark(held_.view())) return false;
  held_ = PaddedBytes(held_.view().substr(offset_));
  return true;
}

bool ChunkReader::begin_at_mark(std::string_view beginning) {
  if (std::string refusal = refuse(beginning); !refusal.empty()) {
    error_ = std::move(refusal);
    at_end_ = done_ = true;
    return false;
  }
  offset_ = beginning.starts_with("\xef\xbb\xbf") ? 3 : 0;  // UTF-8's byte order mark
  return true;
}

// Bytes that stay where they are; false where there are none, or too few to read past the last event's end.
bool ChunkReader::lend(Chunk& chunk) {
  const std::string_view ahead = source_.in_memory();
  if (held_.size() > 0 || ahead.size() < chunk_bytes_ + event_padding) return false;
  chunk.size = cut(ahead.substr(0, chunk_bytes_));
  chunk.batch.lent = ahead.data();
  source_.skip(chunk.size);
  bytes_read_ += chunk.size;
  return true;
}

bool ChunkReader::begin_at(uint64_t offset, uint64_t line) {
  if (!started_ && !start()) return false;
  constexpr size_t step = 1 << 20;
  while (offset_ < offset && !done_) {
    const size_t wanted = std::min<uint64_t>(step, offset - offset_);
    size_t passed = 0;
    if (const std::string_view ahead = source_.in_memory(); held_.size() == 0 && !ahead.empty()) {
      passed = std::min(wanted, ahead.size());
      source_.skip(passed);
      bytes_read_ += passed;
    } else {
      if (held_.size() < wanted) read(held_, wanted - held_.size());
      passed = std::min(wanted, held_.size());
      held_ = PaddedBytes(held_.view().substr(passed));
    }
    if (passed == 0) return false;
    offset_ += passed;
  }
  line_ = line;
  return offset_ == offset;
}

bool ChunkReader::next(Chunk& chunk) {
  chunk.clear();
  if (done_) return false;
  chunk.first = std::exchange(first_, false);
  if (!started_ && !start()) return false;
  chunk.line = line_;
  chunk.offset = offset_;
  chunk.begins_line = at_line_begin_;
  PaddedBytes& bytes = chunk.batch.bytes;
  // What was held is part of it: so chunks are cut at the same places wherever reading begins.
  const size_t wanted = std::max(chunk_bytes_, held_.size() + mark_bytes);
  if (bytes.capacity() > 4 * wanted) bytes = {};  // a huge event must not hold its memory for ever
  if (!lend(chunk)) {
    bytes.reserve(wanted);
    bytes.append(held_.view());
    read(bytes, wanted - held_.size());
    chunk.size = at_end_ || source_.live() ? bytes.size() : cut(bytes.view());
    held_.clear();
    held_.append(bytes.view().substr(chunk.size));
    bytes.set_size(chunk.size);
    chunk.at_end = done_ = at_end_;
  }
  offset_ += chunk.size;
  if (chunk.size > 0) at_line_begin_ = chunk.bytes().back() == '\n';
  return true;
}

}  // namespace sigrun
