// An event as a host program has it, before it is anything else: JSON text, msgpack, or names and values. Views: they live as long as
// the host says.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sigrun {

enum class PairType : uint8_t { text, number, truth, null };

// A member of a flat event. A name with dots is one key, as in {"a.b": 1}.
struct NamedValue {
  std::string_view name, value;
  PairType type = PairType::text;  // number: as JSON writes it; truth: true or false
};

struct HostRecord {
  enum class Form : uint8_t { json, msgpack, pairs };
  Form form = Form::json;
  std::string_view bytes;  // of the first two
  std::span<const NamedValue> pairs;
  // Of `bytes` in their input, where that has such places: alerts of JSON text and their evidence say them.
  uint64_t line = 1, offset = 0;
};

}  // namespace sigrun
