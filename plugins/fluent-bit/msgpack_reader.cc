#include "msgpack_reader.h"

#include <cstring>

namespace sigrun::fluentbit {

uint64_t MsgpackReader::big_endian(size_t offset, size_t count) const {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes_[at_ + offset + i]);
  return value;
}

bool MsgpackReader::skip() {
  // Values that are still to be gone past. Each takes a byte at least, so a count beyond the rest is refused
  // when it is met.
  uint64_t open = 1;
  while (open != 0) {
    if (open > bytes_.size() - at_) return false;
    --open;
    const unsigned char type = head();
    // Most values are short texts and small numbers.
    size_t short_size = type <= 0x7F || type >= 0xE0 ? 1 : 0;
    if ((type & 0xE0) == 0xA0) short_size = 1 + (type & 0x1Fu);
    if (type == 0xD9 && has(2)) short_size = 2 + static_cast<unsigned char>(bytes_[at_ + 1]);
    if (short_size != 0) {
      if (!has(short_size)) return false;
      at_ += short_size;
      continue;
    }
    size_t length_bytes = 0, fixed = 0;
    uint64_t inner = 0;
    if (type <= 0x8F) {
      inner = (type & 0x0F) * 2u;
    } else if (type <= 0x9F) {
      inner = type & 0x0F;
    } else {
      switch (type) {
        case 0xC0:
        case 0xC2:
        case 0xC3: break;
        case 0xC4:
        case 0xD9: length_bytes = 1; break;
        case 0xC5:
        case 0xDA: length_bytes = 2; break;
        case 0xC6:
        case 0xDB: length_bytes = 4; break;
        case 0xC7: length_bytes = 1, fixed = 1; break;  // ext: a byte of type beside the data
        case 0xC8: length_bytes = 2, fixed = 1; break;
        case 0xC9: length_bytes = 4, fixed = 1; break;
        case 0xCC:
        case 0xD0: fixed = 1; break;
        case 0xCD:
        case 0xD1: fixed = 2; break;
        case 0xCA:
        case 0xCE:
        case 0xD2: fixed = 4; break;
        case 0xCB:
        case 0xCF:
        case 0xD3: fixed = 8; break;
        case 0xD4: fixed = 2; break;
        case 0xD5: fixed = 3; break;
        case 0xD6: fixed = 5; break;
        case 0xD7: fixed = 9; break;
        case 0xD8: fixed = 17; break;
        case 0xDC:
        case 0xDD:
        case 0xDE:
        case 0xDF: {
          const size_t count_bytes = type == 0xDC || type == 0xDE ? 2 : 4;
          if (!has(1 + count_bytes)) return false;
          inner = big_endian(1, count_bytes);
          if (type >= 0xDE) inner *= 2;
          fixed = count_bytes;
          break;
        }
        default: return false;  // 0xC1 is reserved
      }
    }
    if (!has(1 + length_bytes)) return false;
    const uint64_t size = 1 + length_bytes + fixed + (length_bytes ? big_endian(1, length_bytes) : 0);
    if (size > bytes_.size() - at_) return false;
    at_ += size;
    open += inner;
  }
  return true;
}

std::optional<uint32_t> MsgpackReader::read_count(unsigned char fixed, unsigned char wide) {
  if (at_end()) return {};
  const unsigned char type = head();
  if ((type & 0xF0) == fixed) {
    ++at_;
    return type & 0x0F;
  }
  const size_t count_bytes = type == wide ? 2 : 4;
  if ((type != wide && type != wide + 1) || !has(1 + count_bytes)) return {};
  const uint32_t count = static_cast<uint32_t>(big_endian(1, count_bytes));
  at_ += 1 + count_bytes;
  return count;
}
std::optional<uint32_t> MsgpackReader::read_map() { return read_count(0x80, 0xDE); }
std::optional<uint32_t> MsgpackReader::read_array() { return read_count(0x90, 0xDC); }

bool MsgpackReader::next_is_map() const {
  return !at_end() && ((head() & 0xF0) == 0x80 || head() == 0xDE || head() == 0xDF);
}
bool MsgpackReader::next_is_array() const {
  return !at_end() && ((head() & 0xF0) == 0x90 || head() == 0xDC || head() == 0xDD);
}
bool MsgpackReader::next_is_text() const {
  return !at_end() && ((head() & 0xE0) == 0xA0 || (head() >= 0xD9 && head() <= 0xDB) ||
                       (head() >= 0xC4 && head() <= 0xC6));
}

