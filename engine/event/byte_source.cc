#include "event/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sigrun {
namespace {

constexpr size_t raw_buffer_bytes = 256 << 10;

// Enough to tell every kind: gzip 2, zstd 4, evtx 8.
constexpr size_t magic_bytes = 8;

// A file descriptor, and whether it is ours to close.
class Descriptor {
 public:
  Descriptor(int number, bool owned) : number_(number), owned_(owned) {}
  Descriptor(Descriptor&& other) noexcept
      : number_(other.number_), owned_(std::exchange(other.owned_, false)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (owned_) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
  bool owned_;
};

std::string system_error(int number) { return std::strerror(number); }

// Bytes as they are stored.
class FileSource : public ByteSource {
 public:
  FileSource(Descriptor descriptor, uint64_t total) : descriptor_(std::move(descriptor)), total_(total) {}

  size_t read(char* to, size_t capacity) override {
    if (!error_.empty()) return 0;
    ssize_t size;
    do {
      size = ::read(descriptor_.number(), to, capacity);
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
      error_ = system_error(errno);
      return 0;
    }
    consumed_ += static_cast<uint64_t>(size);
    return static_cast<size_t>(size);
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return consumed_; }
  uint64_t total() const override { return total_; }
  bool live() const override { return total_ == 0; }

 private:
  Descriptor descriptor_;
  uint64_t total_;
  uint64_t consumed_ = 0;
  std::string error_;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  size_t read(char* to, size_t capacity) override {
    size_t size = bytes_.copy(to, capacity, consumed_);
    consumed_ += size;
    return size;
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return consumed_; }
  uint64_t total() const override { return bytes_.size(); }
  std::string_view in_memory() const override { return bytes_.substr(consumed_); }
  void skip(size_t size) override { consumed_ += size; }

 private:
  std::string_view bytes_;
  size_t consumed_ = 0;
  std::string error_;
};

// What the kinds of compression share: a source of raw bytes, its first bytes read ahead, and a buffer.
class BufferedSource : public ByteSource {
 public:
  BufferedSource(std::unique_ptr<ByteSource> raw, std::string ahead)
      : raw_(std::move(raw)), buffer_(std::move(ahead)) {
    end_ = buffer_.size();
    buffer_.resize(raw_buffer_bytes);
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return raw_->consumed(); }
  uint64_t total() const override { return raw_->total(); }
  bool live() const override { return raw_->live(); }

 protected:
  const char* data() const { return buffer_.data() + begin_; }
  size_t available() const { return end_ - begin_; }
  void take(size_t size) { begin_ += size; }
  // True if there are bytes; at the end of the input, or after a read error (which is then ours), false.
  bool refill() {
    if (begin_ != end_) return true;
    begin_ = 0;
    end_ = raw_->read(buffer_.data(), buffer_.size());
    if (end_ == 0) error_ = raw_->error();
    return end_ != 0;
  }

  std::string error_;

 private:
  std::unique_ptr<ByteSource> raw_;
  std::string buffer_;
  size_t begin_ = 0, end_ = 0;
};

// Not compressed: the first bytes, then what the raw source gives.
class PlainSource : public ByteSource {
 public:
  PlainSource(std::unique_ptr<ByteSource> raw, std::string ahead)
      : raw_(std::move(raw)), ahead_(std::move(ahead)) {}

  size_t read(char* to, size_t capacity) override {
    if (taken_ == ahead_.size()) return raw_->read(to, capacity);
    const size_t size = ahead_.copy(to, capacity, taken_);
    taken_ += size;
    return size;
  }
  const std::string& error() const override { return raw_->error(); }
  uint64_t consumed() const override { return raw_->consumed(); }
  uint64_t total() const override { return raw_->total(); }
  bool live() const override { return raw_->live(); }

 private:
  std::unique_ptr<ByteSource> raw_;
  std::string ahead_;
  size_t taken_ = 0;
};

class GzipSource : public BufferedSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> raw, std::string ahead)
      : BufferedSource(std::move(raw), std::move(ahead)) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) error_ = "gzip: out of memory";
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { inflateEnd(&stream_); }

  size_t read(char* to, size_t capacity) override {
    capacity = std::min<size_t>(capacity, 1u << 30);
    stream_.next_out = reinterpret_cast<Bytef*>(to);
    stream_.avail_out = static_cast<uInt>(capacity);
    while (stream_.avail_out == capacity && error_.empty()) {
      // Output may still be waiting inside when the input is used up.
      bool more = refill();
      if (!more && (!error_.empty() || !in_member_)) break;
      if (!in_member_ && !begin_member()) continue;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data()));
      stream_.avail_in = static_cast<uInt>(available());
      int status = inflate(&stream_, Z_NO_FLUSH);
      take(available() - stream_.avail_in);
      if (status == Z_STREAM_END) {
        in_member_ = first_ = false;
        inflateReset(&stream_);
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        error_ = fmt::format("gzip: {}", stream_.msg ? stream_.msg : "corrupt data");
      } else if (!more && stream_.avail_out == capacity) {
        error_ = "gzip: the compressed data is cut off";
      }
    }
    return capacity - stream_.avail_out;
  }

 private:
  // Between members. Zero bytes are what tapes and block devices pad with.
  bool begin_member() {
    if (*data() == '\0' && !first_) {
      take(1);
      return false;
    }
    if (*data() != '\x1f') {
      error_ = "gzip: bytes after the compressed data are not compressed";
      return false;
    }
    in_member_ = true;
    return true;
  }

  z_stream stream_{};
  bool in_member_ = false;
  bool first_ = true;
};

