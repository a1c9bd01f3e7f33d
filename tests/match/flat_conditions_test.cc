// A condition as a list of questions ends as the tree that it was made of.
#include "match/flat_conditions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "match/evaluation_plan.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

constexpr uint32_t fields = 4, predicates_of_field = 6;

// Predicates on some fields, and random conditions over them.
struct RandomPlan {
  explicit RandomPlan(uint64_t seed) : random(seed) {
    for (FieldId field = 0; field < fields; ++field) {
      plan.fields.push_back({{field}});
      for (uint32_t i = 0; i < predicates_of_field; ++i) {
        Test test;
        if (i % 3 == 0) {
          test = sigma::Exists{i % 2 == 0};
        } else {
          TextTest text;
          text.shape = i % 3 == 1 ? TextTest::Shape::equals : TextTest::Shape::contains;
          text.needle = "needle" + std::to_string(i);
          test = text;
        }
        plan.tests.push_back(std::move(test));
        plan.predicates.push_back({field, plan.tests.back()});
      }
    }
  }

  NodeId leaf(PredicateId predicate) {
    Node node;
    node.kind = Node::Kind::predicate;
    node.predicate = predicate;
    plan.nodes.push_back(node);
    return static_cast<NodeId>(plan.nodes.size() - 1);
  }
  NodeId any_leaf() { return leaf(static_cast<PredicateId>(random() % plan.predicates.size())); }

  NodeId parent(Node::Kind kind, const std::vector<NodeId>& children) {
    Node node;
    node.kind = kind;
    node.threshold = kind == Node::Kind::at_least ? static_cast<uint32_t>(1 + random() % children.size()) : 0;
    node.begin = static_cast<uint32_t>(plan.children.size());
    plan.children.insert(plan.children.end(), children.begin(), children.end());
    node.end = static_cast<uint32_t>(plan.children.size());
    plan.nodes.push_back(node);
    return static_cast<NodeId>(plan.nodes.size() - 1);
  }

  // Long lists of texts of one field are looked up as a whole.
  NodeId list() {
    const auto field = static_cast<PredicateId>(random() % fields);
    std::vector<NodeId> tests;
    for (uint32_t i = 0; i < predicates_of_field; ++i)
      if (i % 3 != 0) tests.push_back(leaf(field * predicates_of_field + i));
    return parent(Node::Kind::any_of, tests);
  }

  NodeId condition(int depth) {
    if (depth == 0 || random() % 6 == 0) return any_leaf();
    if (random() % 6 == 0) return list();
    const auto kind = static_cast<Node::Kind>(random() % 4);
    std::vector<NodeId> children;
    for (size_t i = 0; i < (kind == Node::Kind::negation ? 1 : 1 + random() % 4); ++i)
      children.push_back(condition(depth - 1));
    return parent(kind, children);
  }

  Plan plan;
  std::mt19937_64 random;
};

bool holds(const Plan& plan, NodeId id, const std::vector<bool>& truth) {
  const Node& node = plan.nodes[id];
  if (node.kind == Node::Kind::predicate) return truth[node.predicate];
  uint32_t true_ones = 0;
  for (uint32_t i = node.begin; i < node.end; ++i) true_ones += holds(plan, plan.children[i], truth);
  switch (node.kind) {
    case Node::Kind::negation: return true_ones == 0;
    case Node::Kind::all_of: return true_ones == node.end - node.begin;
    case Node::Kind::any_of: return true_ones > 0;
    default: return true_ones >= node.threshold;
  }
}

bool ends_true(const Plan& plan, const TestLists& lists, const Question* first,
               const std::vector<bool>& truth, std::vector<Question::Kind>& seen) {
  for (const Question* question = first;;) {
    seen.push_back(question->kind);
    bool answer = false;
    if (question->kind == Question::Kind::node)
      answer = holds(plan, question->subject, truth);
    else if (question->kind == Question::Kind::list)
      for (NodeId test : lists.tests_of(question->subject)) answer = answer || holds(plan, test, truth);
    else
      answer = truth[question->subject];
    const uint16_t next = answer ? question->if_true : question->if_false;
    if (next >= Question::fails) return next == Question::holds;
    REQUIRE(first + next > question);
    question = first + next;
  }
}

}  // namespace

TEST_CASE("flat conditions: end as the tree does, random conditions and truths") {
  std::mt19937_64 seeds(test::announce_seed("flat conditions"));
  std::vector<Question::Kind> seen;
  for (int round = 0; round < 200; ++round) {
    RandomPlan made(seeds());
    std::vector<NodeId> roots;
    for (int i = 0; i < 10; ++i) roots.push_back(made.condition(4));
    const EvaluationPlan evaluation(made.plan);
    FlatConditions flat(made.plan, evaluation);
    std::vector<uint32_t> conditions;
    for (NodeId root : roots) conditions.push_back(flat.make(root));
    for (size_t i = 0; i < roots.size(); ++i) {
      REQUIRE(conditions[i] != FlatConditions::unmade);
      REQUIRE(conditions[i] != FlatConditions::too_large);
      for (int draw = 0; draw < 20; ++draw) {
        std::vector<bool> truth(made.plan.predicates.size());
        for (size_t p = 0; p < truth.size(); ++p) truth[p] = made.random() % 2;
        REQUIRE(ends_true(made.plan, evaluation.lists, flat[conditions[i]], truth, seen) ==
                holds(made.plan, roots[i], truth));
      }
    }
  }
  for (auto kind :
       {Question::Kind::predicate, Question::Kind::text, Question::Kind::list, Question::Kind::node})
    CHECK(std::count(seen.begin(), seen.end(), kind) > 0);
}

TEST_CASE("flat conditions: what is too large stays a tree, what has nothing to ask too") {
  RandomPlan made(1);
  std::vector<NodeId> many;
  for (int i = 0; i < UINT16_MAX; ++i) many.push_back(made.any_leaf());
  const NodeId large = made.parent(Node::Kind::all_of, many);
  const NodeId empty = made.parent(Node::Kind::all_of, {});
  const NodeId small = made.parent(Node::Kind::all_of, {made.leaf(1), made.leaf(2)});
  const EvaluationPlan evaluation(made.plan);
  FlatConditions flat(made.plan, evaluation);
  CHECK(flat.make(large) == FlatConditions::too_large);
  CHECK(flat.make(empty) == FlatConditions::too_large);
  // All room is taken some time.
  uint32_t last = 0;
  for (int i = 0; i < 1 << 18 && last != FlatConditions::too_large; ++i) last = flat.make(small);
  CHECK(last == FlatConditions::too_large);
}
