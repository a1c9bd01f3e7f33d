#include "state/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <new>

#include "support/saved_bytes.h"
#include "support/seeded_hash.h"
#include "support/write_all.h"

namespace sigrun {
namespace {

constexpr std::string_view magic = "sigrun state 2\n";
constexpr size_t head_bytes = sizeof(uint32_t) + sizeof(uint64_t);
constexpr size_t buffer_bytes = 1 << 18;

uint64_t checksum(std::string_view head, std::string_view bytes, uint64_t before) {
  return hash_with_seed(bytes, hash_with_seed(head, before));
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string why() { return std::strerror(errno); }

}  // namespace

StateFileWriter::StateFileWriter(std::string path, uint64_t most_bytes)
    : path_(std::move(path)), temporary_(path_ + ".new"), most_bytes_(most_bytes) {
  // What an earlier process left goes; nothing that stands there instead, a link or a pipe, is written through.
  ::unlink(temporary_.c_str());
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor_ < 0) {
    fail("cannot be written");
    return;
  }
  buffer_ = magic;
}

StateFileWriter::~StateFileWriter() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void StateFileWriter::fail(const std::string& what) {
  if (error_.empty()) error_ = temporary_ + ": " + what + ": " + why();
}

void StateFileWriter::write(std::string_view bytes) {
  if (error_.empty() && !write_all(descriptor_, bytes)) fail("cannot be written");
}

void StateFileWriter::section(uint32_t kind, std::string_view bytes) {
  if (!error_.empty()) return;
  try {
    add_section(kind, bytes);
  } catch (const std::bad_alloc&) {
    error_ = "out of memory";  // short enough to need none
  }
}

void StateFileWriter::add_section(uint32_t kind, std::string_view bytes) {
  std::string head;
  append_bytes(head, kind);
  append_bytes(head, uint64_t{bytes.size()});
  bytes_ += head.size() + bytes.size() + sizeof checksum_;
  if (bytes_ > most_bytes_) {
    error_ = path_ + ": the state takes more than " + std::to_string(most_bytes_) +
             " bytes (limits: state-file-bytes) and is not written";
    return;
  }
  buffer_ += head;
  if (buffer_.size() + bytes.size() > buffer_bytes) {
    write(buffer_);
    buffer_.clear();
    write(bytes);
  } else {
    buffer_ += bytes;
  }
  append_bytes(buffer_, checksum_ = checksum(head, bytes, checksum_));
  ++sections_;
}

bool StateFileWriter::commit() {
  if (error_.empty()) {
    std::string count;
    append_bytes(count, sections_);
    section(end_kind, count);
    write(buffer_);
    buffer_.clear();
  }
  if (error_.empty() && ::fsync(descriptor_) != 0) fail("cannot be written");
  if (!error_.empty()) return false;
  ::close(descriptor_);
  descriptor_ = -1;
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    fail("cannot take the place of the old file");
    ::unlink(temporary_.c_str());
    return false;
  }
  // The rename must outlive a loss of power as well; a file system that cannot do that is left to its own.
  if (const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  return true;
}

namespace {

// Empty where all sections are sound.
std::string take_apart(std::string_view rest, std::vector<StateSection>& sections) {
  if (!rest.starts_with(magic)) {
    return rest.starts_with(magic.substr(0, magic.size() - 3)) ? "it is of another version"
                                                               : "it does not begin as a state file";
  }
  rest.remove_prefix(magic.size());
  uint64_t before = 0;
  while (!rest.empty()) {
    if (rest.size() < head_bytes) return "it ends in the middle";
    const std::string_view head = rest.substr(0, head_bytes);
    uint32_t kind;
    uint64_t size, sum;
    take_bytes(rest, kind);
    take_bytes(rest, size);
    if (size > rest.size() || rest.size() - size < sizeof sum) return "it ends in the middle";
    const std::string_view bytes = rest.substr(0, size);
    rest.remove_prefix(size);
    take_bytes(rest, sum);
    if (sum != checksum(head, bytes, before)) return "a checksum is wrong";
    before = sum;
    if (kind == StateFileWriter::end_kind) {
      std::string count;
      append_bytes(count, uint64_t{sections.size()});
      return bytes == count && rest.empty() ? "" : "it does not end as it should";
    }
    sections.push_back({kind, bytes});
  }
  return "it ends in the middle";
}

}  // namespace

std::vector<StateSection> sections_of(std::string_view text, std::string& problem) {
  std::vector<StateSection> sections;
  problem = take_apart(text, sections);
  if (!problem.empty()) sections.clear();
  return sections;
}

std::string set_aside_state_file(const std::string& path) {
  for (int number = 1; number < 1000; ++number) {
    const std::string aside = path + ".damaged" + (number == 1 ? "" : "-" + std::to_string(number));
    std::error_code problem;
    if (std::filesystem::exists(aside, problem)) continue;
    return std::rename(path.c_str(), aside.c_str()) == 0 ? aside : std::string();
  }
  return {};
}

StateFile read_state_file(const std::string& path, uint64_t most_bytes) {
  StateFile file;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe would wait for a writer
  if (descriptor < 0) {
    if (errno == ENOENT) return file;
    file.exists = true;
    file.problem = why();
    return file;
  }
  file.exists = true;
  struct stat about;
  const bool regular = ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
  if (!regular) {
    ::close(descriptor);
    file.problem = "is no regular file";
    return file;
  }
  bool too_large =  static_cast<uint64_t>(about.st_size) > most_bytes;
  if (!too_large) file.text.reserve(static_cast<size_t>(about.st_size));
  for (std::string block(1 << 18, '\0'); !too_large;) {
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) file.problem = why();
    if (got <= 0) break;
    file.text.append(block, 0, static_cast<size_t>(got));
    too_large = file.text.size() > most_bytes;
  }
  ::close(descriptor);
  if (!file.problem.empty()) return file;
  if (too_large)
    file.problem = "it has more than " + std::to_string(most_bytes) + " bytes (limits: state-file-bytes)";
  else
    file.sections = sections_of(file.text, file.problem);
  if (file.problem.empty()) return file;
  file.text = {};
  file.set_aside = set_aside_state_file(path);
  return file;
}

}  // namespace sigrun
