#include "support/decimal.h"

#include <charconv>
#include <cmath>

namespace sigrun {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Decimal::Decimal(int64_t value) {
  char buffer[24];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  *this = *parse({buffer, static_cast<size_t>(end - buffer)}, false);
}

std::optional<Decimal> Decimal::parse(std::string_view text, bool exponent_allowed) {
  Decimal number;
  size_t at = 0;
  if (at < text.size() && text[at] == '-') number.negative_ = true, ++at;
  size_t integer_begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  std::string_view integer = text.substr(integer_begin, at - integer_begin);
  if (integer.empty() || (integer.size() > 1 && integer[0] == '0')) return {};
  std::string_view fraction;
  if (at < text.size() && text[at] == '.') {
    size_t fraction_begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    fraction = text.substr(fraction_begin, at - fraction_begin);
    if (fraction.empty()) return {};
  }
  int64_t power = 0;
  if (exponent_allowed && at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool negative_power = false;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) negative_power = text[at++] == '-';
    if (at == text.size()) return {};
    while (at < text.size() && is_digit(text[at])) {
      if (power < 1'000'000)
        power = power * 10 + (text[at] - '0');  // beyond any double; kept from overflowing
      ++at;
    }
    if (negative_power) power = -power;
  }
  if (at != text.size()) return {};

  number.digits_.reserve(integer.size() + fraction.size());
  number.digits_.append(integer).append(fraction);
  number.exponent_ = static_cast<int64_t>(integer.size()) + power;
  size_t first = number.digits_.find_first_not_of('0');
  if (first == std::string::npos) return Decimal();
  number.exponent_ -= static_cast<int64_t>(first);
  number.digits_.erase(0, first);
  number.digits_.erase(number.digits_.find_last_not_of('0') + 1);
  return number;
}

std::optional<Decimal> Decimal::from_json(std::string_view text) {
  auto number = parse(text, true);
  if (!number) return {};
  bool integer = text.find_first_of(".eE") == std::string_view::npos;
  if (integer) {
    int64_t as_signed;
    uint64_t as_unsigned;
    auto fits = [&](auto& target) {
      return std::from_chars(text.data(), text.data() + text.size(), target).ec == std::errc();
    };
    if (!(text[0] == '-' ? fits(as_signed) : fits(as_unsigned))) return {};
  } else {
    // The largest double is 1.797…e308: a decimal beyond it has no value that other JSON readers agree on.
    if (number->exponent_ > 309) return {};
    if (number->exponent_ == 309) {
      double value;
      if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) return {};
    }
  }
  return number;
}

std::optional<Decimal> Decimal::from_plain(std::string_view text) { return parse(text, false); }

std::string Decimal::canonical() const {
  if (digits_.empty()) return "0";
  std::string text = negative_ ? "-" : "";
  auto size = static_cast<int64_t>(digits_.size());
  if (exponent_ <= 0) {
    text += "0." + std::string(static_cast<size_t>(-exponent_), '0') + digits_;
  } else if (exponent_ >= size) {
    text += digits_ + std::string(static_cast<size_t>(exponent_ - size), '0');
  } else {
    text += digits_.substr(0, static_cast<size_t>(exponent_)) + '.' +
            digits_.substr(static_cast<size_t>(exponent_));
  }
  return text;
}

std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
  auto sign = [](const Decimal& d) { return d.digits_.empty() ? 0 : d.negative_ ? -1 : 1; };
  if (auto order = sign(a) <=> sign(b); order != 0 || a.digits_.empty()) return order;
  auto magnitude = a.exponent_ <=> b.exponent_;
  if (magnitude == 0) magnitude = a.digits_.compare(b.digits_) <=> 0;
  return a.negative_ ? 0 <=> magnitude : magnitude;
}

}  // namespace sigrun
