// lt, lte, gt, gte: the field as a number against the rule's number, or a part of its date (hour|gte).
#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {
namespace {

std::string compare(Operand& operand, Order order) {
  if (auto* number = std::get_if<NumberEquals>(&operand.value)) {
    operand.value = NumberCompare{order, number->number};
    return {};
  }
  if (auto* part = std::get_if<TimePartCompare>(&operand.value); part && part->order == Order::equal) {
    part->order = order;
    return {};
  }
  return "needs an unquoted number";
}

}  // namespace

std::string apply_lt(const ModifierContext&, Operand& operand) { return compare(operand, Order::less); }
std::string apply_lte(const ModifierContext&, Operand& operand) {
  return compare(operand, Order::less_equal);
}
std::string apply_gt(const ModifierContext&, Operand& operand) { return compare(operand, Order::greater); }
std::string apply_gte(const ModifierContext&, Operand& operand) {
  return compare(operand, Order::greater_equal);
}

}  // namespace sigrun::sigma
