#include "match/field_index.h"

#include <utility>

namespace sigrun {
namespace {

// Fewer are evaluated one by one sooner than looked up.
constexpr size_t fewest_tests = 8;

}  // namespace

FieldIndexes::FieldIndexes(const Plan& plan)
    : plan_(plan), tests_(plan.fields.size()), found_(plan.predicates.size(), false) {
  std::vector<std::vector<PredicateId>> found(plan.fields.size());
  for (PredicateId id = 0; id < plan.predicates.size(); ++id) {
    const Predicate& predicate = plan.predicates[id];
    const bool finds = ValueIndex::finds(predicate.test);
    if (predicate.field == no_id) {
      (finds ? keywords_.found : other_keywords_).push_back(id);
      found_[id] = finds;
    } else if (finds) {
      found[predicate.field].push_back(id);
    }
  }
  for (size_t field = 0; field < found.size(); ++field) {
    if (found[field].size() < fewest_tests) continue;
    for (PredicateId id : found[field]) found_[id] = true;
    tests_[field] = std::make_unique<Field>();
    tests_[field]->found = std::move(found[field]);
  }
}

const ValueIndex& FieldIndexes::of(FieldId field) const {
  return index_of(field == no_id ? keywords_ : *tests_[field]);
}

const ValueIndex& FieldIndexes::index_of(const Field& field) const {
  return field.index.get([&] {
    auto index = std::make_unique<ValueIndex>();
    for (PredicateId id : field.found) index->add(plan_.predicates[id].test, id);
    index->freeze();
    return std::unique_ptr<const ValueIndex>(std::move(index));
  });
}

}  // namespace sigrun
