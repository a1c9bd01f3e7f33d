// minute, hour, day, week, month, year: one part of the date in the field, as written there (no zone conversion).
#include <fmt/format.h>

#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {
namespace {

std::string take_part(Operand& operand, TimePart part, int64_t least, int64_t most) {
  auto* number = std::get_if<NumberEquals>(&operand.value);
  if (!number)
    return fmt::format("needs an unquoted number; a comparison stands behind it ({}|gte)",
                       time_part_name(part));
  bool whole = number->number.canonical().find('.') == std::string::npos;
  if (!whole || number->number < Decimal(least) || number->number > Decimal(most))
    return fmt::format("needs a whole number from {} to {}", least, most);
  operand.value = TimePartCompare{part, Order::equal, number->number};
  return {};
}

}  // namespace

std::string apply_minute(const ModifierContext&, Operand& operand) {
  return take_part(operand, TimePart::minute, 0, 59);
}
std::string apply_hour(const ModifierContext&, Operand& operand) {
  return take_part(operand, TimePart::hour, 0, 23);
}
std::string apply_day(const ModifierContext&, Operand& operand) {
  return take_part(operand, TimePart::day, 1, 31);
}
std::string apply_week(const ModifierContext&, Operand& operand) {
  return take_part(operand, TimePart::week, 1, 53);
}
std::string apply_month(const ModifierContext&, Operand& operand) {
  return take_part(operand, TimePart::month, 1, 12);
}
std::string apply_year(const ModifierContext&, Operand& operand) {
  return take_part(operand, TimePart::year, 0, 9999);
}

}  // namespace sigrun::sigma
