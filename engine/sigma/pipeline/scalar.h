// A scalar of a pipeline file: a state value, an attribute, the operand of a comparison. Plain value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sigma/value.h"
#include "sigma/yaml.h"

namespace sigrun::sigma {

struct Scalar {
  YamlKind kind = YamlKind::null;
  std::string text;

  Value to_value() const;  // as a rule's unmodified value would be read
};

enum class Comparison : uint8_t { eq, ne, gte, gt, lte, lt };
std::optional<Comparison> parse_comparison(std::string_view text);

// Numbers compare by value, everything else by text. Values of different kinds are unequal and have no order.
bool compare(const Scalar& left, Comparison comparison, const Scalar& right);

// `order` is what a three-way comparison of two operands gave: below, at or above zero.
bool holds(Comparison comparison, int order);

}  // namespace sigrun::sigma
