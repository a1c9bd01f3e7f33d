// What a run of pipelines over one rule knows beyond the rule: the state that items set, what they renamed, the
// variables, and where problems go.
//
// Lives for one PipelineStack::apply call; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sigma/pipeline/scalar.h"
#include "sigma/placeholders.h"
#include "sigma/rule.h"
#include "support/diagnostic.h"

namespace sigrun::sigma {

struct ProcessingItem;

// The rule that conditions look at; exactly one pointer is set.
struct RuleView {
  const DetectionRule* detection = nullptr;
  const CorrelationRule* correlation = nullptr;
  const RuleHeader& header() const { return detection ? detection->header : correlation->header; }
};

struct RuleContext {
  RuleView rule;
  const PlaceholderValues& vars;
  const std::vector<LogSource>& base_logsources;  // of the rules that a correlation refers to
  DiagnosticSink& sink;
  const ProcessingItem* item = nullptr;  // the one being applied
  std::map<std::string, Scalar> state = {};
  std::set<std::string> applied = {};        // identifiers of the items applied to the rule
  std::set<std::string> mapped_fields = {};  // names that a mapping read or gave
  std::map<std::string, std::set<std::string>> field_applied =
      {};  // field name -> identifiers of the items that gave it
  bool failed = false;

  // Problems belong to the rule: it is the one that gets refused.
  void error(Mark mark, std::string message) {
    failed = true;
    sink.append({Severity::error, rule.header().file, mark, std::move(message)});
  }
  void error(std::string message) { error(rule.header().mark, std::move(message)); }
  void warning(Mark mark, std::string message) {
    sink.append({Severity::warning, rule.header().file, mark, std::move(message)});
  }
};

}  // namespace sigrun::sigma
