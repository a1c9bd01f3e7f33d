#include "json_to_msgpack.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

namespace sigrun::fluentbit {

namespace {

class Converter {
 public:
  Converter(std::string_view json, MsgpackWriter& writer) : json_(json), writer_(writer) {}

  bool run() {
    // A state machine over open containers: what may come next is known from the innermost and whether it has
    // members yet.
    for (;;) {
      space();
      if (!open_.empty() && open_.back().count == 0 && peek() == (open_.back().is_map ? '}' : ']')) {
        if (!close_finished()) return false;
      } else {
        if (!open_.empty()) {
          ++open_.back().count;
          if (open_.back().is_map && !key()) return false;
        }
        bool opened = false;
        if (!value(opened)) return false;
        if (opened) continue;
      }
      // Something is complete: what holds it goes on, or ends too.
      for (;;) {
        space();
        if (open_.empty()) return at_ == json_.size();
        if (peek() == ',') {
          ++at_;
          break;
        }
        if (!close_finished()) return false;
      }
      space();
      if (peek() == (open_.back().is_map ? '}' : ']')) return false;  // behind a comma
    }
  }

 private:
  struct Container {
    size_t begun;
    uint32_t count;
    bool is_map;
  };

  char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void space() {
    while (at_ < json_.size() &&
           (json_[at_] == ' ' || json_[at_] == '\t' || json_[at_] == '\n' || json_[at_] == '\r'))
      ++at_;
  }
  bool close_finished() {
    if (peek() != (open_.back().is_map ? '}' : ']')) return false;
    ++at_;
    writer_.end(open_.back().begun, open_.back().count);
    open_.pop_back();
    return true;
  }
  bool key() {
    if (peek() != '"' || !string()) return false;
    space();
    if (peek() != ':') return false;
    ++at_;
    space();
    return true;
  }
  bool value(bool& opened) {
    switch (peek()) {
      case '{':
      case '[': {
        const bool is_map = json_[at_++] == '{';
        open_.push_back({is_map ? writer_.begin_map() : writer_.begin_array(), 0, is_map});
        return opened = true;
      }
      case '"': return string();
      case 't': return word("true") && (writer_.truth(true), true);
      case 'f': return word("false") && (writer_.truth(false), true);
      case 'n': return word("null") && (writer_.nil(), true);
      default: return number();
    }
  }
  bool word(std::string_view text) {
    if (json_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }
  bool number() {
    const size_t begin = at_;
    bool whole = true;
    while (at_ < json_.size()) {
      const char c = json_[at_];
      if (c == '.' || c == 'e' || c == 'E')
        whole = false;
      else if (!(c >= '0' && c <= '9') && c != '-' && c != '+')
        break;
      ++at_;
    }
    const char *from = json_.data() + begin, *to = json_.data() + at_;
    if (from == to) return false;
    if (whole && *from == '-') {
      int64_t integer;
      if (const auto read = std::from_chars(from, to, integer); read.ec == std::errc() && read.ptr == to)
        return writer_.integer(integer), true;
    } else if (whole) {
      uint64_t natural;
      if (const auto read = std::from_chars(from, to, natural); read.ec == std::errc() && read.ptr == to)
        return writer_.natural(natural), true;
    }
    double number;
    const auto read = std::from_chars(from, to, number);
    if (read.ptr != to) return false;
    if (read.ec != std::errc())
      return writer_.text({from, static_cast<size_t>(to - from)}), true;  // beyond a double
    return writer_.number(number), true;
  }

  void code_point(uint32_t c) {
    if (c < 0x80) {
      text_ += static_cast<char>(c);
    } else if (c < 0x800) {
      text_ += static_cast<char>(0xC0 | c >> 6);
      text_ += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      text_ += static_cast<char>(0xE0 | c >> 12);
      text_ += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      text_ += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      text_ += static_cast<char>(0xF0 | c >> 18);
      text_ += static_cast<char>(0x80 | (c >> 12 & 0x3F));
      text_ += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      text_ += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  bool hexadecimal(uint32_t& unit) {
    if (json_.size() - at_ < 4) return false;
    const char *from = json_.data() + at_, *to = from + 4;
    const auto read = std::from_chars(from, to, unit, 16);
    if (read.ec != std::errc() || read.ptr != to) return false;
    at_ += 4;
    return true;
  }
  bool escape() {
    if (at_ >= json_.size()) return false;
    switch (json_[at_++]) {
      case '"': text_ += '"'; return true;
      case '\\': text_ += '\\'; return true;
      case '/': text_ += '/'; return true;
      case 'b': text_ += '\b'; return true;
      case 'f': text_ += '\f'; return true;
      case 'n': text_ += '\n'; return true;
      case 'r': text_ += '\r'; return true;
      case 't': text_ += '\t'; return true;
      case 'u': break;
      default: return false;
    }
    uint32_t unit = 0, low = 0;
    if (!hexadecimal(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00 && json_.substr(at_, 2) == "\\u") {
      const size_t before = at_;
      at_ += 2;
      if (!hexadecimal(low)) return false;
      if (low >= 0xDC00 && low < 0xE000)
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      else
        at_ = before;
    }
    code_point(unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : unit);
    return true;
  }
  bool string() {
    ++at_;
    const size_t begin = at_;
    while (at_ < json_.size() && json_[at_] != '"' && json_[at_] != '\\') ++at_;
    if (peek() == '"' && at_ < json_.size()) {  // as most
      writer_.text(json_.substr(begin, at_ - begin));
      ++at_;
      return true;
    }
    text_.assign(json_.substr(begin, at_ - begin));
    while (at_ < json_.size()) {
      const char c = json_[at_++];
      if (c == '"') return writer_.text(text_), true;
      if (c != '\\')
        text_ += c;
      else if (!escape())
        return false;
    }
    return false;
  }

  std::string_view json_;
  MsgpackWriter& writer_;
  size_t at_ = 0;
  std::vector<Container> open_;
  std::string text_;
};

}  // namespace

bool json_to_msgpack(std::string_view json, MsgpackWriter& writer) {
  const size_t before = writer.size();
  if (Converter(json, writer).run()) return true;
  writer.cut(before);
  return false;
}

}  // namespace sigrun::fluentbit
