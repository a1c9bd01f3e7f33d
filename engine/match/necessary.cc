#include "match/necessary.h"

#include <algorithm>

#include "match/common_text.h"

namespace sigrun {
namespace {

// How often a test is expected to hold where its field is, by rough experience with event logs; only their order matters. Tests
// that no index finds cost an evaluation for each event and so are worth least.
// To search through a field's value costs as much as trying some rules in vain.
constexpr double cost_of_search = 0.5;

double cost_of_clause(const CompiledRegex::Clause& clause) {
  double cost = 0;
  for (const std::string& literal : clause) cost += expected_share(literal);
  return cost;
}

struct CostOfTest {
  double operator()(const TextTest& test) const {
    switch (test.shape) {
      case TextTest::Shape::anything: return 1.5;
      case TextTest::Shape::equals:
        return test.needle.empty() ? 0.1 : 0.5 * expected_share(test.needle) + 0.003;
      case TextTest::Shape::starts_with: return 2 * expected_share(test.needle);
      case TextTest::Shape::ends_with: return 2 * expected_share(test.needle);
      case TextTest::Shape::contains: return expected_share(test.needle);
      case TextTest::Shape::segments: return expected_share(longest_literal(test));
    }
    return 2;
  }
  double operator()(const AnyTextTest& any) const {
    double cost = 0;
    for (const TextTest& test : any.tests) cost += (*this)(test);
    return cost;
  }
  double operator()(const RegexTest& test) const {
    const CompiledRegex::Clause* clause = rarest_clause(test);
    return clause ? 0.02 + 2 * cost_of_clause(*clause)
                  : 2;  // where they are found the expression may have to be run
  }
  double operator()(const NumberTest&) const { return 0.05; }
  double operator()(const auto&) const { return 2; }
};

class CoverFinder {
 public:
  CoverFinder(const Plan& plan, const std::vector<FieldId>& searched) : plan_(plan), searched_(searched) {}

  std::optional<Cover> find(NodeId id) const {
    const Node& node = plan_.nodes[id];
    switch (node.kind) {
      case Node::Kind::predicate: return of_predicate(node.predicate);
      case Node::Kind::negation: return {};
      case Node::Kind::all_of: return of_some(node, node.end - node.begin);
      case Node::Kind::any_of: return of_some(node, 1);
      case Node::Kind::at_least: return of_some(node, node.threshold);
    }
    return {};
  }

 private:
  std::optional<Cover> of_predicate(PredicateId id) const {
    const Predicate& predicate = plan_.predicates[id];
    // True of events that lack the field: nothing in the event points to them.
    if (auto* exists = std::get_if<sigma::Exists>(&predicate.test); exists && !exists->present) return {};
    if (std::holds_alternative<sigma::IsNull>(predicate.test)) return {};
    double cost = std::visit(CostOfTest{}, predicate.test);
    if (predicate.field == no_id) cost = cost * 4 + 0.1;  // searched for in every value
    const bool searches = needs_search(predicate.test) &&
                          !std::binary_search(searched_.begin(), searched_.end(), predicate.field);
    if (!searches) return Cover{{id}, {}, cost};
    return Cover{{id}, {predicate.field}, cost + cost_of_search};
  }

  static bool needs_search(const Test& test) {
    if (auto* text = std::get_if<TextTest>(&test))
      return text->shape == TextTest::Shape::contains || text->shape == TextTest::Shape::segments;
    return std::holds_alternative<AnyTextTest>(test) || std::holds_alternative<RegexTest>(test);
  }

  template <class Id>
  static void append(std::vector<Id>& to, const std::vector<Id>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }
  // Returns how many went.
  template <class Id>
  static size_t erase_repeated(std::vector<Id>& ids) {
    const size_t before = ids.size();
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return before - ids.size();
  }

  // At least `threshold` of n children hold: of any n - threshold + 1 of them at least one does.
  std::optional<Cover> of_some(const Node& node, uint32_t threshold) const {
    const size_t needed = node.end - node.begin + 1 - threshold;
    std::vector<Cover> covers;
    for (uint32_t i = node.begin; i < node.end; ++i)
      if (auto cover = find(plan_.children[i])) covers.push_back(std::move(*cover));
    if (covers.size() < needed) return {};
    std::stable_sort(covers.begin(), covers.end(),
                     [](const Cover& a, const Cover& b) { return a.cost < b.cost; });
    Cover all;
    for (size_t i = 0; i < needed; ++i) {
      append(all.predicates, covers[i].predicates);
      append(all.searched, covers[i].searched);
      all.cost += covers[i].cost;
    }
    erase_repeated(all.predicates);
    all.cost -=
        cost_of_search * static_cast<double>(erase_repeated(all.searched));  // one search does for all
    return all;
  }

  const Plan& plan_;
  const std::vector<FieldId>& searched_;
};

}  // namespace

double expected_share(const Predicate& predicate) {
  const double cost = std::visit(CostOfTest{}, predicate.test);
  return cost > 1 ? 0.5 : cost;  // of those that no index finds nothing is known
}

std::string_view longest_literal(const TextTest& test) {
  if (test.shape != TextTest::Shape::segments) return test.needle;
  std::string_view longest;
  for (const TextSegment& segment : test.segments)
    for (const TextSegment::Piece& piece : segment.pieces)
      if (piece.kind == TextSegment::Piece::Kind::literal && piece.text.size() > longest.size())
        longest = piece.text;
  return longest;
}

const CompiledRegex::Clause* rarest_clause(const RegexTest& test) {
  const auto& clauses = test.regex->clauses;
  auto rarest = std::min_element(clauses.begin(), clauses.end(), [](const auto& a, const auto& b) {
    return cost_of_clause(a) < cost_of_clause(b);
  });
  // Single bytes are in too many texts to announce anything.
  const bool none =
      rarest == clauses.end() || std::any_of(rarest->begin(), rarest->end(),
                                             [](const std::string& literal) { return literal.size() < 2; });
  return none ? nullptr : &*rarest;
}

std::optional<Cover> find_cover(const Plan& plan, NodeId root, const std::vector<FieldId>& searched) {
  return CoverFinder(plan, searched).find(root);
}

}  // namespace sigrun
