#include "match/field_index.h"

#include <utility>

namespace sigrun {
namespace {

// Fewer are evaluated one by one sooner than looked up.
constexpr size_t fewest_tests = 8;

}  // namespace

FieldIndexes::FieldIndexes(const Plan& plan, const ForEach& for_each)
    : fields_(plan.fields.size()), found_(plan.predicates.size(), false) {
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

}  // namespace sigrun
