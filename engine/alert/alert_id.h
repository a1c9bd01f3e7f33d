// The identity of an alert: the same event and rule give the same id on every run, whatever the threads, paths and titles.
#pragma once

#include <cstdint>
#include <string_view>

#include "support/fixed_text.h"
#include "support/identity.h"

namespace sigrun {

// 32 hex digits.
using AlertId = FixedText<32>;

// 32 hex digits of it.
AlertId alert_id_of(const Identity& identity);

// xxh128 over the rule's id and the event's own id or, where it has none, its bytes and offset.
Identity make_alert_identity(std::string_view rule_id, std::string_view own_id, std::string_view event,
                             uint64_t offset);
inline AlertId make_alert_id(std::string_view rule_id, std::string_view own_id, std::string_view event,
                             uint64_t offset) {
  return alert_id_of(make_alert_identity(rule_id, own_id, event, offset));
}

}  // namespace sigrun
