// A clock's state as bytes: a version, then every member in order, integers in little-endian order whatever
// the machine.
#include <cstring>

#include "time/input_clock.h"
#include "time/saturated.h"

namespace sigrun {
namespace {

constexpr uint64_t version = 1;
constexpr size_t word = sizeof(uint64_t);
constexpr size_t words_of_event = 3;

void put(std::string& bytes, uint64_t value) {
  for (size_t i = 0; i < word; ++i) bytes.push_back(static_cast<char>(value >> (8 * i) & 0xff));
}
void put(std::string& bytes, int64_t value) { put(bytes, static_cast<uint64_t>(value)); }
void put(std::string& bytes, const std::optional<int64_t>& value) {
  put(bytes, uint64_t{value.has_value()});
  put(bytes, value.value_or(0));
}

// What is missing or wrong is remembered, so that it is asked once, at the end.
class Words {
 public:
  explicit Words(std::string_view bytes) : bytes_(bytes) {}
  uint64_t unsigned_word() {
    if (bytes_.size() < word) {
      sound_ = false;
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < word; ++i) value |= uint64_t{static_cast<unsigned char>(bytes_[i])} << (8 * i);
    bytes_.remove_prefix(word);
    return value;
  }
  int64_t signed_word() { return static_cast<int64_t>(unsigned_word()); }
  std::optional<int64_t> optional_word() {
    const uint64_t has = unsigned_word();
    const int64_t value = signed_word();
    if (has > 1 || (has == 0 && value != 0)) sound_ = false;
    return has == 1 ? std::optional(value) : std::nullopt;
  }
  size_t left() const { return bytes_.size() / word; }
  bool sound_to_the_end() const { return sound_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool sound_ = true;
};

}  // namespace

std::string InputClock::save() const {
  std::string bytes;
  put(bytes, version);
  put(bytes, static_cast<uint64_t>(kind_));
  put(bytes, newest_);
  put(bytes, lateness_);
  put(bytes, watermark_);
  put(bytes, reached_at_);
  for (uint64_t count : {counters_.late, counters_.future, counters_.timeless, counters_.segments})
    put(bytes, count);
  put(bytes, uint64_t{tail_.size()});
  for (const EventStamp& event : tail_) {
    put(bytes, event.time);
    put(bytes, event.lateness);
  }
  return bytes;
}

bool InputClock::restore(std::string_view bytes) {
  Words words(bytes);
  if (words.unsigned_word() != version || words.unsigned_word() != static_cast<uint64_t>(kind_)) return false;
  InputClock read = *this;
  read.newest_ = words.optional_word();
  read.lateness_ = words.signed_word();
  read.watermark_ = words.signed_word();
  read.reached_at_ = words.signed_word();
  for (uint64_t* count :
       {&read.counters_.late, &read.counters_.future, &read.counters_.timeless, &read.counters_.segments})
    *count = words.unsigned_word();
  const uint64_t undecided = words.unsigned_word();
  if (undecided > words.left() / words_of_event) return false;
  read.tail_.clear();
  for (uint64_t i = 0; i < undecided; ++i) {
    EventStamp event;
    event.time = words.optional_word();
    event.lateness = words.signed_word();
    read.tail_.push_back(event);
  }
  if (!words.sound_to_the_end() || read.lateness_ < 0) return false;
  // A clock that has not had an event has no watermark; live clocks hold nothing back.
  if (!read.newest_ && read.watermark_ != never && read.watermark_ != forever) return false;
  if (kind_ == InputKind::live && undecided > 0) return false;
  read.ahead_ = read.newest_ ? saturated_sum(*read.newest_, read.lateness_) : never;
  *this = std::move(read);
  return true;
}

}  // namespace sigrun
