// An exact decimal number: what a rule's number and a JSON number have in common.
//
// Sigma compares 4624 with "4624", 1 with 1.0 and 10e-1, and 9007199254740993 with its neighbour; a double would confuse
// the last two. A Decimal is sign, digits without leading or trailing zeros, and a power of ten, so equality and order are
// exact for any length. A DecimalView is the same of a text that it points into, and allocates nothing: it is what events'
// numbers are compared as. Both are immutable after parsing; plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun {

// Lives as long as the text that it was read from.
class DecimalView {
 public:
  // JSON's number grammar (RFC 8259 section 6), exponent included. Empty when `text` is no such number, or when its
  // magnitude is beyond a double or, for an integer written without fraction or exponent, beyond 64 bits.
  static std::optional<DecimalView> from_json(std::string_view text);

  // Plain decimal text: optional minus, digits without a superfluous leading zero, optional fraction; no exponent, no
  // plus sign, no white space. This is what YAML rules may write and what text in events is compared as.
  static std::optional<DecimalView> from_plain(std::string_view text);
  // The same, and the integer may begin with any number of zeros.
  static std::optional<DecimalView> from_padded(std::string_view text);

  // Shortest plain decimal text: "4624", "-1.5", "0". Its size, then the text itself into so many bytes.
  size_t canonical_size() const;
  void write_canonical(char* out) const;

  friend bool operator==(const DecimalView& a, const DecimalView& b) { return a <=> b == 0; }
  friend std::strong_ordering operator<=>(const DecimalView& a, const DecimalView& b);

 private:
  friend class Decimal;
  struct Grammar {
    bool exponent = false, padding = false;
  };
  static std::optional<DecimalView> parse(std::string_view text, Grammar grammar);
  size_t size() const { return front_.size() + back_.size(); }
  char digit(size_t at) const { return at < front_.size() ? front_[at] : back_[at - front_.size()]; }

  bool negative_ = false;
  // The digits, most significant first, no zero at either end; none is zero. In two pieces: the point may stand between.
  std::string_view front_, back_;
  int64_t exponent_ = 0;  // value = 0.digits × 10^exponent; 0 for zero
};

class Decimal {
 public:
  Decimal() = default;
  explicit Decimal(int64_t value);
  explicit Decimal(const DecimalView& view);

  // As DecimalView's.
  static std::optional<Decimal> from_json(std::string_view text);
  static std::optional<Decimal> from_plain(std::string_view text);
  std::string canonical() const;

  DecimalView view() const;

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) {
    return a.view() <=> b.view();
  }

 private:
  bool negative_ = false;
  std::string digits_;  // as a view's
  int64_t exponent_ = 0;
};

}  // namespace sigrun
