#include "live/alert_spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "support/folder_names.h"
#include "support/saved_bytes.h"
#include "support/seeded_hash.h"
#include "support/write_all.h"

namespace sigrun {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "sigrun alerts 1\n";
constexpr std::string_view ending = ".alerts";
constexpr size_t head_bytes = sizeof(uint32_t) + sizeof(uint64_t);
constexpr size_t digits = 20;
// A bound of this many segments, so that dropping one leaves most.
constexpr size_t segments_wanted = 16;
constexpr size_t most_segment_bytes = 8 << 20;

bool read_all(int descriptor, size_t offset, char* to, size_t size) {
  while (size > 0) {
    const ssize_t got = ::pread(descriptor, to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    offset += static_cast<size_t>(got);
    size -= static_cast<size_t>(got);
  }
  return true;
}

bool is_segment_name(const std::string& name) {
  return name.size() == digits + ending.size() && name.ends_with(ending) &&
         name.find_first_not_of("0123456789") == digits;
}

}  // namespace

AlertSpool::AlertSpool(std::string folder, size_t most_bytes)
    : folder_(std::move(folder)),
      most_bytes_(most_bytes),
      segment_bytes_(std::min(most_segment_bytes, most_bytes / segments_wanted)) {}

AlertSpool::~AlertSpool() {
  if (unsynced_ && writing_ >= 0) ::fdatasync(writing_);  // nobody is left to be told of a failure
  forget_descriptors();
  if (marking_ >= 0) ::close(marking_);
}

void AlertSpool::forget_descriptors() {
  if (writing_ >= 0) ::close(writing_);
  if (reading_ >= 0) ::close(reading_);
  writing_ = reading_ = -1;
  reading_first_ = 0;
}

bool AlertSpool::fail(const std::string& path, const char* what) {
  error_ = fmt::format("{}: {}: {}", path, what, std::strerror(errno));
  return false;
}

bool AlertSpool::sync_folder() {
  const int descriptor = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(folder_, "cannot be opened");
  const bool done = ::fsync(descriptor) == 0;
  if (!done) fail(folder_, "cannot be forced to the disk");
  ::close(descriptor);
  return done;
}

bool AlertSpool::open() {
  if (folder_.empty()) return true;
  std::error_code problem;
  fs::create_directories(folder_, problem);
  std::vector<std::string> names;
  if (problem || !folder_names(folder_, names, problem)) {
    error_ = fmt::format("{}: {}", folder_, problem.message());
    return false;
  }
  std::erase_if(names, [](const std::string& name) { return !is_segment_name(name); });
  load_acknowledged();
  for (size_t i = 0; i < names.size(); ++i) {
    Segment segment;
    segment.path = (fs::path(folder_) / names[i]).string();
    segment.first = segment.end = std::stoull(names[i].substr(0, digits));
    if (!load(segment, i + 1 == names.size())) return false;
    if (segment.end == segment.first) {
      // Nothing is in it, and a new one may get its name.
      if (segment.damaged)
        ::rename(segment.path.c_str(), (segment.path + ".damaged").c_str());
      else
        ::unlink(segment.path.c_str());
      continue;
    }
    end_ = std::max(end_, segment.end);
    bytes_ += segment.bytes;
    segments_.push_back(std::move(segment));
  }
  end_ = std::max(end_, acknowledged_ + 1);
  const std::string mark = (fs::path(folder_) / "acknowledged").string();
  marking_ = ::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (marking_ < 0) return fail(mark, "cannot be written");
  acknowledge(acknowledged_);  // drops what was acknowledged before the end came
  rewind();
  return true;
}

// Finds out how far the segment is sound. Of the last one, what is not is cut off.
bool AlertSpool::load(Segment& segment, bool last) {
  const int descriptor = ::open(segment.path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return fail(segment.path, "cannot be opened");
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) {
    ::close(descriptor);
    return fail(segment.path, "cannot be read");
  }
  const auto size = static_cast<size_t>(status.st_size);
  std::string text(std::min(size, magic.size()), '\0');
  if (read_all(descriptor, 0, text.data(), text.size()) && text == magic) {
    segment.bytes = magic.size();
    char head[head_bytes];
    while (size - segment.bytes >= head_bytes && read_all(descriptor, segment.bytes, head, head_bytes)) {
      std::string_view rest(head, head_bytes);
      uint32_t length;
      uint64_t sum;
      take_bytes(rest, length);
      take_bytes(rest, sum);
      if (length > size - segment.bytes - head_bytes) break;
      text.resize(length);
      if (!read_all(descriptor, segment.bytes + head_bytes, text.data(), length) ||
          hash_with_seed(text, segment.end) != sum)
        break;
      segment.bytes += head_bytes + length;
      ++segment.end;
    }
  }
  if (segment.bytes < size) {
    // A process that was killed leaves an unfinished record at the very end, and nothing else.
    segment.damaged = !last || segment.bytes == 0;
    damaged_ += segment.damaged;
    if (!segment.damaged && ::ftruncate(descriptor, static_cast<off_t>(segment.bytes)) != 0) {
      ::close(descriptor);
      return fail(segment.path, "cannot be written");
    }
  }
  ::close(descriptor);
  return true;
}

void AlertSpool::load_acknowledged() {
  const std::string mark = (fs::path(folder_) / "acknowledged").string();
  const int descriptor = ::open(mark.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  char bytes[2 * sizeof(uint64_t)];
  std::string_view rest(bytes, sizeof bytes);
  uint64_t sequence, sum;
  if (read_all(descriptor, 0, bytes, sizeof bytes) && take_bytes(rest, sequence) && take_bytes(rest, sum) &&
      sum == hash_with_seed(std::string_view(bytes, sizeof sequence), 0))
    acknowledged_ = sequence;
  ::close(descriptor);
}

bool AlertSpool::begin_segment() {
  Segment segment;
  segment.first = segment.end = end_;
  segment.bytes = magic.size();
  if (folder_.empty()) {
    segment.text = magic;
  } else {
    segment.path = (fs::path(folder_) / fmt::format("{:020}{}", end_, ending)).string();
    if (writing_ >= 0) end_writing();
    writing_ = ::open(segment.path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (writing_ < 0) return fail(segment.path, "cannot be written");
    if (!write_all(writing_, magic)) {
      fail(segment.path, "cannot be written");
      ::close(std::exchange(writing_, -1));
      ::unlink(segment.path.c_str());
      return false;
    }
    if (!sync_folder()) sync_problem_ = error_;
  }
  bytes_ += segment.bytes;
  segments_.push_back(std::move(segment));
  return true;
}

AlertSpool::Added AlertSpool::add(std::string_view alert, bool beyond) {
  const size_t size = head_bytes + alert.size();
  if (!beyond && !segments_.empty() && bytes_ + size > most_bytes_) return Added::full;
  // An older process's last segment is not written to again.
  const bool own = !segments_.empty() && (folder_.empty() || writing_ >= 0);
  if ((!own || segments_.back().bytes + size > segment_bytes_) && !begin_segment()) return Added::failed;
  Segment& segment = segments_.back();
  head_.clear();
  append_bytes(head_, static_cast<uint32_t>(alert.size()));
  append_bytes(head_, hash_with_seed(alert, end_));
  head_ += alert;
  if (folder_.empty()) {
    segment.text += head_;
  } else if (!write_all(writing_, head_)) {
    fail(segment.path, "cannot be written");
    // What was written of it must not stand before the next. Where it cannot be cut off, the segment ends here.
    if (::ftruncate(writing_, static_cast<off_t>(segment.bytes)) != 0) {
      const std::string why = error_;
      end_writing();
      error_ = why;
    }
    return Added::failed;
  }
  segment.bytes += size;
  bytes_ += size;
  ++segment.end;
  ++end_;
  unsynced_ = true;
  return Added::added;
}

bool AlertSpool::read_at(const Segment& segment, size_t offset, char* to, size_t size) {
  if (folder_.empty()) {
    if (offset + size > segment.text.size()) return false;
    std::memcpy(to, segment.text.data() + offset, size);
    return true;
  }
  if (reading_ < 0 || reading_first_ != segment.first) {
    if (reading_ >= 0) ::close(reading_);
    reading_ = ::open(segment.path.c_str(), O_RDONLY | O_CLOEXEC);
    reading_first_ = segment.first;
    if (reading_ < 0) return fail(segment.path, "cannot be read");
  }
  return read_all(reading_, offset, to, size) || fail(segment.path, "cannot be read");
}

bool AlertSpool::read(std::string& alert, uint64_t& sequence) {
  while (next_.segment < segments_.size()) {
    const Segment& segment = segments_[next_.segment];
    if (next_.offset == 0) next_ = {std::max(segment.first, next_.sequence), next_.segment, magic.size()};
    if (next_.offset < segment.bytes) {
      char head[head_bytes];
      uint32_t size = 0;
      uint64_t sum = 0;
      std::string_view rest(head, head_bytes);
      if (read_at(segment, next_.offset, head, head_bytes) && take_bytes(rest, size) &&
          take_bytes(rest, sum) && size <= segment.bytes - next_.offset - head_bytes) {
        alert.resize(size);
        if (read_at(segment, next_.offset + head_bytes, alert.data(), size) &&
            hash_with_seed(alert, next_.sequence) == sum) {
          read_ = next_;
          sequence = next_.sequence;
          next_.offset += head_bytes + size;
          ++next_.sequence;
          return true;
        }
      }
      // It was in order when it was written or opened: the disk is at fault.
      ++damaged_;
      segments_[next_.segment].damaged = true;
    }
    if (next_.segment + 1 == segments_.size()) {
      // The segment may still grow; a damaged one does not.
      if (segment.damaged && next_.sequence < segment.end) {
        next_.sequence = segment.end;
        next_.offset = segment.bytes;
      }
      return false;
    }
    ++next_.segment;
    next_ = {segments_[next_.segment].first, next_.segment, 0};
  }
  return false;
}

void AlertSpool::remove_front() {
  const Segment& segment = segments_.front();
  if (!folder_.empty()) {
    if (segments_.size() == 1 && writing_ >= 0) ::close(std::exchange(writing_, -1));
    if (segment.damaged)
      ::rename(segment.path.c_str(), (segment.path + ".damaged").c_str());
    else
      ::unlink(segment.path.c_str());
  }
  bytes_ -= segment.bytes;
  segments_.pop_front();
  for (Place* place : {&next_, &read_}) {
    if (place->segment > 0)
      --place->segment;
    else
      *place = {segments_.empty() ? end_ : std::max(segments_.front().first, place->sequence), 0, 0};
  }
}

uint64_t AlertSpool::drop_oldest() {
  if (segments_.empty()) return 0;
  const uint64_t end = segments_.front().end;
  const uint64_t begin = std::max({segments_.front().first, next_.sequence, acknowledged_ + 1});
  remove_front();
  return end > begin ? end - begin : 0;
}

void AlertSpool::acknowledge(uint64_t sequence) {
  sequence = std::min(sequence, end_ - 1);
  if (sequence > acknowledged_) {
    acknowledged_ = sequence;
    if (marking_ >= 0) {
      std::string bytes;
      append_bytes(bytes, sequence);
      append_bytes(bytes, hash_with_seed(std::string_view(bytes), 0));
      // Where this is not written, alerts come twice, and have the same ids.
      if (::pwrite(marking_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        fail(folder_ + "/acknowledged", "cannot be written");
    }
  }
  // An alert may be acknowledged that is to be read again after a rewind().
  while (!segments_.empty() && segments_.front().end <= acknowledged_ + 1) remove_front();
  if (next_.sequence <= acknowledged_) next_ = place_of(acknowledged_ + 1);
}

AlertSpool::Place AlertSpool::place_of(uint64_t sequence) {
  Place place{std::max(sequence, segments_.empty() ? end_ : segments_.front().first), 0, 0};
  while (place.segment + 1 < segments_.size() && segments_[place.segment].end <= place.sequence)
    ++place.segment;
  if (place.segment >= segments_.size()) return place;
  const Segment& segment = segments_[place.segment];
  place.sequence = std::max(place.sequence, segment.first);
  place.offset = magic.size();
  for (uint64_t at = segment.first; at < place.sequence && place.offset < segment.bytes; ++at) {
    char head[head_bytes];
    uint32_t size = 0;
    std::string_view rest(head, head_bytes);
    if (!read_at(segment, place.offset, head, head_bytes)) break;
    take_bytes(rest, size);
    place.offset += head_bytes + size;
  }
  return place;
}

void AlertSpool::rewind() { next_ = place_of(acknowledged_ + 1); }

// Nothing more comes into the last segment. What of it could not be forced to the disk is told by the next sync().
void AlertSpool::end_writing() {
  if (!sync()) sync_problem_ = error_;
  unsynced_ = false;
  ::close(std::exchange(writing_, -1));
}

bool AlertSpool::sync() {
  if (!sync_problem_.empty()) {
    error_ = std::exchange(sync_problem_, {});
    return false;
  }
  if (!unsynced_ || writing_ < 0) return true;
  if (::fdatasync(writing_) != 0) return fail(segments_.back().path, "cannot be forced to the disk");
  unsynced_ = false;
  return true;
}

uint64_t AlertSpool::unacknowledged() const {
  uint64_t count = 0;
  for (const Segment& segment : segments_)
    if (segment.end > acknowledged_ + 1) count += segment.end - std::max(segment.first, acknowledged_ + 1);
  return count;
}

uint64_t AlertSpool::waiting() const {
  uint64_t count = 0;
  for (const Segment& segment : segments_)
    if (segment.end > next_.sequence) count += segment.end - std::max(segment.first, next_.sequence);
  return count;
}

}  // namespace sigrun
