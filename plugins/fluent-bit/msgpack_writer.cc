#include "msgpack_writer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace sigrun::fluentbit {

MsgpackWriter::~MsgpackWriter() { std::free(data_); }

void MsgpackWriter::reserve(size_t capacity) {
  if (capacity <= capacity_ || failed_) return;
  void* larger = std::realloc(data_, capacity);
  if (!larger) {
    failed_ = true;
    return;
  }
  data_ = static_cast<char*>(larger);
  capacity_ = capacity;
}

char* MsgpackWriter::release() {
  size_ = capacity_ = 0;
  failed_ = false;
  return std::exchange(data_, nullptr);
}

void MsgpackWriter::raw(std::string_view bytes) {
  if (capacity_ - size_ < bytes.size()) reserve(std::max(size_ + bytes.size(), capacity_ + capacity_ / 2));
  if (failed_ || bytes.empty()) return;
  std::memcpy(data_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void MsgpackWriter::byte(unsigned char value) { raw({reinterpret_cast<const char*>(&value), 1}); }

void MsgpackWriter::head(unsigned char type, uint64_t value, size_t count) {
  char bytes[9];
  bytes[0] = static_cast<char>(type);
  for (size_t i = 0; i < count; ++i) bytes[1 + i] = static_cast<char>(value >> (8 * (count - 1 - i)));
  raw({bytes, 1 + count});
}

void MsgpackWriter::map(uint32_t entries) {
  if (entries < 16)
    byte(static_cast<unsigned char>(0x80 | entries));
  else if (entries < 65536)
    head(0xDE, entries, 2);
  else
    head(0xDF, entries, 4);
}
void MsgpackWriter::array(uint32_t elements) {
  if (elements < 16)
    byte(static_cast<unsigned char>(0x90 | elements));
  else if (elements < 65536)
    head(0xDC, elements, 2);
  else
    head(0xDD, elements, 4);
}
void MsgpackWriter::text(std::string_view text) {
  if (text.size() < 32)
    byte(static_cast<unsigned char>(0xA0 | text.size()));
  else if (text.size() < 256)
    head(0xD9, text.size(), 1);
  else if (text.size() < 65536)
    head(0xDA, text.size(), 2);
  else
    head(0xDB, text.size(), 4);
  raw(text);
}
void MsgpackWriter::integer(int64_t value) {
  if (value >= 0) return natural(static_cast<uint64_t>(value));
  if (value >= -32)
    byte(static_cast<unsigned char>(value));
  else
    head(0xD3, static_cast<uint64_t>(value), 8);
}
void MsgpackWriter::natural(uint64_t value) {
  if (value < 128)
    byte(static_cast<unsigned char>(value));
  else
    head(0xCF, value, 8);
}
void MsgpackWriter::number(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  head(0xCB, bits, 8);
}
void MsgpackWriter::truth(bool value) { byte(value ? 0xC3 : 0xC2); }
void MsgpackWriter::nil() { byte(0xC0); }
void MsgpackWriter::event_time(uint32_t seconds, uint32_t nanoseconds) {
  byte(0xD7);
  head(0x00, static_cast<uint64_t>(seconds) << 32 | nanoseconds, 8);
}

size_t MsgpackWriter::begin_map() {
  head(0xDF, 0, 4);
  return size_ - 4;
}
size_t MsgpackWriter::begin_array() {
  head(0xDD, 0, 4);
  return size_ - 4;
}
void MsgpackWriter::end(size_t begun, uint32_t count) {
  if (failed_) return;
  for (size_t i = 0; i < 4; ++i) data_[begun + i] = static_cast<char>(count >> (8 * (3 - i)));
}

}  // namespace sigrun::fluentbit
