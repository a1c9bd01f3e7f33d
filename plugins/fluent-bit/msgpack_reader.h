// As much of msgpack as a filter has to read: where values begin and end, the entries of a map, and a host's
// record with its time.
//
// Views into the caller's bytes. Nothing is copied, nothing allocated, nothing recurses: frames stay small,
// whatever the nesting. Lengths and counts are believed as far as there are bytes. Free of state, for any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sigrun::fluentbit {

class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes, size_t at = 0) : bytes_(bytes), at_(at) {}

  size_t position() const { return at_; }
  bool at_end() const { return at_ >= bytes_.size(); }

  // Each goes past what it returns; on false and nullopt the position means nothing.
  bool skip();                                  // one value with all that is in it
  std::optional<uint32_t> read_map();           // entries
  std::optional<uint32_t> read_array();         // elements
  std::optional<std::string_view> read_text();  // str or bin
  // A record's time: the host's ext type 0, an integer or a float of seconds.
  struct Time {
    int64_t seconds;
    int64_t nanoseconds;
  };
  std::optional<Time> read_time();

  // What the next value is, by its first byte.
  bool next_is_map() const;
  bool next_is_array() const;
  bool next_is_text() const;

 private:
  unsigned char head() const { return static_cast<unsigned char>(bytes_[at_]); }
  bool has(size_t count) const { return bytes_.size() - at_ >= count; }
  uint64_t big_endian(size_t offset, size_t count) const;
  std::optional<uint32_t> read_count(unsigned char fixed, unsigned char wide);

  std::string_view bytes_;
  size_t at_;
};

// One record of a chunk: `[[time, metadata], body]`, or `[time, body]` as of old.
struct HostRecordView {
  MsgpackReader::Time time{};
  bool group_marker = false;  // the beginning or the end of a group of records (OTLP): not an event
  bool is_map = false;
  size_t body_begin = 0, body_end = 0;
};

// Goes past it. False: the rest cannot be understood.
bool read_host_record(MsgpackReader& reader, HostRecordView& record);

// The value of a map's key, where it is text. `taken`: the key is there, whatever its value.
std::string_view text_of_key(std::string_view map, std::string_view key, bool& taken);

}  // namespace sigrun::fluentbit
