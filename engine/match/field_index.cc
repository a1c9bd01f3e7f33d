#include "match/field_index.h"

#include <algorithm>

namespace sigrun {
namespace {

// Fewer are evaluated one by one sooner than looked up.
constexpr size_t fewest_tests = 8;

// Whether an index finds the truth of the node, a test of the field.
bool is_told(const Plan& plan, NodeId id, FieldId field) {
  const Node& node = plan.nodes[id];
  if (node.kind != Node::Kind::predicate) return false;
  const Predicate& predicate = plan.predicates[node.predicate];
  if (predicate.field != field) return false;
  auto* test = std::get_if<TextTest>(&predicate.test);
  return test && !test->cased && test->shape != TextTest::Shape::segments &&
         test->shape != TextTest::Shape::anything;
}

}  // namespace

FieldIndexes::FieldIndexes(const Plan& plan, const ForEach& for_each)
    : fields_(plan.fields.size()), found_(plan.predicates.size(), false) {
  find_lists(plan);
  std::vector<std::vector<PredicateId>> tests(plan.fields.size());
  for (PredicateId id = 0; id < plan.predicates.size(); ++id) {
    const Predicate& predicate = plan.predicates[id];
    if (predicate.field != no_id) {
      tests[predicate.field].push_back(id);
      continue;
    }
    all_keywords_.push_back(id);
    if (!keywords_.add(predicate.test, id)) other_keywords_.push_back(id);
  }
  keywords_.freeze();
  std::vector<std::vector<PredicateId>> found(fields_.size());
  for_each(fields_.size(), [&](size_t field) {
    if (tests[field].size() < fewest_tests) return;
    auto index = std::make_unique<ValueIndex>();
    for (PredicateId id : tests[field])
      if (index->add(plan.predicates[id].test, id)) found[field].push_back(id);
    index->freeze();
    fields_[field] = std::move(index);
  });
  for (const auto& predicates : found)
    for (PredicateId id : predicates) found_[id] = true;
}

void FieldIndexes::find_lists(const Plan& plan) {
  list_of_.assign(plan.nodes.size(), no_id);
  std::vector<std::pair<PredicateId, ListId>> members;
  for (NodeId id = 0; id < plan.nodes.size(); ++id) {
    const Node& node = plan.nodes[id];
    if (node.kind != Node::Kind::any_of || node.end - node.begin < fewest_tests) continue;
    const Node& first = plan.nodes[plan.children[node.begin]];
    if (first.kind != Node::Kind::predicate || plan.predicates[first.predicate].field == no_id) continue;
    const FieldId field = plan.predicates[first.predicate].field;
    const std::span children(plan.children.data() + node.begin, node.end - node.begin);
    if (!std::all_of(children.begin(), children.end(),
                     [&](NodeId child) { return is_told(plan, child, field); }))
      continue;
    const auto list = static_cast<ListId>(list_fields_.size());
    list_of_[id] = list;
    list_fields_.push_back(field);
    for (NodeId child : children) members.emplace_back(plan.nodes[child].predicate, list);
  }
  std::sort(members.begin(), members.end());
  first_list_.assign(plan.predicates.size() + 1, 0);
  for (const auto& [predicate, list] : members) {
    ++first_list_[predicate + 1];
    lists_.push_back(list);
  }
  for (size_t i = 1; i < first_list_.size(); ++i) first_list_[i] += first_list_[i - 1];
}

}  // namespace sigrun
