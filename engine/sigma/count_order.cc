#include "sigma/count_order.h"

#include <algorithm>
#include <iterator>

namespace sigrun::sigma {
namespace {

constexpr std::string_view names[] = {"gt",  "gte", "lt",
                                      "lte", "eq",  "neq"};  // in the order of the enumeration

}  // namespace

std::optional<CountOrder> parse_count_order(std::string_view text) {
  const auto known = std::find(std::begin(names), std::end(names), text);
  if (known == std::end(names)) return {};
  return static_cast<CountOrder>(known - std::begin(names));
}

std::string_view count_order_name(CountOrder order) { return names[static_cast<size_t>(order)]; }

}  // namespace sigrun::sigma
