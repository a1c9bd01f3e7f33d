// The `analytic:` block of a rule, checked: what narrows the standard rule that it stands in to what is unusual.
//
// A rule with the block alerts only where its portable part and the analytic both say so. docs/analytics/ has a page for each type.
// Read by analytic_reader.cc, compiled by the analytics stage. Plain values; spans are seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma/count_order.h"
#include "sigma/yaml.h"

namespace sigrun::sigma {

struct NumberBound {
  CountOrder order = CountOrder::gte;
  double number = 0;
};
using NumberBounds = std::vector<NumberBound>;  // all must hold; empty: nothing is asked

enum class AnalyticType : uint8_t {
  deviation,  // a value of an entity far from what is usual
  novelty,    // a value first seen, rare, or long unseen
  burst,      // sudden activity on an edge between entities
};
std::string_view analytic_type_name(AnalyticType type);

enum class Season : uint8_t { none, hour_of_day, hour_of_week };
enum class Direction : uint8_t { up, down, both };
enum class ColdStart : uint8_t {
  silent,  // an entity without history raises nothing
  alert,   // its first value is unusual by itself
};

struct Analytic {
  AnalyticType type = AnalyticType::deviation;
  Mark mark;

  // ---- of all types
  NumberBounds condition;          // in the type's natural unit
  NumberBounds score;              // of the calibrated score, 0 to 100
  std::optional<double> budget;    // alerts a day: the threshold follows
  bool shadow = false;             // counted and scored, raises no alerts
  uint64_t history = 30 * 86400;   // decay's half-life
  std::optional<uint64_t> warmup;  // of an entity, before it may raise alerts
  std::optional<uint64_t> every;   // a bucket of a series; the correlation's timespan where nothing is said
  ColdStart cold = ColdStart::silent;

  // ---- of some
  std::vector<std::string> of, per, across;  // novelty, burst
  Season season = Season::none;
  Direction direction = Direction::up;
  std::optional<double> share;        // novelty: rare is this share of events or less
  std::optional<uint64_t> returning;  // novelty: long unseen
};

}  // namespace sigrun::sigma
