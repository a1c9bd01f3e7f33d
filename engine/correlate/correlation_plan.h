// Correlation rules compiled: what each counts, over what, grouped by which fields of which rules.
//
// Built once at load from linked rules (sigma/rule_set.h), immutable, shared by all threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "correlate/cell_kind.h"
#include "correlate/occurrence.h"
#include "sigma/rule.h"
#include "support/diagnostic.h"
#include "support/identity.h"

namespace sigrun {

struct CorrelationBound {
  sigma::CountOrder order = sigma::CountOrder::gte;
  double number = 0;
  bool holds(double value) const;
};

// A condition over the rules that were seen, in postfix: `input` or an operator over what stands before it.
struct SeenExpression {
  enum class Kind : uint8_t { input, all_of, any_of, negation };
  struct Step {
    Kind kind = Kind::input;
    uint32_t number = 0;  // of the input; of the operands
  };
  std::vector<Step> steps;
  // `seen(input)`: whether the input was.
  template <class Seen>
  bool is_true(Seen&& seen) const {
    std::vector<bool> stack;
    for (const Step& step : steps) {
      if (step.kind == Kind::input) {
        stack.push_back(seen(step.number));
        continue;
      }
      const auto operands = stack.end() - static_cast<ptrdiff_t>(step.number);
      bool result = step.kind == Kind::all_of;
      for (auto operand = operands; operand != stack.end(); ++operand)
        result = step.kind == Kind::all_of   ? result && *operand
                 : step.kind == Kind::any_of ? result || *operand
                                             : !*operand;
      stack.erase(operands, stack.end());
      stack.push_back(result);
    }
    return !stack.empty() && stack.back();
  }
};

// One entry of `rules:`.
struct CorrelationInput {
  std::vector<SourceId> sources;      // that bear the name; mostly one
  std::vector<std::string> group_by;  // the fields as this input's rule spells them
  std::vector<std::string> fields;    // `field` of the value types
};

// Where an occurrence of a source goes.
struct CorrelationFeed {
  uint32_t correlation = 0, input = 0;
  std::vector<uint32_t> group_by, fields;  // places among the source's captured fields
};

struct Correlation {
  std::string
      counted;  // what is counted, over what: state goes over to a correlation of which this is the same
  std::string identity;  // what ids are made of: the rule's id or file, made distinct
  Identity base;         // what the rules ask for that it counts: where this changes, state goes on, mixed
  bool reset = false;    // state of a version of the rule without this is dropped
  sigma::CorrelationType type = sigma::CorrelationType::event_count;
  bool closed = false;   // decided when the window that the first event opened is over; otherwise on arrival
  bool muted = false;    // only other correlations are told
  uint32_t level = 0;    // above the correlations that it refers to
  int64_t timespan = 0;  // nanoseconds
  std::vector<CorrelationBound> bounds;
  uint64_t least =
      0;  // of counts and distinct counts decided on arrival: the least that satisfies the bounds
  double quantile = 0.5;
  SeenExpression expression;  // of temporal types; empty: the bounds ask for how many rules were seen
  // Of temporal_ordered: the condition holds if the inputs of one of these were seen in their order, and those that it forbids were not.
  struct Sequence {
    std::vector<uint32_t> inputs, forbidden;
  };
  std::vector<Sequence> sequences;
  std::vector<std::string> group_by;
  std::vector<CorrelationInput> inputs;
  size_t rule = 0;  // its place in the list that was compiled
  std::shared_ptr<const CellKind> kind;  // of an analytic, else null
};

struct CorrelationPlan {
  std::vector<Correlation> correlations;
  uint32_t levels = 0;
  size_t detections = 0;  // sources below this are detections
  // By source: what an occurrence must bring, and where it goes.
  std::vector<std::vector<std::string>> captured;
  std::vector<std::vector<CorrelationFeed>> feeds;
  // By source, where it feeds any: what tells it from others when rules are loaded again. Else empty.
  std::vector<std::string> source_names;
  bool empty() const { return correlations.empty(); }
  bool has_analytics() const {
    return std::any_of(correlations.begin(), correlations.end(),
                       [](const Correlation& correlation) { return correlation.kind != nullptr; });
  }
  SourceId source_of(uint32_t correlation) const { return static_cast<SourceId>(detections + correlation); }
};

// Warns in `sink` of chains that group by what the correlation below does not group by. A correlation whose expression has too many
// alternatives for a sequence is left out, with an error.
// `make_kind`: what counts for a correlation with an analytic; null where none has one.
using MakeKind = std::function<std::shared_ptr<const CellKind>(const sigma::CorrelationRule& rule,
                                                               const Correlation& correlation)>;
CorrelationPlan build_correlation_plan(const std::vector<sigma::DetectionRule>& detections,
                                       const std::vector<sigma::CorrelationRule>& correlations,
                                       DiagnosticSink& sink, const MakeKind& make_kind = {});

}  // namespace sigrun