class ZstdSource : public BufferedSource {
 public:
  ZstdSource(std::unique_ptr<ByteSource> raw, std::string ahead)
      : BufferedSource(std::move(raw), std::move(ahead)), stream_(ZSTD_createDStream()) {
    if (!stream_) error_ = "zstd: out of memory";
  }

  size_t read(char* to, size_t capacity) override {
    ZSTD_outBuffer out{to, capacity, 0};
    while (out.pos == 0 && error_.empty()) {
      // Output may still be waiting inside when the input is used up.
      bool more = refill();
      if (!more && (!error_.empty() || !in_frame_)) break;
      ZSTD_inBuffer in{data(), available(), 0};
      size_t status = ZSTD_decompressStream(stream_.get(), &out, &in);
      take(in.pos);
      if (ZSTD_isError(status)) {
        error_ = fmt::format("zstd: {}", ZSTD_getErrorName(status));
      } else if (!more && out.pos == 0) {
        error_ = "zstd: the compressed data is cut off";
      }
      in_frame_ = status != 0;
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool in_frame_ = false;
};

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

// A frame, or a skippable one (0x184D2A50 to 0x184D2A5F), little-endian.
bool is_zstd(std::string_view bytes) {
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return true;
  return bytes.size() >= 4 && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1, 3) == "\x2a\x4d\x18";
}

std::string read_magic(ByteSource& raw) {
  std::string bytes(magic_bytes, '\0');
  size_t got = 0;
  while (got < magic_bytes) {
    size_t size = raw.read(bytes.data() + got, magic_bytes - got);
    if (size == 0) break;
    got += size;
  }
  bytes.resize(got);
  return bytes;
}

std::unique_ptr<ByteSource> decompressed(std::unique_ptr<ByteSource> raw, std::string ahead) {
  if (is_gzip(ahead)) return std::make_unique<GzipSource>(std::move(raw), std::move(ahead));
  if (is_zstd(ahead)) return std::make_unique<ZstdSource>(std::move(raw), std::move(ahead));
  return std::make_unique<PlainSource>(std::move(raw), std::move(ahead));
}

bool has_evtx_name(std::string_view path) {
  constexpr std::string_view suffix = ".evtx";
  if (path.size() < suffix.size()) return false;
  auto same = [](char wanted, char c) { return wanted == (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); };
  return std::equal(suffix.begin(), suffix.end(), path.end() - suffix.size(), same);
}

}  // namespace

bool is_evtx(std::string_view beginning) { return beginning.starts_with(std::string_view("ElfFile\0", 8)); }

std::string evtx_refusal(std::string_view path) {
  return fmt::format("a binary Windows event log: convert it first, for example with `evtx_dump -o jsonl {}`",
                     path);
}

std::unique_ptr<ByteSource> open_byte_source(const std::string& path, std::string& error) {
  error.clear();
  bool standard_input = path == "-";
  int number = standard_input ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (number < 0) {
    error = system_error(errno);
    return nullptr;
  }
  Descriptor descriptor(number, !standard_input);
  struct stat status {};
  if (::fstat(number, &status) != 0) {
    error = system_error(errno);
    return nullptr;
  }
  if (S_ISDIR(status.st_mode)) {
    error = system_error(EISDIR);
    return nullptr;
  }
  if (has_evtx_name(path)) {
    error = evtx_refusal(path);
    return nullptr;
  }
  uint64_t total = S_ISREG(status.st_mode) ? static_cast<uint64_t>(status.st_size) : 0;
  auto raw = std::make_unique<FileSource>(std::move(descriptor), total);
  std::string ahead = read_magic(*raw);
  if (!raw->error().empty()) {
    error = raw->error();
    return nullptr;
  }
  if (is_evtx(ahead)) {
    error = evtx_refusal(standard_input ? "FILE.evtx" : path);
    return nullptr;
  }
  return decompressed(std::move(raw), std::move(ahead));
}

std::unique_ptr<ByteSource> memory_byte_source(std::string_view bytes) {
  auto raw = std::make_unique<MemorySource>(bytes);
  if (!is_gzip(bytes) && !is_zstd(bytes)) return raw;
  std::string ahead = read_magic(*raw);
  return decompressed(std::move(raw), std::move(ahead));
}

}  // namespace sigrun
