// How a condition compares: `{gte: 10}`. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sigrun::sigma {

enum class CountOrder : uint8_t { gt, gte, lt, lte, eq, neq };

std::optional<CountOrder> parse_count_order(std::string_view text);  // "gte"
std::string_view count_order_name(CountOrder order);

}  // namespace sigrun::sigma
