#include "sigma/pipeline/pipeline.h"

#include <algorithm>

namespace sigrun::sigma {

void PipelineStack::add(Pipeline pipeline) {
  auto place =
      std::upper_bound(pipelines_.begin(), pipelines_.end(), pipeline.priority,
                       [](int64_t priority, const Pipeline& other) { return priority < other.priority; });
  pipelines_.insert(place, std::move(pipeline));
  merge_vars();
}

void PipelineStack::set_vars(PlaceholderValues vars) {
  given_vars_ = std::move(vars);
  merge_vars();
}

void PipelineStack::merge_vars() {
  vars_ = given_vars_;
  // insert() keeps what is there, so the strongest go in first.
  for (auto pipeline = pipelines_.rbegin(); pipeline != pipelines_.rend(); ++pipeline)
    vars_.insert(pipeline->vars.begin(), pipeline->vars.end());
}

template <typename Rule>
bool PipelineStack::apply_all(Rule& rule, RuleContext& context) const {
  return std::all_of(pipelines_.begin(), pipelines_.end(),
                     [&](const Pipeline& pipeline) { return apply_items(pipeline.items, rule, context); });
}

bool PipelineStack::apply(DetectionRule& rule, DiagnosticSink& sink) const {
  const std::vector<LogSource> none;
  RuleContext context{.rule = {&rule, nullptr}, .vars = vars_, .base_logsources = none, .sink = sink};
  if (!apply_all(rule, context)) return false;
  rule.applied.insert(context.applied.begin(), context.applied.end());
  for (const auto& [key, value] : context.state) rule.processing_state.emplace_back(key, value.text);
  return true;
}

bool PipelineStack::apply(CorrelationRule& rule, DiagnosticSink& sink,
                          const std::vector<LogSource>& base_logsources) const {
  RuleContext context{
      .rule = {nullptr, &rule}, .vars = vars_, .base_logsources = base_logsources, .sink = sink};
  return apply_all(rule, context);
}

}  // namespace sigrun::sigma
