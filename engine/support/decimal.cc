#include "support/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sigrun {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<DecimalView> DecimalView::parse(std::string_view text, Grammar grammar) {
  DecimalView number;
  size_t at = 0;
  if (at < text.size() && text[at] == '-') number.negative_ = true, ++at;
  size_t integer_begin = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  std::string_view integer = text.substr(integer_begin, at - integer_begin);
  if (integer.empty() || (!grammar.padding && integer.size() > 1 && integer[0] == '0')) return {};
  std::string_view fraction;
  if (at < text.size() && text[at] == '.') {
    size_t fraction_begin = ++at;
    while (at < text.size() && is_digit(text[at])) ++at;
    fraction = text.substr(fraction_begin, at - fraction_begin);
    if (fraction.empty()) return {};
  }
  int64_t power = 0;
  if (grammar.exponent && at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
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

  number.exponent_ = static_cast<int64_t>(integer.size()) + power;
  auto drop_leading_zeros = [&](std::string_view& digits) {
    const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
    digits.remove_prefix(zeros);
    number.exponent_ -= static_cast<int64_t>(zeros);
  };
  auto drop_trailing_zeros = [](std::string_view& digits) {
    digits = digits.substr(0, digits.find_last_not_of('0') + 1);
  };
  drop_leading_zeros(integer);
  if (integer.empty()) drop_leading_zeros(fraction);
  drop_trailing_zeros(fraction);
  if (fraction.empty()) drop_trailing_zeros(integer);
  if (integer.empty() && fraction.empty()) return DecimalView();
  number.front_ = integer;
  number.back_ = fraction;
  return number;
}

std::optional<DecimalView> DecimalView::from_json(std::string_view text) {
  auto number = parse(text, {.exponent = true});
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

std::optional<DecimalView> DecimalView::from_plain(std::string_view text) { return parse(text, {}); }

std::optional<DecimalView> DecimalView::from_padded(std::string_view text) {
  return parse(text, {.padding = true});
}

size_t DecimalView::canonical_size() const {
  if (size() == 0) return 1;
  const auto digits = static_cast<int64_t>(size());
  const int64_t places = exponent_ <= 0        ? 2 - exponent_ + digits
                         : exponent_ >= digits ? exponent_
                                               : digits + 1;
  return static_cast<size_t>(places) + (negative_ ? 1 : 0);
}

void DecimalView::write_canonical(char* out) const {
  if (size() == 0) {
    *out = '0';
    return;
  }
  const auto digits = static_cast<int64_t>(size());
  if (negative_) *out++ = '-';
  if (exponent_ <= 0) {
    *out++ = '0';
    *out++ = '.';
    out = std::fill_n(out, -exponent_, '0');
  }
  for (int64_t at = 0; at < digits; ++at) {
    if (at > 0 && at == exponent_) *out++ = '.';
    *out++ = digit(static_cast<size_t>(at));
  }
  if (exponent_ > digits) std::fill_n(out, exponent_ - digits, '0');
}

std::strong_ordering operator<=>(const DecimalView& a, const DecimalView& b) {
  auto sign = [](const DecimalView& d) { return d.size() == 0 ? 0 : d.negative_ ? -1 : 1; };
  if (auto order = sign(a) <=> sign(b); order != 0 || a.size() == 0) return order;
  auto magnitude = a.exponent_ <=> b.exponent_;
  for (size_t at = 0; magnitude == 0 && at < std::min(a.size(), b.size()); ++at)
    magnitude = a.digit(at) <=> b.digit(at);
  if (magnitude == 0) magnitude = a.size() <=> b.size();
  return a.negative_ ? 0 <=> magnitude : magnitude;
}

Decimal::Decimal(int64_t value) {
  char buffer[24];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  *this = Decimal(*DecimalView::from_plain({buffer, static_cast<size_t>(end - buffer)}));
}

Decimal::Decimal(const DecimalView& view)
    : negative_(view.negative_), digits_(view.front_), exponent_(view.exponent_) {
  digits_ += view.back_;
}

std::optional<Decimal> Decimal::from_json(std::string_view text) {
  auto view = DecimalView::from_json(text);
  if (!view) return {};
  return Decimal(*view);
}

std::optional<Decimal> Decimal::from_plain(std::string_view text) {
  auto view = DecimalView::from_plain(text);
  if (!view) return {};
  return Decimal(*view);
}

DecimalView Decimal::view() const {
  DecimalView view;
  view.negative_ = negative_;
  view.front_ = digits_;
  view.exponent_ = exponent_;
  return view;
}

std::string Decimal::canonical() const {
  const DecimalView self = view();
  std::string text(self.canonical_size(), '\0');
  self.write_canonical(text.data());
  return text;
}

}  // namespace sigrun
