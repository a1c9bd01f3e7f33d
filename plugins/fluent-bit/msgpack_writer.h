// Writes msgpack into a growing buffer of malloc's, which can be given away to a host that frees it. When
// memory is short it stays as it was, and `failed` says so. One thread; free after release().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sigrun::fluentbit {

class MsgpackWriter {
 public:
  MsgpackWriter() = default;
  ~MsgpackWriter();
  MsgpackWriter(const MsgpackWriter&) = delete;
  MsgpackWriter& operator=(const MsgpackWriter&) = delete;

  bool failed() const { return failed_; }
  size_t size() const { return size_; }
  const char* data() const { return data_; }
  void reserve(size_t capacity);
  void cut(size_t size) { size_ = size; }
  // The buffer, for free(). The writer is empty then.
  char* release();

  void raw(std::string_view bytes);
  void map(uint32_t entries);
  void array(uint32_t elements);
  void text(std::string_view text);
  void integer(int64_t value);
  void natural(uint64_t value);
  void number(double value);
  void truth(bool value);
  void nil();
  void event_time(uint32_t seconds, uint32_t nanoseconds);  // the host's ext type 0

  // A map or an array whose count is known later: begin, elements, end with what begin returned.
  size_t begin_map();
  size_t begin_array();
  void end(size_t begun, uint32_t count);

 private:
  void byte(unsigned char value);
  void head(unsigned char type, uint64_t value, size_t count);

  char* data_ = nullptr;
  size_t size_ = 0, capacity_ = 0;
  bool failed_ = false;
};

}  // namespace sigrun::fluentbit
