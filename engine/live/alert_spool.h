// A first-in first-out store of alerts that are out when somebody acknowledges them: in a folder, where it outlives the process, or
// without one in memory.
//
// Form of the folder: segment files "NUMBER.alerts" (the sequence of their first alert, 20 digits): the magic text, then records: size
// (u32), checksum (u64, XXH3 of the bytes with the sequence for its seed), bytes. What a process did not finish writing is cut off by the next;
// a segment that is damaged in the middle is read up to there and then kept as "….damaged". The file "acknowledged" holds the
// sequence up to which alerts are out, with a checksum; without it all are handed out again.
//
// A record is written at once, so that it outlives the process, and is on the disk after sync(), so that it outlives the power.
// Sequences begin with 1 and ascend without gaps, but for alerts that were dropped.
//
// Order of calls: open(), then the others. Threads: one at a time. Errors are texts for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace sigrun {

class AlertSpool {
 public:
  // `folder`: empty: in memory. `most_bytes`: of segments.
  AlertSpool(std::string folder, size_t most_bytes);
  ~AlertSpool();
  AlertSpool(const AlertSpool&) = delete;
  AlertSpool& operator=(const AlertSpool&) = delete;

  // Reads what an earlier process left; false: error() says why.
  bool open();

  enum class Added : uint8_t { added, full, failed };
  // `beyond`: the bound does not count. After `failed`, error() says why, and nothing was added.
  Added add(std::string_view alert, bool beyond = false);
  // Drops the oldest segment; how many alerts that nobody has taken were in it.
  uint64_t drop_oldest();

  // The next alert in order, or false. What cannot be read is passed over, and counted as damaged.
  bool read(std::string& alert, uint64_t& sequence);
  // The alert that was read last is read again by the next read().
  void unread() { next_ = read_; }
  void acknowledge(uint64_t sequence);
  // The next read() begins behind what is acknowledged.
  void rewind();
  // True: everything that was added is on the disk. What could not be forced there is told of once: the system forgets it as well.
  bool sync();

  bool empty() const { return next_.sequence >= end_; }
  uint64_t acknowledged() const { return acknowledged_; }
  // Sequences: of the first that it still holds, and of the one that was added last.
  uint64_t first() const { return segments_.empty() ? end_ : segments_.front().first; }
  uint64_t last() const { return end_ - 1; }
  uint64_t unacknowledged() const;  // alerts
  uint64_t waiting() const;         // to be read
  size_t bytes() const { return bytes_; }
  uint64_t damaged() const { return damaged_; }  // places, that is: what was there is lost
  const std::string& error() const { return error_; }

 private:
  struct Segment {
    uint64_t first = 0, end = 0;  // sequences
    size_t bytes = 0;             // of whole records, and what is before them
    std::string path, text;       // one of them
    bool damaged = false;
  };
  struct Place {
    uint64_t sequence = 1;
    size_t segment = 0, offset = 0;
  };

  bool fail(const std::string& path, const char* what);
  bool load(Segment& segment, bool last);
  void load_acknowledged();
  bool begin_segment();
  void remove_front();
  void forget_descriptors();
  bool read_at(const Segment& segment, size_t offset, char* to, size_t size);
  Place place_of(uint64_t sequence);
  bool sync_folder();
  void end_writing();

  std::string folder_, error_, head_;
  std::string sync_problem_;  // of a segment that is not written to any more; not told yet
  size_t most_bytes_, segment_bytes_, bytes_ = 0;
  std::deque<Segment> segments_;
  Place next_, read_;
  uint64_t end_ = 1;  // the sequence of the next to be added
  uint64_t acknowledged_ = 0, damaged_ = 0;
  int writing_ = -1;  // the last segment
  int reading_ = -1;
  uint64_t reading_first_ = 0;  // of the segment that it is
  int marking_ = -1;            // the file of what is acknowledged
  bool unsynced_ = false;
};

}  // namespace sigrun
