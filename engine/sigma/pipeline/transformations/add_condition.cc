// add_condition: a further selection that must hold (or must not, when negated) together with the rule's condition.
#include <fmt/format.h>

#include "sigma/detection_reader.h"
#include "sigma/pipeline/processing_item.h"
#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// $category, $product, $service, in braces or not; $$ is a dollar sign; any other name stays as it stands. An attribute
// that the rule does not set is empty.
std::string fill_in(std::string_view text, const LogSource& logsource) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '$') {
      out += text[at++];
      continue;
    }
    if (text.substr(at, 2) == "$$") {
      out += '$';
      at += 2;
      continue;
    }
    bool braces = text.substr(at, 2) == "${";
    size_t begin = at + (braces ? 2 : 1), end = begin;
    while (end < text.size() && is_name_character(text[end])) ++end;
    std::string_view name = text.substr(begin, end - begin);
    bool closed = !braces || (end < text.size() && text[end] == '}');
    if (closed && (name == "category" || name == "product" || name == "service")) {
      out += name == "category"  ? logsource.category
             : name == "product" ? logsource.product
                                 : logsource.service;
      at = end + (braces ? 1 : 0);
    } else {
      out += text[at++];
    }
  }
  return out;
}

void fill_in(YamlNode& node, const LogSource& logsource) {
  if (node.is_text()) node.text = fill_in(node.text, logsource);
  for (YamlNode& item : node.items) fill_in(item, logsource);
  for (YamlEntry& entry : node.entries) fill_in(entry.value, logsource);
}

// The items come from the pipeline's file; problems with them later on are shown at the rule.
void set_marks(Detection& node, Mark mark, const std::string& id) {
  if (node.item) {
    node.item->mark = mark;
    for (ItemValue& value : node.item->values) value.mark = mark;
    if (!id.empty()) node.item->applied.insert(id);
  }
  for (Detection& child : node.children) set_marks(child, mark, id);
}

class AddCondition : public Transformation {
 public:
  using Transformation::apply;
  AddCondition(Parameters& parameters, const Limits& limits) : limits_(limits) {
    name_ = parameters.optional_text("name").value_or("_cond_pipeline");
    template_ = parameters.flag("template", false);
    negated_ = parameters.flag("negated", false);
    const YamlNode* conditions = parameters.required_node("conditions");
    if (!conditions) return;
    if (!conditions->is_map()) {
      parameters.error(conditions->mark, "'conditions' must be a map of fields and values");
      return;
    }
    conditions_ = *conditions;
    // Once now, so that a mistake shows at its place in the pipeline.
    if (!read_detection(conditions_, limits_, parameters.sink()))
      parameters.error(conditions->mark, "'conditions' cannot be read");
  }

  bool apply(DetectionRule& rule, RuleContext& context) const override {
    YamlNode conditions = conditions_;
    if (template_) fill_in(conditions, rule.logsource);
    DiagnosticSink problems;
    auto detection = read_detection(conditions, limits_, problems);
    if (!detection) {
      for (const Diagnostic& problem : problems.diagnostics())
        context.error(
            fmt::format("a pipeline's add_condition, filled in for this rule: {}", problem.message));
      return false;
    }
    Mark mark = rule.header.mark;
    set_marks(*detection, mark, context.item->id);

    Condition added;
    added.selection = rule.selections.size();
    rule.selections.push_back({name_, std::move(*detection), mark});
    if (negated_) {
      Condition negation;
      negation.kind = Condition::Kind::negation;
      negation.children.push_back(std::move(added));
      added = std::move(negation);
    }
    Condition both;
    both.kind = Condition::Kind::all_of;
    both.children.push_back(std::move(added));
    both.children.push_back(std::move(rule.condition));
    rule.condition = std::move(both);
    rule.condition_text = fmt::format("{}{} and ({})", negated_ ? "not " : "", name_, rule.condition_text);
    return true;
  }

 private:
  Limits limits_;
  std::string name_;
  bool template_ = false, negated_ = false;
  YamlNode conditions_;
};

}  // namespace

std::shared_ptr<const Transformation> read_add_condition(Parameters& parameters, const Limits& limits) {
  return std::make_shared<AddCondition>(parameters, limits);
}

}  // namespace sigrun::sigma
