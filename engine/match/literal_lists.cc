#include "match/literal_lists.h"

#include <algorithm>
#include <utility>

namespace sigrun {
namespace {

// Fewer are compared one by one sooner than looked up.
constexpr uint32_t shortest_list = 8;

// The test, if an index finds its truth.
const TextTest* indexable(const Plan& plan, NodeId id, FieldId field) {
  const Node& node = plan.nodes[id];
  if (node.kind != Node::Kind::predicate) return nullptr;
  const Predicate& predicate = plan.predicates[node.predicate];
  if (predicate.field != field) return nullptr;
  auto* test = std::get_if<TextTest>(&predicate.test);
  if (!test || test->cased) return nullptr;
  const bool by_literal =
      test->shape != TextTest::Shape::segments && test->shape != TextTest::Shape::anything;
  return by_literal ? test : nullptr;
}

}  // namespace

LiteralLists::LiteralLists(const Plan& plan, const ForEach& for_each) : list_of_(plan.nodes.size(), no_id) {
  std::vector<NodeId> nodes;  // of the lists
  std::vector<std::pair<PredicateId, ListId>> members;
  for (NodeId id = 0; id < plan.nodes.size(); ++id) {
    const Node& node = plan.nodes[id];
    if (node.kind != Node::Kind::any_of || node.end - node.begin < shortest_list) continue;
    const Node& first = plan.nodes[plan.children[node.begin]];
    if (first.kind != Node::Kind::predicate || plan.predicates[first.predicate].field == no_id) continue;
    const FieldId field = plan.predicates[first.predicate].field;
    const auto begin = plan.children.begin() + node.begin, end = plan.children.begin() + node.end;
    if (!std::all_of(begin, end, [&](NodeId child) { return indexable(plan, child, field); })) continue;
    const auto list = static_cast<ListId>(nodes.size());
    list_of_[id] = list;
    for (auto child = begin; child != end; ++child) members.emplace_back(plan.nodes[*child].predicate, list);
    nodes.push_back(id);
    lists_.push_back({field, {}});
  }
  for_each(nodes.size(), [&](size_t i) {
    const Node& node = plan.nodes[nodes[i]];
    for (uint32_t child = node.begin; child < node.end; ++child)
      lists_[i].index.add(*indexable(plan, plan.children[child], lists_[i].field), child - node.begin);
    lists_[i].index.freeze();
  });

  std::sort(members.begin(), members.end());
  first_list_.assign(plan.predicates.size() + 1, 0);
  for (const auto& [predicate, list] : members) {
    ++first_list_[predicate + 1];
    lists_with_.push_back(list);
  }
  for (size_t i = 1; i < first_list_.size(); ++i) first_list_[i] += first_list_[i - 1];
}

}  // namespace sigrun
