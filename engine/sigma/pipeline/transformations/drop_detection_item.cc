// drop_detection_item: takes the selected items out. What they leave empty goes with them: a selection without items
// disappears from the condition, and so does what is said about nothing else (`not filter`).
#include <algorithm>
#include <limits>

#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

bool is_empty(const Detection& node) { return !node.item && node.children.empty(); }

void prune(Detection& node) {
  for (Detection& child : node.children) prune(child);
  std::erase_if(node.children, is_empty);
}

// Where each selection went.
using NewIndexes = std::vector<size_t>;
constexpr size_t gone = std::numeric_limits<size_t>::max();

std::optional<Condition> without_gone(Condition condition, const NewIndexes& indexes) {
  switch (condition.kind) {
    case Condition::Kind::selection:
      condition.selection = indexes[condition.selection];
      if (condition.selection == gone) return {};
      return condition;
    case Condition::Kind::at_least:
      for (size_t& selection : condition.selections) selection = indexes[selection];
      std::erase(condition.selections, gone);
      if (condition.selections.empty()) return {};
      condition.threshold = std::min(condition.threshold, condition.selections.size());
      return condition;
    case Condition::Kind::negation:
    case Condition::Kind::all_of:
    case Condition::Kind::any_of: {
      std::vector<Condition> kept;
      for (Condition& child : condition.children)
        if (auto left = without_gone(std::move(child), indexes)) kept.push_back(std::move(*left));
      if (kept.empty()) return {};
      condition.children = std::move(kept);
      return condition;
    }
  }
  return {};
}

class DropDetectionItem : public DetectionItemTransformation {
 public:
  using DetectionItemTransformation::apply;
  bool apply(DetectionRule& rule, RuleContext& context) const override {
    if (!DetectionItemTransformation::apply(rule, context)) return false;
    NewIndexes indexes;
    size_t next = 0;
    for (Selection& selection : rule.selections) {
      prune(selection.detection);
      indexes.push_back(is_empty(selection.detection) ? gone : next++);
    }
    if (next == rule.selections.size()) return true;
    std::erase_if(rule.selections, [](const Selection& selection) { return is_empty(selection.detection); });
    auto left = without_gone(std::move(rule.condition), indexes);
    if (!left) {
      context.error("a pipeline's drop_detection_item leaves nothing of this rule's condition");
      return false;
    }
    rule.condition = std::move(*left);
    return true;
  }

 protected:
  Change apply_item(Detection& node, RuleContext&) const override {
    node = Detection{};
    return Change::changed;
  }
};

}  // namespace

std::shared_ptr<const Transformation> read_drop_detection_item(Parameters&, const Limits&) {
  return std::make_shared<DropDetectionItem>();
}

}  // namespace sigrun::sigma