std::optional<std::string_view> MsgpackReader::read_text() {
  if (!next_is_text()) return {};
  const unsigned char type = head();
  uint64_t length;
  if ((type & 0xE0) == 0xA0) {
    length = type & 0x1F;
    ++at_;
  } else {
    const size_t length_bytes = type == 0xD9 || type == 0xC4 ? 1 : type == 0xDA || type == 0xC5 ? 2 : 4;
    if (!has(1 + length_bytes)) return {};
    length = big_endian(1, length_bytes);
    at_ += 1 + length_bytes;
  }
  if (!has(length)) return {};
  const std::string_view text = bytes_.substr(at_, length);
  at_ += length;
  return text;
}

std::optional<MsgpackReader::Time> MsgpackReader::read_time() {
  if (at_end()) return {};
  const unsigned char type = head();
  // fixext 8 and ext 8 of type 0: seconds and nanoseconds, 32 bits each.
  if ((type == 0xD7 && has(10) && bytes_[at_ + 1] == 0) ||
      (type == 0xC7 && has(11) && bytes_[at_ + 1] == 8 && bytes_[at_ + 2] == 0)) {
    const size_t data = type == 0xD7 ? 2 : 3;
    const Time time{static_cast<int32_t>(big_endian(data, 4)), static_cast<int64_t>(big_endian(data + 4, 4))};
    at_ += data + 8;
    return time;
  }
  if (type <= 0x7F || type >= 0xE0) {
    ++at_;
    return Time{static_cast<signed char>(type), 0};
  }
  size_t count = 0;
  switch (type) {
    case 0xCC:
    case 0xD0: count = 1; break;
    case 0xCD:
    case 0xD1: count = 2; break;
    case 0xCA:
    case 0xCE:
    case 0xD2: count = 4; break;
    case 0xCB:
    case 0xCF:
    case 0xD3: count = 8; break;
    default: return {};
  }
  if (!has(1 + count)) return {};
  const uint64_t bits = big_endian(1, count);
  at_ += 1 + count;
  double seconds = 0;
  switch (type) {
    case 0xCA: {
      const uint32_t single = static_cast<uint32_t>(bits);
      float value;
      std::memcpy(&value, &single, sizeof value);
      seconds = value;
      break;
    }
    case 0xCB: std::memcpy(&seconds, &bits, sizeof seconds); break;
    case 0xD0: return Time{static_cast<int8_t>(bits), 0};
    case 0xD1: return Time{static_cast<int16_t>(bits), 0};
    case 0xD2: return Time{static_cast<int32_t>(bits), 0};
    default: return Time{static_cast<int64_t>(bits), 0};
  }
  if (!(seconds > -1e10 && seconds < 1e10)) return Time{0, 0};
  const int64_t whole = static_cast<int64_t>(seconds);
  return Time{whole, static_cast<int64_t>((seconds - static_cast<double>(whole)) * 1e9)};
}

bool read_host_record(MsgpackReader& reader, HostRecordView& record) {
  if (reader.read_array() != 2u) return false;
  std::optional<MsgpackReader::Time> time;
  if (reader.next_is_array()) {
    if (reader.read_array() != 2u) return false;
    time = reader.read_time();
    if (!time || !reader.skip()) return false;
  } else {
    time = reader.read_time();
    if (!time) return false;
  }
  record.time = *time;
  record.group_marker = time->seconds == -1 || time->seconds == -2;
  record.is_map = reader.next_is_map();
  record.body_begin = reader.position();
  if (reader.at_end() || !reader.skip()) return false;
  record.body_end = reader.position();
  return true;
}

std::string_view text_of_key(std::string_view map, std::string_view key, bool& taken) {
  taken = false;
  MsgpackReader reader(map);
  const std::optional<uint32_t> entries = reader.read_map();
  for (uint32_t i = 0; entries && i < *entries; ++i) {
    bool same = false;
    if (reader.next_is_text()) {
      const std::optional<std::string_view> name = reader.read_text();
      if (!name) return {};
      same = *name == key;
    } else if (!reader.skip()) {
      return {};
    }
    if (same) {
      taken = true;
      const std::optional<std::string_view> text = reader.read_text();
      return text.value_or(std::string_view());
    }
    if (!reader.skip()) return {};
  }
  return {};
}

}  // namespace sigrun::fluentbit
