#include "literal_variation.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace sigrun::bench {
namespace {

constexpr size_t kept_bytes = 4;    // at either end of a long literal
constexpr size_t long_literal = 9;  // the shortest that has a byte between them
constexpr size_t shortest_literal = 3;
constexpr size_t shortest_regex_run = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_plain(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }

char rotate(char c, unsigned copy) {
  if (is_digit(c)) return static_cast<char>('0' + (c - '0' + copy) % 10);
  const char first = is_lower(c) ? 'a' : 'A';
  return static_cast<char>(first + (c - first + copy) % 26);
}

bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return false;
  if (text.starts_with("0x") || text.starts_with("0X"))
    return text.find_first_not_of("0123456789abcdefABCDEF", 2) == text.npos;
  return text.find_first_not_of("0123456789.") == text.npos;
}

bool is_truth(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = is_upper(c) ? static_cast<char>(c + 32) : c;
  return lower == "true" || lower == "false";
}

// Where a literal's bytes stand in what was written.
using Places = std::vector<size_t>;

void vary_literal(const Places& places, unsigned copy, Variation& variation) {
  if (places.empty()) return;
  const size_t size = places.size();
  const size_t margin = size >= long_literal ? kept_bytes : 1;
  std::optional<size_t> best;
  const size_t middle = (size - 1) / 2;
  auto distance = [&](size_t i) { return i > middle ? i - middle : middle - i; };
  if (size >= shortest_literal)
    for (size_t i = margin; i + margin < size; ++i)
      if (is_plain(variation.text[places[i]]) && (!best || distance(i) < distance(*best))) best = i;
  if (!best) {
    ++variation.kept;
    return;
  }
  char& c = variation.text[places[*best]];
  c = rotate(c, copy);
  ++variation.changed;
}

}  // namespace

Variation vary_pattern(std::string_view written, bool placeholders, unsigned copy) {
  Variation variation{std::string(written)};
  if (is_number(written) || is_truth(written)) {
    variation.kept = 1;
    return variation;
  }
  Places literal;
  auto end_literal = [&] {
    vary_literal(literal, copy, variation);
    literal.clear();
  };
  for (size_t at = 0; at < written.size(); ++at) {
    const char c = written[at];
    const char next = at + 1 < written.size() ? written[at + 1] : '\0';
    if (c == '\\' && (next == '\\' || next == '*' || next == '?')) {
      literal.push_back(++at);  // one byte of the literal, as Sigma's escapes go
    } else if (c == '*' || c == '?') {
      end_literal();
    } else if (size_t close = placeholders && c == '%' ? written.find('%', at + 1) : written.npos;
               close != written.npos) {
      end_literal();
      at = close;
    } else {
      literal.push_back(at);
    }
  }
  end_literal();
  return variation;
}

Variation vary_regex(std::string_view written, unsigned copy) {
  Variation variation{std::string(written)};
  const auto skip_to = [&](size_t at, char close) {
    return std::min(written.find(close, at), written.size());
  };
  for (size_t at = 0; at < written.size();) {
    const char c = written[at];
    if (c == '\\') {  // \n, \x41, \bword: nothing up to the next sign is certain to stand for itself
      if (written.substr(at, 2) == "\\Q") return {std::string(written), 0, 1};
      for (at += 2; at < written.size() && is_plain(written[at]);) ++at;
    } else if (c == '[') {
      ++at;
      if (at < written.size() && written[at] == '^') ++at;
      if (at < written.size() && written[at] == ']') ++at;
      while (at < written.size() && written[at] != ']') {
        if (written[at] == '\\')
          ++at;
        else if (written.substr(at, 2) == "[:")
          at = skip_to(at, ']');
        ++at;
      }
      ++at;
    } else if (c == '{') {
      at = skip_to(at, '}') + 1;
    } else if (c == '(' && written.substr(at, 2) == "(?") {
      at = std::min(written.find_first_of(":>)=!", at), written.size()) + 1;
    } else if (is_plain(c)) {
      Places run;
      while (at < written.size() && is_plain(written[at])) run.push_back(at++);
      if (run.size() >= shortest_regex_run)
        vary_literal(run, copy, variation);
      else
        ++variation.kept;
    } else {
      ++at;
    }
  }
  return variation;
}

}  // namespace sigrun::bench
