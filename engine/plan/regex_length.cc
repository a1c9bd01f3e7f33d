#include "plan/regex_length.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sigrun {
namespace {

// Nothing asks for more; and repetitions of repetitions do not overflow.
constexpr size_t longest = 1 << 20;
constexpr size_t deepest = 64;

// Reads an expression from left to right; none: syntax that is not known here.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : left_(pattern) {}

  std::optional<size_t> read() {
    const auto length = alternatives();
    return left_.empty() ? length : std::nullopt;
  }

 private:
  using Length = std::optional<size_t>;

  bool take(std::string_view text) {
    if (!left_.starts_with(text)) return false;
    left_.remove_prefix(text.size());
    return true;
  }

  Length alternatives() {
    if (++depth_ > deepest) return {};
    Length shortest = sequence();
    while (shortest && take("|")) {
      const Length other = sequence();
      shortest = other ? Length(std::min(*shortest, *other)) : Length();
    }
    --depth_;
    return shortest;
  }

  Length sequence() {
    size_t length = 0;
    while (!left_.empty() && left_.front() != '|' && left_.front() != ')') {
      const Length one = repeated();
      if (!one) return {};
      length = std::min(longest, length + *one);
    }
    return length;
  }

  Length repeated() {
    Length length = one();
    if (!length) return {};
    // RE2 takes one repetition of a thing, perhaps a lazy one.
    if (take("*") || take("?")) {
      length = 0;
    } else if (left_.starts_with('{')) {
      const auto times = fewest_times();
      if (times) length = std::min(longest, *length * *times);
    } else {
      take("+");
    }
    take("?");
    return length;
  }

  // Of {n}, {n,} and {n,m}. Other braces are characters: none, and left where they are.
  std::optional<size_t> fewest_times() {
    const size_t end = left_.find('}');
    if (end == left_.npos) return {};
    const std::string_view inside = left_.substr(1, end - 1);
    size_t times = 0;
    const auto [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), times);
    const std::string_view rest(stop, static_cast<size_t>(inside.data() + inside.size() - stop));
    const bool bounds =
        rest.empty() || (rest[0] == ',' && rest.find_first_not_of("0123456789", 1) == rest.npos);
    if (error != std::errc() || !bounds || times > longest) return {};
    left_.remove_prefix(end + 1);
    return times;
  }

  Length one() {
    if (take("(")) return group();
    if (take("[")) return character_class();
    if (take("\\")) return escape();
    if (take("^") || take("$")) return 0;
    const bool continues = (static_cast<unsigned char>(left_.front()) & 0xC0) == 0x80;
    left_.remove_prefix(1);
    return continues ? 0 : 1;  // of a character of several bytes only the first is counted
  }

  Length group() {
    if (take("?")) {
      if (take("P<") || take("<")) {
        const size_t end = left_.find('>');
        if (end == left_.npos) return {};
        left_.remove_prefix(end + 1);
      } else {
        const size_t end = left_.find_first_not_of("imsU-");
        if (end == left_.npos) return {};
        left_.remove_prefix(end);
        if (take(")")) return 0;  // flags for what follows
        if (!take(":")) return {};
      }
    }
    const Length length = alternatives();
    return take(")") ? length : Length();
  }

  Length character_class() {
    take("^");
    take("]");  // first, it stands for itself
    while (!left_.empty() && left_.front() != ']') {
      if (take("[:")) {
        const size_t end = left_.find(":]");
        if (end == left_.npos) return {};
        left_.remove_prefix(end + 2);
        continue;
      }
      take("\\");
      if (left_.empty()) return {};
      left_.remove_prefix(1);
    }
    return take("]") ? Length(1) : Length();
  }

  Length escape() {
    if (left_.empty()) return {};
    const char letter = left_.front();
    left_.remove_prefix(1);
    if (std::string_view("bBAz").find(letter) != std::string_view::npos) return 0;
    if (std::string_view("dDwWsSntrfva").find(letter) != std::string_view::npos) return 1;
    const bool other = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') || (static_cast<unsigned char>(letter) & 0x80);
    return other ? Length() : Length(1);
  }

  std::string_view left_;
  size_t depth_ = 0;
};

}  // namespace

size_t least_match_length(std::string_view pattern) { return Reader(pattern).read().value_or(0); }

}  // namespace sigrun
