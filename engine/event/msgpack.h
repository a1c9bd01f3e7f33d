// Reads msgpack (the specification of 2013, with str, bin and ext) token by token. Nothing is believed: no read goes beyond the bytes,
// and counts cost nothing until what they count is there.
//
// Order of calls: next() until it returns false; problem() tells the end from damage. A map of n pairs is followed by the tokens of
// 2n values, an array of n by those of n. Threads: one at a time. The tokens' views are of the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sigrun {

struct MsgpackToken {
  enum class Kind : uint8_t { nil, truth, integer, large, real, text, bytes, array, map, extension };
  Kind kind = Kind::nil;
  bool truth = false;
  bool single = false;  // of real: it was one of 32 bits
  int8_t type = 0;      // of extension
  int64_t integer = 0;
  uint64_t large = 0;  // an integer that is beyond int64_t
  double real = 0;
  uint32_t count = 0;     // of array and map
  std::string_view data;  // of text, bytes, extension
};

class MsgpackReader {
 public:
  explicit MsgpackReader(std::string_view bytes) : bytes_(bytes) {}

  bool next(MsgpackToken& token) {
    if (at_ == bytes_.size()) return false;
    const auto lead = static_cast<unsigned char>(bytes_[at_++]);
    // Most tokens are short texts.
    size_t size = lead & 0x1fu;
    if (lead == 0xd9 && at_ < bytes_.size())
      size = static_cast<unsigned char>(bytes_[at_++]);
    else if ((lead & 0xe0) != 0xa0)
      return take_other(lead, token);
    if (bytes_.size() - at_ < size) return fail("msgpack: cut off");
    token.kind = MsgpackToken::Kind::text;
    token.data = {bytes_.data() + at_, size};
    at_ += size;
    return true;
  }
  // Null where nothing is wrong so far: at the end, too.
  const char* problem() const { return problem_; }
  size_t at() const { return at_; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  bool fail(const char* problem) {
    problem_ = problem;
    return false;
  }
  bool take_other(unsigned char lead, MsgpackToken& token);
  template <class Number>
  bool take(Number& number);
  template <class Size>
  bool take_data(MsgpackToken& token, MsgpackToken::Kind kind);
  bool take_data(MsgpackToken& token, MsgpackToken::Kind kind, size_t size);
  template <class Size>
  bool take_extension(MsgpackToken& token);
  bool take_extension(MsgpackToken& token, size_t size);
  template <class Count>
  bool take_count(MsgpackToken& token, MsgpackToken::Kind kind);
  template <class Number>
  bool take_integer(MsgpackToken& token);

  std::string_view bytes_;
  size_t at_ = 0;
  const char* problem_ = nullptr;
};

}  // namespace sigrun
