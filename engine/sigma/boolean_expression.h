// The grammar that conditions and temporal correlations share: names joined by and, or, not, parentheses, and
// `N of pattern`. This file knows the grammar only; condition.h and correlation_reader.cc say what a name means.
//
//   or  := and ("or" and)*      and := unary ("and" unary)*      unary := "not" unary | primary
//   primary := "(" or ")" | (NUMBER | "all" | "any") "of" ("them" | PATTERN) | NAME
//
// Pure function; nesting is bounded by Limits::condition_depth.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/limits.h"

namespace sigrun::sigma {

struct BooleanExpression {
  enum class Kind : uint8_t { all_of, any_of, negation, name, quantified };
  Kind kind = Kind::name;
  std::vector<BooleanExpression> children;
  std::string name;   // name; the pattern or "them" of quantified
  std::string count;  // quantified: "all", "any" or a number as written
  size_t at = 0;      // of the text: where it begins
};

struct BooleanGrammar {
  bool quantifiers = true;            // `1 of them`
  bool upper_case_operators = false;  // AND, OR, NOT as well (correlations of the 2.2 draft)
  // Without quantifiers: what to write where one stands.
  std::string_view instead_of_quantifiers = "name each one";
};

// Empty with `problem` set when the text is no expression; `problem_at` is the byte that it begins at.
std::optional<BooleanExpression> parse_boolean_expression(std::string_view text,
                                                          const BooleanGrammar& grammar, const Limits& limits,
                                                          std::string& problem, size_t& problem_at);
std::optional<BooleanExpression> parse_boolean_expression(std::string_view text,
                                                          const BooleanGrammar& grammar, const Limits& limits,
                                                          std::string& problem);

}  // namespace sigrun::sigma
