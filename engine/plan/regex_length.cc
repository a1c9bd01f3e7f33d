#include "plan/regex_length.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

namespace sigrun {
namespace {

// Nothing asks for more; and repetitions of repetitions do not overflow.
constexpr size_t longest = 1 << 20;
constexpr size_t deepest = 64;

// Reads an expression from left to right; none: syntax that is not known here.
class Reader {
 public:
  explicit Reader(std::string_view pattern) : left_(pattern) {}

  std::optional<LeastMatch> read() {
    Part part = alternatives();
    if (!left_.empty() || !part) return {};
    // Of letters in either case some have forms outside of ASCII.
    if (folds_) part->run = {};
    return std::move(*part);
  }

 private:
  struct Least : LeastMatch {
    bool byte = false;  // it matches one byte, which is one of the run's
  };
  using Part = std::optional<Least>;

  static Least nothing(size_t length = 0) {
    Least least;
    least.length = length;
    return least;
  }
  static Least byte_of(const std::bitset<256>& bytes) {
    Least least;
    least.length = 1;
    least.run = {bytes, 1};
    least.byte = true;
    return least;
  }

  bool take(std::string_view text) {
    if (!left_.starts_with(text)) return false;
    left_.remove_prefix(text.size());
    return true;
  }

  Part alternatives() {
    if (++depth_ > deepest) return {};
    Part shortest = sequence();
    while (shortest && take("|")) {
      const Part other = sequence();
      if (!other) return {};
      shortest = nothing(std::min(shortest->length, other->length));
    }
    --depth_;
    if (shortest) shortest->byte = false;
    return shortest;
  }

  Part sequence() {
    Least least;
    while (!left_.empty() && left_.front() != '|' && left_.front() != ')') {
      Part one = repeated();
      if (!one) return {};
      least.length = std::min(longest, least.length + one->length);
      if (one->run.length > least.run.length) least.run = one->run;
    }
    return least;
  }

  Part repeated() {
    Part part = one();
    if (!part) return {};
    // RE2 takes one repetition of a thing, perhaps a lazy one.
    if (take("*") || take("?")) {
      part = nothing();
    } else if (left_.starts_with('{')) {
      if (const auto times = fewest_times()) {
        part->length = std::min(longest, part->length * *times);
        if (part->byte) part->run.length = *times;
        if (*times == 0) part = nothing();
      }
    } else {
      take("+");
    }
    take("?");
    return part;
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

  Part one() {
    if (take("(")) return group();
    if (take("[")) return character_class();
    if (take("\\")) return escape();
    if (take("^") || take("$")) return nothing();
    const auto first = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    if (first == '.') return nothing(1);
    if (first < 0x80) return byte_of(std::bitset<256>().set(first));
    const bool continues = (first & 0xC0) == 0x80;
    return nothing(continues ? 0 : 1);  // of a character of several bytes only the first is counted
  }

  Part group() {
    if (take("?")) {
      if (take("P<") || take("<")) {
        const size_t end = left_.find('>');
        if (end == left_.npos) return {};
        left_.remove_prefix(end + 1);
      } else {
        const size_t end = left_.find_first_not_of("imsU-");
        if (end == left_.npos) return {};
        folds_ = folds_ || left_.substr(0, end).find('i') != left_.npos;
        left_.remove_prefix(end);
        if (take(")")) return nothing();  // flags for what follows
        if (!take(":")) return {};
      }
    }
    const Part part = alternatives();
    return take(")") ? part : Part();
  }

  // The bytes of \d, \w and \s; false: of another letter.
  static bool add_escaped(char letter, std::bitset<256>& bytes) {
    auto add = [&](char first, char last) {
      for (char c = first; c <= last; ++c) bytes.set(static_cast<unsigned char>(c));
    };
    switch (letter) {
      case 's':
        for (char c : std::string_view("\t\n\f\r ")) bytes.set(static_cast<unsigned char>(c));
        return true;
      case 'w':
        add('a', 'z');
        add('A', 'Z');
        bytes.set('_');
        [[fallthrough]];
      case 'd': add('0', '9'); return true;
      default: return false;
    }
  }

  Part character_class() {
    std::bitset<256> bytes;
    bool known = !take("^");  // which bytes it is of
    bool first = true;
    while (!left_.empty() &&
           (first || left_.front() != ']')) {  // a bracket at the beginning stands for itself
      first = false;
      if (take("[:")) {
        const size_t end = left_.find(":]");
        if (end == left_.npos) return {};
        left_.remove_prefix(end + 2);
        known = false;
        continue;
      }
      const bool escaped = take("\\");
      if (left_.empty()) return {};
      const auto begin = static_cast<unsigned char>(left_.front());
      left_.remove_prefix(1);
      if (escaped && add_escaped(static_cast<char>(begin), bytes)) continue;
      if (begin >= 0x80 || (escaped && std::isalnum(begin))) known = false;
      auto end = begin;
      if (left_.size() >= 2 && left_[0] == '-' && left_[1] != ']') {
        // A range, to a character that stands for itself.
        end = static_cast<unsigned char>(left_[1]);
        if (end >= 0x80 || end == '\\' || end == '[' || end < begin) known = false;
        if (end != '\\' && end != '[') left_.remove_prefix(2);
      }
      if (known)
        for (unsigned c = begin; c <= end; ++c) bytes.set(c);
    }
    if (!take("]")) return {};
    return known ? byte_of(bytes) : nothing(1);
  }

  Part escape() {
    if (left_.empty()) return {};
    const char letter = left_.front();
    left_.remove_prefix(1);
    if (std::string_view("bBAz").find(letter) != std::string_view::npos) return nothing();
    std::bitset<256> bytes;
    if (add_escaped(letter, bytes)) return byte_of(bytes);
    if (std::string_view("DWSntrfva").find(letter) != std::string_view::npos) return nothing(1);
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x80 || std::isalnum(byte)) return {};
    return byte_of(bytes.set(byte));
  }

  std::string_view left_;
  size_t depth_ = 0;
  bool folds_ = false;  // a part of it does not tell cases apart
};

}  // namespace

LeastMatch least_match(std::string_view pattern, bool cased) {
  LeastMatch least = Reader(pattern).read().value_or(LeastMatch());
  if (!cased) least.run = {};
  return least;
}

bool ByteRun::is_in(std::string_view text) const {
  auto is_one = [&](size_t at) { return bytes[static_cast<unsigned char>(text[at])]; };
  // What lies before `from` is no part of a run.
  for (size_t from = 0; text.size() - from >= length;) {
    size_t at = from + length;
    while (at > from && is_one(at - 1)) --at;
    if (at == from) return true;
    from = at;
  }
  return false;
}

}  // namespace sigrun
