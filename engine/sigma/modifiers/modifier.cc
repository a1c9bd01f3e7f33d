#include "sigma/modifiers/modifier.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "sigma/similar_name.h"

namespace sigrun::sigma {
namespace {

struct Entry {
  std::string_view name;
  Modifier apply;
};

constexpr Entry modifiers[] = {
    {"contains", apply_contains},
    {"startswith", apply_startswith},
    {"endswith", apply_endswith},
    {"cased", apply_cased},
    {"windash", apply_windash},
    {"expand", apply_expand},
    {"re", apply_re},
    {"i", apply_ignorecase},
    {"ignorecase", apply_ignorecase},
    {"m", apply_multiline},
    {"multiline", apply_multiline},
    {"s", apply_dotall},
    {"dotall", apply_dotall},
    {"base64", apply_base64},
    {"base64offset", apply_base64offset},
    {"wide", apply_utf16le},
    {"utf16le", apply_utf16le},
    {"utf16be", apply_utf16be},
    {"utf16", apply_utf16},
    {"lt", apply_lt},
    {"lte", apply_lte},
    {"gt", apply_gt},
    {"gte", apply_gte},
    {"minute", apply_minute},
    {"hour", apply_hour},
    {"day", apply_day},
    {"week", apply_week},
    {"month", apply_month},
    {"year", apply_year},
    {"cidr", apply_cidr},
    {"exists", apply_exists},
    {"fieldref", apply_fieldref},
};

}  // namespace

Modifier find_modifier(std::string_view name) {
  for (const Entry& entry : modifiers)
    if (entry.name == name) return entry.apply;
  return nullptr;
}

std::string_view suggest_modifier(std::string_view name) {
  if (name.size() > 32) return {};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view best;
  size_t best_distance = 3;
  auto consider = [&](std::string_view known) {
    size_t distance = edit_distance(lower, known);
    if (distance < best_distance && distance < known.size()) best = known, best_distance = distance;
  };
  for (const Entry& entry : modifiers) consider(entry.name);
  for (std::string_view name_of_list : {"all", "neq"}) consider(name_of_list);
  return best;
}

TextPattern* as_text(Operand& operand) {
  if (std::holds_alternative<NumberEquals>(operand.value) ||
      std::holds_alternative<BoolEquals>(operand.value))
    operand.value = TextPattern::literal(operand.written);
  return std::get_if<TextPattern>(&operand.value);
}

}  // namespace sigrun::sigma
