#include "match/test_lists.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace sigrun {
namespace {

// Fewer are tested one by one sooner than looked up.
constexpr uint32_t shortest_list = 3;

// Whether the test is true of a field that has a value of which it is true, and of no other field.
bool looks_at_values(const Test& test) {
  return std::visit(
      [](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        return !std::is_same_v<T, sigma::Exists> && !std::is_same_v<T, sigma::IsNull> &&
               !std::is_same_v<T, FieldReferenceTest>;
      },
      test);
}

// The field that all of the tests of a node look at; no_id: it is no list.
FieldId field_of_list(const Plan& plan, const Node& node) {
  if (node.kind != Node::Kind::any_of || node.end - node.begin < shortest_list) return no_id;
  FieldId field = no_id;
  for (uint32_t i = node.begin; i < node.end; ++i) {
    const Node& child = plan.nodes[plan.children[i]];
    if (child.kind != Node::Kind::predicate) return no_id;
    const Predicate& predicate = plan.predicates[child.predicate];
    if (predicate.field == no_id || !looks_at_values(predicate.test)) return no_id;
    if (i > node.begin && predicate.field != field) return no_id;
    field = predicate.field;
  }
  return field;
}

void fill(const Plan& plan, const Node& node, TestList& list) {
  for (uint32_t i = node.begin; i < node.end; ++i) {
    const NodeId child = plan.children[i];
    const Test& test = plan.predicates[plan.nodes[child].predicate].test;
    const uint32_t place = i - node.begin;
    if (!list.index.add(test, place)) list.others.push_back(place);
    if (!ValueIndex::tells(test)) list.unproven.push_back(child);
  }
  list.index.freeze();
}

}  // namespace

TestLists::TestLists(const Plan& plan, const ForEach& for_each) : list_of_(plan.nodes.size(), no_id) {
  std::vector<std::pair<PredicateId, ListId>> members;
  for (NodeId id = 0; id < plan.nodes.size(); ++id) {
    const Node& node = plan.nodes[id];
    const FieldId field = field_of_list(plan, node);
    if (field == no_id) continue;
    const auto list = static_cast<ListId>(nodes_.size());
    list_of_[id] = list;
    for (uint32_t i = node.begin; i < node.end; ++i)
      members.emplace_back(plan.nodes[plan.children[i]].predicate, list);
    nodes_.push_back(id);
    longest_ = std::max<size_t>(longest_, node.end - node.begin);
    lists_.emplace_back().field = field;
  }
  for_each(nodes_.size(), [&](size_t i) { fill(plan, plan.nodes[nodes_[i]], lists_[i]); });

  std::sort(members.begin(), members.end());
  first_list_.assign(plan.predicates.size() + 1, 0);
  for (const auto& [predicate, list] : members) {
    ++first_list_[predicate + 1];
    lists_with_.push_back(list);
  }
  for (size_t i = 1; i < first_list_.size(); ++i) first_list_[i] += first_list_[i - 1];
}

}  // namespace sigrun
