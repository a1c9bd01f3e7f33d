#include "sigma/pipeline/scalar.h"

#include "support/decimal.h"

namespace sigrun::sigma {

Value Scalar::to_value() const {
  switch (kind) {
    case YamlKind::null: return IsNull{};
    case YamlKind::boolean: return BoolEquals{text == "true"};
    case YamlKind::number: return NumberEquals{*Decimal::from_plain(text), text};
    default: return TextPattern::parse(text);
  }
}

std::optional<Comparison> parse_comparison(std::string_view text) {
  if (text == "eq") return Comparison::eq;
  if (text == "ne") return Comparison::ne;
  if (text == "gte") return Comparison::gte;
  if (text == "gt") return Comparison::gt;
  if (text == "lte") return Comparison::lte;
  if (text == "lt") return Comparison::lt;
  return {};
}

bool holds(Comparison comparison, int order) {
  switch (comparison) {
    case Comparison::eq: return order == 0;
    case Comparison::ne: return order != 0;
    case Comparison::gte: return order >= 0;
    case Comparison::gt: return order > 0;
    case Comparison::lte: return order <= 0;
    case Comparison::lt: return order < 0;
  }
  return false;
}

bool compare(const Scalar& left, Comparison comparison, const Scalar& right) {
  if (left.kind != right.kind) return comparison == Comparison::ne;
  if (left.kind == YamlKind::number) {
    auto order = *Decimal::from_plain(left.text) <=> *Decimal::from_plain(right.text);
    return holds(comparison, order < 0 ? -1 : order > 0 ? 1 : 0);
  }
  if (left.kind == YamlKind::boolean || left.kind == YamlKind::null) {
    bool same = left.kind == YamlKind::null || left.text == right.text;  // null is written in several ways
    return comparison == Comparison::ne ? !same : comparison == Comparison::eq && same;
  }
  return holds(comparison, left.text.compare(right.text));
}

}  // namespace sigrun::sigma
