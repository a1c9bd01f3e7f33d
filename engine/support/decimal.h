// An exact decimal number: what a rule's number and a JSON number have in common.
//
// Sigma compares 4624 with "4624", 1 with 1.0 and 10e-1, and 9007199254740993 with its neighbour; a double would confuse
// the last two. A Decimal is sign, digits without leading or trailing zeros, and a power of ten, so equality and order are
// exact for any length. Immutable after parsing; a plain value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun {

class Decimal {
 public:
  Decimal() = default;
  explicit Decimal(int64_t value);

  // JSON's number grammar (RFC 8259 section 6), exponent included. Empty when `text` is no such number, or when its
  // magnitude is beyond a double or, for an integer written without fraction or exponent, beyond 64 bits.
  static std::optional<Decimal> from_json(std::string_view text);

  // Plain decimal text: optional minus, digits without a superfluous leading zero, optional fraction; no exponent, no
  // plus sign, no white space. This is what YAML rules may write and what text in events is compared as.
  static std::optional<Decimal> from_plain(std::string_view text);

  // Shortest plain decimal text: "4624", "-1.5", "0".
  std::string canonical() const;

  friend bool operator==(const Decimal&, const Decimal&) = default;
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b);

 private:
  static std::optional<Decimal> parse(std::string_view text, bool exponent_allowed);

  bool negative_ = false;
  std::string digits_;    // most significant first, no zero at either end; empty is zero
  int64_t exponent_ = 0;  // value = 0.digits × 10^exponent; 0 for zero
};

}  // namespace sigrun
