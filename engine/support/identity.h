// Sixteen bytes that name an alert or an event: the same on every run and machine (xxh128, no seed).
//
// Plain values. Not for tables that hostile keys must not fill: those take seeded_hash.h.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "support/fixed_text.h"

namespace sigrun {

struct Identity {
  uint64_t high = 0, low = 0;
  auto operator<=>(const Identity&) const = default;
  // 32 hex digits.
  FixedText<32> text() const;
};

// Of a kind ("own", "correlation") and its parts. No two different lists of parts give the same bytes to the hash: their lengths
// stand before them.
Identity make_identity(std::string_view kind, std::initializer_list<std::string_view> parts);

}  // namespace sigrun
