// contains, startswith, endswith: wildcards around the value, never doubled. cased: exact case.
#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {
namespace {

constexpr bool in_front = true, at_end = true;

std::string add_runs(const ModifierContext&, Operand& operand, bool front, bool end) {
  auto widen = [&](TextPattern& pattern) {
    pattern.parts.reserve(pattern.parts.size() + front + end);
    if (front) pattern.add_run_in_front();
    if (end) pattern.add_run_at_end();
  };
  if (auto* any = std::get_if<AnyTextPattern>(&operand.value)) {
    for (TextPattern& pattern : any->patterns) widen(pattern);
    return {};
  }
  if (auto* regex = std::get_if<RegexPattern>(&operand.value)) {
    // A regex is searched anywhere; startswith and endswith tie it to one end.
    if (!front) regex->anchor_start = true;
    if (!end) regex->anchor_end = true;
    return {};
  }
  if (auto* reference = std::get_if<FieldReference>(&operand.value)) {
    reference->mode = front && end ? FieldReference::Mode::contains
                      : front      ? FieldReference::Mode::ends_with
                                   : FieldReference::Mode::starts_with;
    return {};
  }
  TextPattern* pattern = as_text(operand);
  if (!pattern) return "needs a text value";
  widen(*pattern);
  return {};
}

}  // namespace

std::string apply_contains(const ModifierContext& context, Operand& operand) {
  return add_runs(context, operand, in_front, at_end);
}

std::string apply_startswith(const ModifierContext& context, Operand& operand) {
  return add_runs(context, operand, !in_front, at_end);
}

std::string apply_endswith(const ModifierContext& context, Operand& operand) {
  return add_runs(context, operand, in_front, !at_end);
}

std::string apply_cased(const ModifierContext&, Operand& operand) {
  if (auto* any = std::get_if<AnyTextPattern>(&operand.value)) {
    for (TextPattern& pattern : any->patterns) pattern.cased = true;
    return {};
  }
  if (auto* reference = std::get_if<FieldReference>(&operand.value)) {
    reference->cased = true;
    return {};
  }
  if (std::holds_alternative<RegexPattern>(operand.value))
    return "does not go with re, which is case-sensitive already; use re|i for the opposite";
  TextPattern* pattern = as_text(operand);
  if (!pattern) return "needs a text value";
  pattern->cased = true;
  return {};
}

}  // namespace sigrun::sigma
