// nest: several items under the conditions of one. They share state, variables and memory with the pipeline around them.
#include "sigma/pipeline/processing_item.h"
#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

class Nest : public Transformation {
 public:
  explicit Nest(std::vector<ProcessingItem> items) : items_(std::move(items)) {}
  bool apply(DetectionRule& rule, RuleContext& context) const override {
    return apply_items(items_, rule, context);
  }
  bool apply(CorrelationRule& rule, RuleContext& context) const override {
    return apply_items(items_, rule, context);
  }

 private:
  std::vector<ProcessingItem> items_;
};

}  // namespace

// Depth is bounded by the depth of the file, Limits::yaml_depth.
std::shared_ptr<const Transformation> read_nest(Parameters& parameters, const Limits& limits) {
  const YamlNode* list = parameters.required_node("items");
  if (!list) return nullptr;
  auto items = read_processing_items(*list, limits, parameters.sink());
  if (!items) return nullptr;
  if (items->empty()) parameters.error(list->mark, "the list of 'items' is empty");
  return std::make_shared<Nest>(std::move(*items));
}

}  // namespace sigrun::sigma
