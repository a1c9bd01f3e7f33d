// Reads the values of a configuration's keys: a text, a list, an amount. What is wrong becomes an error at its place, which
// says what to write instead.
//
// Threads: one at a time; the sink outlives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun {

// A number of bytes, a number of things, or a span of time in nanoseconds, and between what it may be.
struct Amount {
  enum class Unit : uint8_t { bytes, count, span };
  Unit unit = Unit::count;
  uint64_t least = 0, most = 0;
  uint64_t step = 1;  // values are multiples of it

  // As a person would write it.
  std::string written(uint64_t value) const;
};

class ValueReader {
 public:
  explicit ValueReader(DiagnosticSink& sink) : sink_(sink) {}

  // `what` may be written: "a file", "table or ndjson".
  void refuse(const sigma::YamlEntry& entry, std::string_view what);

  // Null after an error. Numbers, true and false are texts here.
  const std::string* text(const sigma::YamlEntry& entry, std::string_view what);
  // One text or a list of texts, at least one. Those that are none are errors and left out.
  std::vector<std::string> texts(const sigma::YamlEntry& entry, std::string_view what);
  std::optional<uint64_t> amount(const sigma::YamlEntry& entry, const Amount& bounds);

 private:
  DiagnosticSink& sink_;
};

}  // namespace sigrun
