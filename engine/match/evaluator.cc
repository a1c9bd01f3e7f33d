#include "match/evaluator.h"

#include <algorithm>

#include "match/value_test.h"

namespace sigrun {

Evaluator::Evaluator(const Plan& plan, const LiteralLists& lists, const Limits& limits)
    : plan_(plan), lists_(lists), limits_(limits), known_(plan.predicates.size(), 0) {
  for (PredicateId id = 0; id < plan.predicates.size(); ++id)
    if (plan.predicates[id].field == no_id) keyword_predicates_.push_back(id);
}

void Evaluator::start(SlotTable& table, JsonWalker& walker) {
  table_ = &table;
  walker_ = &walker;
  keywords_collected_ = false;
  if (++epoch_ == 1u << 31) {
    std::fill(known_.begin(), known_.end(), 0);
    epoch_ = 1;
  }
}

bool Evaluator::holds(NodeId id) {
  const Node& node = plan_.nodes[id];
  switch (node.kind) {
    case Node::Kind::predicate: return predicate_holds(node.predicate);
    case Node::Kind::negation: return !holds(plan_.children[node.begin]);
    case Node::Kind::all_of:
      for (uint32_t i = node.begin; i < node.end; ++i)
        if (!holds(plan_.children[i])) return false;
      return true;
    case Node::Kind::any_of:
      if (const LiteralList* list = lists_.of(id)) return is_listed(*list);
      for (uint32_t i = node.begin; i < node.end; ++i)
        if (holds(plan_.children[i])) return true;
      return false;
    case Node::Kind::at_least: {
      uint32_t count = 0;
      for (uint32_t i = node.begin; i < node.end; ++i)
        if (holds(plan_.children[i]) && ++count == node.threshold) return true;
      return false;
    }
  }
  return false;
}

bool Evaluator::is_listed(const LiteralList& list) {
  return any_value(list.field, [&](EventValue& value) {
    bool listed = false;
    if (SlotTable::has_text(value)) list.index.find(table_->folded(value), [&](uint32_t) { listed = true; });
    return listed;
  });
}

bool Evaluator::predicate_holds(PredicateId id) {
  if (known_[id] >> 1 == epoch_) return known_[id] & 1;
  const Predicate& predicate = plan_.predicates[id];
  bool result =
      predicate.field != no_id ? evaluate(predicate) : any_keyword_value(id, [&](EventValue& value) {
        return value_satisfies(predicate.test, value, *table_);
      });
  known_[id] = epoch_ << 1 | (result ? 1u : 0u);
  return result;
}

SlotId Evaluator::present_slot(FieldId field) {
  for (SlotId slot : plan_.fields[field].slots)
    if (table_->present(slot)) return slot;
  return no_id;
}

template <class Visit>
bool Evaluator::any_value(FieldId field, Visit&& visit) {
  SlotId slot = present_slot(field);
  return slot != no_id && table_->any_value(slot, visit);
}

bool Evaluator::evaluate(const Predicate& predicate) {
  if (auto* exists = std::get_if<sigma::Exists>(&predicate.test))
    return (present_slot(predicate.field) != no_id) == exists->present;
  if (std::holds_alternative<sigma::IsNull>(predicate.test)) return is_null(predicate.field);
  if (auto* reference = std::get_if<FieldReferenceTest>(&predicate.test))
    return refers(predicate.field, *reference);
  return any_value(predicate.field,
                   [&](EventValue& value) { return value_satisfies(predicate.test, value, *table_); });
}

// Absent, or JSON null itself: an array is never null, whatever it holds.
bool Evaluator::is_null(FieldId field) {
  SlotId slot = present_slot(field);
  return slot == no_id || table_->any_value(slot, [](EventValue& value) {
    return value.kind == ValueKind::null && !value.in_array;
  });
}

bool Evaluator::refers(FieldId field, const FieldReferenceTest& test) {
  size_t compared = 0;
  bool agree = false;
  auto exhausted = [&] { return compared == limits_.reference_pairs; };
  any_value(field, [&](EventValue& value) {
    if (!SlotTable::has_text(value)) return false;
    any_value(test.other, [&](EventValue& other) {
      if (!SlotTable::has_text(other)) return false;
      agree = values_agree(test, value, other, *table_);
      return agree || (++compared, exhausted());
    });
    return agree || exhausted();
  });
  if (!agree && exhausted()) walker_->degrade();
  return agree;
}

template <class Visit>
bool Evaluator::any_keyword_value(PredicateId id, Visit&& visit) {
  if (!keywords_collected_) collect_keyword_values();
  if (!keywords_streamed_) return std::any_of(keyword_values_.begin(), keyword_values_.end(), visit);
  auto hit = keyword_hits_.find(id);
  return hit != keyword_hits_.end() && visit(hit->second);
}

void Evaluator::collect_keyword_values() {
  keywords_collected_ = true;
  keyword_values_.clear();
  keywords_streamed_ = walker_->any_scalar(*table_, [&](EventValue& value) {
    if (keyword_values_.size() == limits_.values_per_event) return true;
    keyword_values_.push_back(value);
    return false;
  });
  if (!keywords_streamed_) return;
  keyword_values_.clear();
  keyword_hits_.clear();
  std::vector<PredicateId> open = keyword_predicates_;
  walker_->any_scalar(*table_, [&](EventValue& value) {
    std::erase_if(open, [&](PredicateId id) {
      bool satisfied = value_satisfies(plan_.predicates[id].test, value, *table_);
      if (satisfied) keyword_hits_.emplace(id, value);
      return satisfied;
    });
    return open.empty();
  });
}

// Whether the field has exactly one value.
bool Evaluator::is_single(FieldId field) {
  SlotId slot = field == no_id ? no_id : present_slot(field);
  size_t values = 0;
  return slot != no_id && !table_->any_value(slot, [&](EventValue&) { return ++values > 1; });
}

void Evaluator::explain(NodeId id, const RulePlan& rule, std::vector<Match>& matches) {
  const Node& node = plan_.nodes[id];
  if (matches.size() >= limits_.explained_matches || node.kind == Node::Kind::negation) return;
  if (node.kind != Node::Kind::predicate) {
    for (uint32_t i = node.begin; i < node.end; ++i)
      if (holds(plan_.children[i])) explain(plan_.children[i], rule, matches);
    return;
  }
  const Predicate& predicate = plan_.predicates[node.predicate];
  const Explanation& said = (*rule.explanations)[node.explanation];
  Match match{said.field, {}, said.modifier, said.pattern};
  const bool only_one = is_single(predicate.field);  // then this value is the reason
  auto take_reason = [&](EventValue& value) {
    bool reason =
        only_one || std::visit(
                        [&](const auto& test) {
                          using T = std::decay_t<decltype(test)>;
                          if constexpr (std::is_same_v<T, sigma::Exists> || std::is_same_v<T, sigma::IsNull>)
                            return true;
                          if constexpr (std::is_same_v<T, FieldReferenceTest>)
                            return any_value(test.other, [&](EventValue& other) {
                              return values_agree(test, value, other, *table_);
                            });
                          return value_satisfies(predicate.test, value, *table_);
                        },
                        predicate.test);
    if (!reason) return false;
    if (SlotTable::has_text(value)) {
      std::string_view text = table_->text(value);
      size_t cut = std::min(text.size(), limits_.explained_value_bytes);
      while (cut < text.size() && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
      match.value = text.substr(0, cut);
    }
    return true;
  };
  if (predicate.field == no_id)
    any_keyword_value(node.predicate, take_reason);
  else
    any_value(predicate.field, take_reason);
  matches.push_back(std::move(match));
}

}  // namespace sigrun
