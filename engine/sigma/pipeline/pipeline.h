// Processing pipelines in pySigma's YAML: they rewrite rules when these are loaded, for data whose fields, values or log
// sources are called otherwise. Nothing of them is left at run time.
//
// Transformations and conditions live in files of their own, transformations/ and conditions/. `postprocessing` and
// `finalizers` act on query text, which this engine does not produce: a warning, ignored. Where pySigma and the meaning
// of a rule disagree, the meaning wins:
// - a field that becomes several: absence (neq, null, exists: false) must hold for all of the names, presence for any;
// - hashes_fields and extract_fields keep `all` and neq;
// - the items of `nest` share state and variables with the pipeline around them;
// - a keyword is matched as it was written, without the wildcards that make it a keyword.
// Threads: a stack is built by one thread; apply() is const and may run on several, each with its own sink.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/pipeline/processing_item.h"
#include "sigma/placeholders.h"
#include "sigma/rule.h"
#include "support/diagnostic.h"
#include "support/limits.h"

namespace sigrun::sigma {

struct Pipeline {
  std::string name;
  int64_t priority = 0;
  PlaceholderValues vars;
  std::vector<ProcessingItem> items;
};

// Empty after a diagnostic.
std::optional<Pipeline> read_pipeline(std::string_view yaml_text, const Limits& limits, DiagnosticSink& sink);

// Pipelines that are applied together, by ascending priority, equal ones in the order of add(). They share variables (a
// later pipeline's win) and state.
class PipelineStack {
 public:
  void add(Pipeline pipeline);
  // Values that win over every pipeline's own: those of the command line.
  void set_vars(PlaceholderValues vars);
  bool empty() const { return pipelines_.empty(); }

  // Rewrites the rule. False when it must be refused; the reasons are in the sink, with the rule's file and place.
  bool apply(DetectionRule& rule, DiagnosticSink& sink) const;
  // `base_logsources`: of the detection rules that the correlation refers to, directly or through others.
  bool apply(CorrelationRule& rule, DiagnosticSink& sink,
             const std::vector<LogSource>& base_logsources = {}) const;

 private:
  template <typename Rule>
  bool apply_all(Rule& rule, RuleContext& context) const;
  void merge_vars();

  std::vector<Pipeline> pipelines_;
  PlaceholderValues given_vars_, vars_;
};

}  // namespace sigrun::sigma
