#include "support/json_text.h"

#include <cstdint>

#include "support/utf8.h"

namespace sigrun {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads the grammar of RFC 8259 from left to right, open brackets on a stack.
class JsonChecker {
 public:
  explicit JsonChecker(std::string_view text) : text_(text) {}

  bool check() {
    for (skip_space(); at_ < text_.size(); skip_space())
      if (!step()) return false;
    return expected_ == Expected::more_or_end && open_.empty();
  }

 private:
  enum class Expected : uint8_t { value, value_or_end, key, key_or_end, more_or_end };

  // '\0' at the end, which no grammar rule takes.
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }

  bool step() {
    switch (expected_) {
      case Expected::key_or_end:
        if (peek() == '}') return close();
        [[fallthrough]];
      case Expected::key:
        if (!take_string()) return false;
        skip_space();
        expected_ = Expected::value;
        return take(':');
      case Expected::value_or_end:
        if (peek() == ']') return close();
        [[fallthrough]];
      case Expected::value:
        if (peek() == '{' || peek() == '[') return open();
        expected_ = Expected::more_or_end;
        return peek() == '"' ? take_string() : take_number() || take_word();
      case Expected::more_or_end:
        if (open_.empty()) return false;
        if (!take(',')) return close();
        expected_ = open_.back() == '{' ? Expected::key : Expected::value;
        return true;
    }
    return false;
  }

  bool open() {
    open_ += text_[at_++];
    expected_ = open_.back() == '{' ? Expected::key_or_end : Expected::value_or_end;
    return true;
  }

  bool close() {
    char closing = open_.back() == '{' ? '}' : ']';
    open_.pop_back();
    expected_ = Expected::more_or_end;
    return take(closing);
  }

  bool take_string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !take_escape()) return false;
    }
    return false;
  }

  bool take_escape() {
    if (!take('u')) {
      constexpr std::string_view simple = "\"\\/bfnrt";
      return at_ < text_.size() && simple.find(text_[at_++]) != simple.npos;
    }
    for (int i = 0; i < 4; ++i, ++at_) {
      char c = peek();
      if (!is_digit(c) && !(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) return false;
    }
    return true;
  }

  bool take_digits() {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool take_number() {
    bool negative = take('-');
    if (!negative && !is_digit(peek())) return false;
    if (!take('0') && !take_digits()) return false;
    if (take('.') && !take_digits()) return false;
    if (!take('e') && !take('E')) return true;
    if (!take('+')) take('-');
    return take_digits();
  }

  bool take_word() {
    for (std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return true;
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string open_;
  Expected expected_ = Expected::value;
};

}  // namespace

bool is_valid_json(std::string_view text) { return is_valid_utf8(text) && JsonChecker(text).check(); }

void append_json_string(std::string_view text, std::string& out) {
  if (!is_valid_utf8(text)) return append_json_string(repair_utf8(text), out);
  static constexpr char hex[] = "0123456789abcdef";
  const auto is_plain = [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\' && c != 0x7F;
  };
  out += '"';
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t begin = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    out.append(text, begin, at - begin);
    if (at == text.size()) break;
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        out += "\\u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
  }
  out += '"';
}

}  // namespace sigrun
