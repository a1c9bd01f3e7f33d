// What one value of a detection item asks of a field, after the item's modifiers have been applied.
//
// Modifiers (sigma/modifiers/) turn the scalar that the author wrote into one of these; processing pipelines rewrite them;
// the plan stage compiles each into a predicate. Plain values, no behaviour beyond building and printing.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/decimal.h"
#include "support/diagnostic.h"

namespace sigrun::sigma {

// A piece of a text pattern.
struct TextPart {
  enum class Kind : uint8_t {
    literal,      // exactly `text`
    any_run,      // `*`: any number of characters, none included
    any_one,      // `?`: exactly one code point
    any_dash,     // windash: one of - / – — ―
    placeholder,  // %text%: must be resolved before the rule can be planned
  };
  Kind kind = Kind::literal;
  std::string text;
  friend bool operator==(const TextPart&, const TextPart&) = default;
};

// A pattern that the whole field must match. No two literals and no two `*` stand side by side.
struct TextPattern {
  std::vector<TextPart> parts;
  bool cased = false;

  // Reads Sigma's escapes: `*` and `?` are wildcards unless a backslash stands before them.
  static TextPattern parse(std::string_view written);
  static TextPattern literal(std::string_view text);
  void append(TextPart part);
  void append(const TextPattern& other);
  void add_run_in_front();
  void add_run_at_end();
  bool has_wildcard() const;  // `*` or `?`
  bool has_placeholder() const;
  bool is_literal() const;           // one literal, or empty
  std::string literal_text() const;  // of a literal pattern
  // Sigma text that parses back into this pattern; placeholders as %name%.
  std::string to_sigma() const;
  friend bool operator==(const TextPattern&, const TextPattern&) = default;
};

// One of several patterns (base64offset).
struct AnyTextPattern {
  std::vector<TextPattern> patterns;
  friend bool operator==(const AnyTextPattern&, const AnyTextPattern&) = default;
};

// RE2 syntax; searched anywhere in the value unless anchored.
struct RegexPattern {
  std::string pattern;
  bool ignore_case = false, multiline = false, dot_all = false;
  bool anchor_start = false, anchor_end = false;  // from re|startswith, re|endswith
  bool expand = false;                            // %name% inside is a placeholder
  // The expression that RE2 compiles, flags and anchors included.
  std::string to_re2() const;
  friend bool operator==(const RegexPattern&, const RegexPattern&) = default;
};

struct NumberEquals {
  Decimal number;
  std::string written;
  friend bool operator==(const NumberEquals&, const NumberEquals&) = default;
};
struct BoolEquals {
  bool truth = false;
  friend bool operator==(const BoolEquals&, const BoolEquals&) = default;
};
struct IsNull {
  friend bool operator==(const IsNull&, const IsNull&) = default;
};
struct Exists {
  bool present = true;
  friend bool operator==(const Exists&, const Exists&) = default;
};

enum class Order : uint8_t { equal, less, less_equal, greater, greater_equal };
std::string_view order_name(Order order);  // "lt", "gte"…

struct NumberCompare {
  Order order = Order::equal;
  Decimal bound;
  friend bool operator==(const NumberCompare&, const NumberCompare&) = default;
};

enum class TimePart : uint8_t { minute, hour, day, week, month, year };
std::string_view time_part_name(TimePart part);

struct TimePartCompare {
  TimePart part = TimePart::hour;
  Order order = Order::equal;
  Decimal bound;
  friend bool operator==(const TimePartCompare&, const TimePartCompare&) = default;
};

// An IPv4 or IPv6 network; `address` in network byte order, IPv4 in the first four bytes.
struct CidrBlock {
  bool v6 = false;
  std::array<uint8_t, 16> address{};
  uint8_t prefix = 0;
  std::string written;
  friend bool operator==(const CidrBlock&, const CidrBlock&) = default;
};

// Comparison with another field of the same event.
struct FieldReference {
  enum class Mode : uint8_t { whole, starts_with, ends_with, contains };
  std::string field;
  Mode mode = Mode::whole;
  bool cased = false;
  bool literal_field = false;  // set when a pipeline renamed `field`: it names the event's field as it stands
  friend bool operator==(const FieldReference&, const FieldReference&) = default;
};

using Value = std::variant<TextPattern, AnyTextPattern, RegexPattern, NumberEquals, BoolEquals, IsNull,
                           Exists, NumberCompare, TimePartCompare, CidrBlock, FieldReference>;

// A short form for people: the pattern as an author would write it.
std::string describe(const Value& value);

}  // namespace sigrun::sigma
