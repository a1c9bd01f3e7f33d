#include "match/test_lists.h"

#include <algorithm>
#include <map>
#include <type_traits>
#include <utility>

namespace sigrun {
namespace {

// Fewer are tested one by one sooner than looked up.
constexpr uint32_t shortest_list = 4;

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

}  // namespace

TestLists::TestLists(const Plan& plan) : plan_(plan), list_of_(plan.nodes.size(), no_id) {
  std::vector<std::pair<PredicateId, ListId>> members;
  // Equal tests have one address.
  std::map<std::vector<const Test*>, uint32_t> known;
  std::vector<const Test*> tests;
  for (NodeId id = 0; id < plan.nodes.size(); ++id) {
    const Node& node = plan.nodes[id];
    const FieldId field = field_of_list(plan, node);
    if (field == no_id) continue;
    const auto list = static_cast<ListId>(lists_.size());
    list_of_[id] = list;
    tests.clear();
    for (uint32_t i = node.begin; i < node.end; ++i) {
      const PredicateId predicate = plan.nodes[plan.children[i]].predicate;
      members.emplace_back(predicate, list);
      tests.push_back(&plan.predicates[predicate].test);
    }
    const auto [index, fresh] = known.try_emplace(tests, static_cast<uint32_t>(indexes_.size()));
    if (fresh) indexes_.emplace_back();
    longest_ = std::max(longest_, tests.size());
    lists_.push_back({id, field, index->second});
  }

  std::sort(members.begin(), members.end());
  first_list_.assign(plan.predicates.size() + 1, 0);
  for (const auto& [predicate, list] : members) {
    ++first_list_[predicate + 1];
    lists_with_.push_back(list);
  }
  for (size_t i = 1; i < first_list_.size(); ++i) first_list_[i] += first_list_[i - 1];
}

std::span<const NodeId> TestLists::tests_of(ListId list) const {
  const Node& node = plan_.nodes[lists_[list].node];
  return {plan_.children.data() + node.begin, plan_.children.data() + node.end};
}

const Test& TestLists::test(ListId list, uint32_t place) const {
  return plan_.predicates[plan_.nodes[tests_of(list)[place]].predicate].test;
}

const ListIndex& TestLists::index_of(ListId list) const {
  return indexes_[lists_[list].index].get([&] { return make_index(list); });
}

std::unique_ptr<const ListIndex> TestLists::make_index(ListId list) const {
  auto index = std::make_unique<ListIndex>();
  for (uint32_t place = 0; place < tests_of(list).size(); ++place)
    if (!index->tests.add(test(list, place), place)) index->others.push_back(place);
  index->tests.freeze();
  return index;
}

}  // namespace sigrun
