#include "event/slot_table.h"

#include <algorithm>
#include <cstring>

#include "event/event_batch.h"
#include "event/json_string.h"
#include "support/ascii_text.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

constexpr size_t block_size = 64 << 10;
constexpr size_t kept_values = 4096;

}  // namespace

void SlotTable::reset() {
  // One huge event must not hold its memory for ever.
  if (values_.size() > kept_values) values_ = {};
  size_ = 0;
  ++epoch_;
  std::erase_if(blocks_, [](const Block& block) { return block.size > block_size; });
  block_ = used_ = 0;
}

char* SlotTable::reserve(size_t size) {
  while (block_ < blocks_.size() && blocks_[block_].size - used_ < size) ++block_, used_ = 0;
  if (block_ == blocks_.size()) {
    size_t capacity = std::max(size, block_size);
    blocks_.push_back({std::make_unique<char[]>(capacity + event_padding), capacity});
    used_ = 0;
  }
  char* begin = blocks_[block_].bytes.get() + used_;
  used_ += size;
  return begin;
}

std::string_view SlotTable::keep(std::string_view bytes) {
  if (bytes.empty()) return {};
  char* copy = reserve(bytes.size());
  std::memcpy(copy, bytes.data(), bytes.size());
  return {copy, bytes.size()};
}

std::string_view SlotTable::text(EventValue& value) {
  if (value.decoded) return value.text_view;
  value.decoded = true;
  if (value.kind == ValueKind::truth) {
    value.text_view = value.truth ? "true" : "false";
  } else if (value.kind == ValueKind::text && !value.plain && value.raw.find('\\') != value.raw.npos) {
    scratch_.clear();
    unescape_json(value.raw, scratch_);
    value.text_view = keep(scratch_);
  } else {
    value.text_view = value.raw;
  }
  return value.text_view;
}

std::string_view SlotTable::folded(EventValue& value) {
  if (value.folded) return value.folded_view;
  if (value.kind == ValueKind::text && !value.decoded && !value.plain) {
    char* out = reserve(value.raw.size() + folding_room);
    if (const char* end = fold_ascii_json(value.raw, out)) {
      give_back(end);
      value.folded = value.sound = true;
      return value.folded_view = {out, static_cast<size_t>(end - out)};
    }
    give_back(out);
  }
  if (value.kind == ValueKind::text && value.plain) {
    char* out = reserve(value.raw.size() + folding_room);
    const bool ascii = fold_ascii_padded(value.raw, out);
    give_back(ascii ? out + value.raw.size() : out);
    if (ascii) {
      value.folded = true;
      return value.folded_view = {out, value.raw.size()};
    }
  }
  std::string_view source = text(value);
  value.folded = true;
  if (is_ascii(source)) {
    char* out = source.empty() ? nullptr : reserve(source.size());
    std::transform(source.begin(), source.end(), out,
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    value.folded_view = {out, source.size()};
  } else {
    scratch_.clear();
    append_folded(source, scratch_);
    value.folded_view = keep(scratch_);
  }
  return value.folded_view;
}

}  // namespace sigrun
