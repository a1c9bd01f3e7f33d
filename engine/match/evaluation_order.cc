#include "match/evaluation_order.h"

#include <algorithm>

#include "match/necessary.h"

namespace sigrun {
namespace {

// The chance that a node holds, and what it costs to find out, in comparisons of short texts.
struct Estimate {
  double chance = 0, cost = 0;
};

struct CostOfEvaluation {
  double operator()(const TextTest& test) const {
    switch (test.shape) {
      case TextTest::Shape::anything:
      case TextTest::Shape::equals:
      case TextTest::Shape::starts_with:
      case TextTest::Shape::ends_with: return 1;
      case TextTest::Shape::contains: return 3;
      case TextTest::Shape::segments: return 5;
    }
    return 5;
  }
  double operator()(const AnyTextTest& any) const {
    double cost = 0;
    for (const TextTest& test : any.tests) cost += (*this)(test);
    return cost;
  }
  double operator()(const RegexTest&) const { return 30; }
  double operator()(const FieldReferenceTest&) const { return 5; }
  double operator()(const sigma::CidrBlock&) const { return 5; }
  double operator()(const auto&) const { return 2; }
};

class Orderer {
 public:
  Orderer(const Plan& plan, std::vector<NodeId>& children)
      : plan_(plan), children_(children), estimates_(plan.nodes.size()) {}

  // The children of a node have smaller numbers than it has.
  void run() {
    for (NodeId id = 0; id < plan_.nodes.size(); ++id) estimates_[id] = order(plan_.nodes[id]);
  }

 private:
  Estimate order(const Node& node) {
    if (node.kind == Node::Kind::predicate) {
      const Predicate& predicate = plan_.predicates[node.predicate];
      Estimate estimate{expected_share(predicate), std::visit(CostOfEvaluation{}, predicate.test)};
      if (predicate.field == no_id) estimate.cost *= 30;  // looks at all values
      return estimate;
    }
    const auto begin = children_.begin() + node.begin, end = children_.begin() + node.end;
    Estimate whole;
    if (node.kind == Node::Kind::negation) {
      whole = estimates_[*begin];
      whole.chance = 1 - whole.chance;
      return whole;
    }
    const bool all = node.kind == Node::Kind::all_of;
    std::stable_sort(begin, end, [&](NodeId a, NodeId b) { return weight(a, all) < weight(b, all); });
    whole.chance = all ? 1 : 0;
    for (auto child = begin; child != end; ++child) {
      const Estimate& one = estimates_[*child];
      whole.cost += one.cost;
      whole.chance = all ? std::min(whole.chance, one.chance) : std::min(1.0, whole.chance + one.chance);
    }
    return whole;
  }

  double weight(NodeId id, bool all) const {
    const Estimate& one = estimates_[id];
    return one.cost / std::max(0.0001, all ? 1 - one.chance : one.chance);
  }

  const Plan& plan_;
  std::vector<NodeId>& children_;
  std::vector<Estimate> estimates_;
};

}  // namespace

EvaluationOrder::EvaluationOrder(const Plan& plan) : children_(plan.children) {
  Orderer(plan, children_).run();
}

}  // namespace sigrun
