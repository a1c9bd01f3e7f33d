#include "match/evaluator.h"

#include <algorithm>
#include <utility>

#include "match/text_match.h"
#include "match/value_test.h"
#include "support/utf8.h"

namespace sigrun {

namespace {

// So many tests of one field are evaluated one by one, for each event; then its index is searched. A list costs like so many.
constexpr uint32_t free_tests = 128, cost_of_list = 2;
// The same of keywords, each of which looks at all texts of the event.
constexpr uint32_t free_keywords = 8;
// Looking at the clock takes as long as a cheap test: it is done after so many, of which a regular expression
// counts as one for each KiB of the event; and after so many pairs of values.
constexpr int32_t most_unwatched = 64;
constexpr uint32_t pairs_unwatched = 64;

// A longer one is searched through later than what was found out about it is looked up.
constexpr size_t searched_at_once = 128;

// Whether the test, which is not cased, is sooner done than remembered.
bool is_quick(const TextTest& test, const EventValue& value) {
  return value.folded &&
         (test.shape != TextTest::Shape::contains || value.folded_view.size() <= searched_at_once);
}

// True of every text: nobody need look at it.
bool is_of_any_text(const Test& test) {
  const auto* text = std::get_if<TextTest>(&test);
  return text && text->shape == TextTest::Shape::anything;
}

// Where the text is ready, sooner done than remembered.
bool is_quick(const Test& test) {
  const auto* text = std::get_if<TextTest>(&test);
  return text && (text->shape == TextTest::Shape::equals || text->shape == TextTest::Shape::starts_with ||
                  text->shape == TextTest::Shape::ends_with);
}

}  // namespace

Evaluator::Evaluator(const Plan& plan, const EvaluationPlan& evaluation, const Limits& limits,
                     ValueMemory& memory, CostClock clock)
    : plan_(plan),
      indexes_(evaluation.fields),
      lists_(evaluation.lists),
      children_(evaluation.order.children()),
      flat_(plan, evaluation),
      limits_(limits),
      memory_(memory),
      timer_(std::move(clock), limits),
      known_(plan.predicates.size()),
      announced_(plan.predicates.size()),
      listed_(lists_.size()),
      fields_(plan.fields.size()),
      placed_(lists_.longest(), 0),
      unwatched_(most_unwatched) {}

void Evaluator::start(SlotTable& table, EventWalker& walker) {
  table_ = &table;
  walker_ = &walker;
  const size_t bytes = walker.bytes().size();
  timer_.start_event(bytes);
  regex_weight_ = static_cast<int32_t>(std::min<size_t>(bytes >> 10, most_unwatched) + 1);
  if (++epoch_ == 1u << 31) {
    std::fill(known_.begin(), known_.end(), 0);
    std::fill(announced_.begin(), announced_.end(), 0);
    std::fill(listed_.begin(), listed_.end(), 0);
    state_of_keywords_ = {};
    std::fill(fields_.begin(), fields_.end(), FieldState{});
    epoch_ = 1;
  }
}

bool Evaluator::holds(NodeId id) {
  const Node& node = plan_.nodes[id];
  switch (node.kind) {
    case Node::Kind::predicate: return predicate_holds(node.predicate);
    case Node::Kind::negation: return !holds(children_[node.begin]);
    case Node::Kind::all_of:
      for (uint32_t i = node.begin; i < node.end; ++i)
        if (!holds(children_[i])) return false;
      return true;
    case Node::Kind::any_of:
      if (const ListId list = lists_.of(id); list != no_id) return is_listed(list);
      for (uint32_t i = node.begin; i < node.end; ++i)
        if (holds(children_[i])) return true;
      return false;
    case Node::Kind::at_least: {
      uint32_t count = 0;
      for (uint32_t i = node.begin; i < node.end; ++i)
        if (holds(children_[i]) && ++count == node.threshold) return true;
      return false;
    }
  }
  return false;
}

bool Evaluator::holds(NodeId node, uint32_t& flat) {
  if (flat == FlatConditions::unmade) flat = flat_.make(node);
  if (flat == FlatConditions::too_large) return holds(node);
  const Question* const first = flat_[flat];
  for (const Question* question = first;;) {
    const uint16_t next = is_true(*question) ? question->if_true : question->if_false;
    if (next >= Question::fails) return next == Question::holds;
    question = first + next;
  }
}

bool Evaluator::is_true(const Question& question) {
  switch (question.kind) {
    case Question::Kind::list: return is_listed(question.subject);
    case Question::Kind::node: return holds(question.subject);
    case Question::Kind::predicate: return predicate_holds(question.subject);
    case Question::Kind::text: return text_holds(question);
  }
  return false;
}

// What predicate_holds() says, with less to do where the field has no value, or one that is ready.
bool Evaluator::text_holds(const Question& question) {
  if (const uint32_t known = known_[question.subject]; known >> 1 == epoch_) return known & 1;
  FieldState& state = state_of(question.field);
  if (question.found && (state.searched || state.asked >= free_tests))
    return predicate_holds(question.subject);
  bool result = false;
  if (state.slot != no_id) {
    const EventValue* const value = table_->only_value(state.slot);
    if (!value || unwatched_ <= 0 || !is_quick(*question.test, *value))
      return predicate_holds(question.subject);
    --unwatched_;
    result = text_matches(*question.test, value->folded_view);
  }
  state.asked += question.found;
  set(question.subject, result);
  return result;
}

bool Evaluator::is_listed(ListId id) {
  const FieldId field = lists_.field_of(id);
  FieldState& state = state_of(field);
  if (!state.searched && indexes_.has(field) && (state.asked += cost_of_list) > free_tests)
    timer_.shared([&] { search(field, state); });
  if (state.searched) {
    if (listed_[id] == epoch_) return true;
    // The search has told all tests but those that it only announces or does not know.
    const std::span<const NodeId> tests = lists_.tests_of(id);
    for (uint32_t place = 0; place < tests.size(); ++place)
      if (!ValueIndex::tells(lists_.test(id, place)) && holds(tests[place])) return true;
    return false;
  }
  return any_value(field, [&](EventValue& value) {
    return remembered(static_cast<uint32_t>(known_.size()) + id, value,
                      [&] { return find_listed(id, value, [](uint32_t) { return true; }); });
  });
}

template <class Found>
bool Evaluator::find_listed(ListId id, EventValue& value, Found&& found) {
  const ListIndex* made = nullptr;
  timer_.shared([&] { made = &lists_.index_of(id); });  // the first to ask makes it, for all threads
  const ListIndex& index = *made;
  bool done = false;
  auto try_place = [&](uint32_t place) {
    const Test& test = lists_.test(id, place);
    if (looks_at_time(test) && is_too_late())
      done = true;
    else if (value_satisfies(test, value, *table_))
      done = found(place);
  };
  if (++list_search_ == 0) {
    std::fill(placed_.begin(), placed_.end(), 0);
    list_search_ = 1;
  }
  index.tests.find(value, *table_, no_scratch_, [&](const ValueIndex::Entry& entry) {
    if (done) return;
    if (entry.exact)
      done = found(entry.subject);
    else if (std::exchange(placed_[entry.subject], list_search_) != list_search_)
      try_place(entry.subject);
  });
  for (size_t i = 0; i < index.others.size() && !done; ++i) try_place(index.others[i]);
  return done;
}

bool Evaluator::predicate_holds(PredicateId id) {
  if (known_[id] >> 1 == epoch_) return known_[id] & 1;
  const Predicate& predicate = plan_.predicates[id];
  if (predicate.field == no_id) return keyword_holds(id);
  if (indexes_.finds(id)) {
    FieldState& state = state_of(predicate.field);
    if (!state.searched && ++state.asked > free_tests) {
      timer_.shared([&] { search(predicate.field, state); });
      if (known_[id] >> 1 == epoch_) return true;
    }
    if (state.searched && announced_[id] != epoch_) {
      set(id, false);
      return false;
    }
  }
  if (looks_at_time(predicate.test) && is_too_late()) return false;
  const bool result = evaluate(id);
  if (timer_.stopped()) return false;  // not all values were seen: this is no answer for other rules
  set(id, result);
  return result;
}

bool Evaluator::looks_at_time(const Test& test) {
  unwatched_ -= std::holds_alternative<RegexTest>(test) ? regex_weight_ : 1;
  return unwatched_ < 0;
}

bool Evaluator::is_too_late() {
  const bool late = timer_.is_up();
  unwatched_ = late ? 0 : most_unwatched;
  return late;
}

Evaluator::FieldState& Evaluator::state_of(FieldId field) {
  FieldState& state = fields_[field];
  if (state.epoch != epoch_) {
    state = {epoch_, 0, no_id, false};
    for (SlotId slot : plan_.fields[field].slots)
      if (table_->present(slot)) {
        state.slot = slot;
        break;
      }
  }
  return state;
}

void Evaluator::search(FieldId field, FieldState& state) {
  state.searched = true;
  const ValueIndex& index = indexes_.of(field);
  any_value(field, [&](EventValue& value) {
    index.find(value, *table_, no_scratch_, [&](const ValueIndex::Entry& entry) {
      if (!entry.exact) {
        announced_[entry.subject] = epoch_;
        return;
      }
      learn(entry.subject);
      for (ListId list : lists_.with(entry.subject)) listed_[list] = epoch_;
    });
    return false;
  });
}

bool Evaluator::keyword_holds(PredicateId id) {
  if (state_of_keywords_.epoch != epoch_) state_of_keywords_ = {epoch_, 0, false};
  if (!state_of_keywords_.searched) {
    if (++state_of_keywords_.asked <= free_keywords) {
      set(id, walker_->any_scalar(*table_, [&](EventValue& value) {
        return value_satisfies(plan_.predicates[id].test, value, *table_);
      }));
      return known_[id] & 1;
    }
    timer_.shared([&] { search_keywords(); });
  }
  if (known_[id] >> 1 == epoch_) return known_[id] & 1;
  if (indexes_.finds(id) && announced_[id] != epoch_) {
    set(id, false);
    return false;
  }
  timer_.shared([&] { try_keywords(); });
  return known_[id] & 1;
}

void Evaluator::search_keywords() {
  state_of_keywords_.searched = true;
  maybe_.clear();
  walker_->any_scalar(*table_, [&](EventValue& value) {
    indexes_.of(no_id).find(value, *table_, no_scratch_, [&](const ValueIndex::Entry& entry) {
      if (entry.exact) return learn(entry.subject);
      if (std::exchange(announced_[entry.subject], epoch_) != epoch_) maybe_.push_back(entry.subject);
    });
    return false;
  });
}

void Evaluator::try_keywords() {
  const std::vector<PredicateId>& others = indexes_.other_keywords();
  maybe_.insert(maybe_.end(), others.begin(), others.end());
  std::erase_if(maybe_, [&](PredicateId id) { return known_[id] >> 1 == epoch_; });
  for (PredicateId id : maybe_) set(id, false);
  walker_->any_scalar(*table_, [&](EventValue& value) {
    for (PredicateId id : maybe_)
      if (!(known_[id] & 1) && value_satisfies(plan_.predicates[id].test, value, *table_)) learn(id);
    return false;
  });
}

SlotId Evaluator::present_slot(FieldId field) { return state_of(field).slot; }

template <class Visit>
bool Evaluator::any_value(FieldId field, Visit&& visit) {
  SlotId slot = present_slot(field);
  return slot != no_id && table_->any_value(slot, visit);
}

template <class Satisfies>
bool Evaluator::remembered(uint32_t subject, EventValue& value, Satisfies&& satisfies) {
  const uint32_t number = memory_.number_of(value);
  if (const uint32_t* known = memory_.answer(number, subject)) return *known;
  const bool satisfied = satisfies();
  if (!timer_.stopped()) memory_.learn(number, subject, satisfied);
  return satisfied;
}

bool Evaluator::evaluate(PredicateId id) {
  const Predicate& predicate = plan_.predicates[id];
  if (auto* exists = std::get_if<sigma::Exists>(&predicate.test))
    return (present_slot(predicate.field) != no_id) == exists->present;
  if (std::holds_alternative<sigma::IsNull>(predicate.test)) return is_null(predicate.field);
  if (auto* reference = std::get_if<FieldReferenceTest>(&predicate.test))
    return refers(predicate.field, *reference);
  if (is_of_any_text(predicate.test)) return any_value(predicate.field, SlotTable::has_text);
  const bool quick = is_quick(predicate.test);
  return any_value(predicate.field, [&](EventValue& value) {
    if (value.next != no_id && looks_at_time(predicate.test) && is_too_late()) return true;
    if (quick && value.folded) return value_satisfies(predicate.test, value, *table_);
    return remembered(id, value, [&] { return value_satisfies(predicate.test, value, *table_); });
  });
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
  auto exhausted = [&] { return compared == limits_.reference_pairs || timer_.stopped(); };
  any_value(field, [&](EventValue& value) {
    if (!SlotTable::has_text(value)) return false;
    any_value(test.other, [&](EventValue& other) {
      if (!SlotTable::has_text(other)) return false;
      if (compared % pairs_unwatched == pairs_unwatched - 1 && timer_.is_up()) return true;
      agree = values_agree(test, value, other, *table_);
      return agree || (++compared, exhausted());
    });
    return agree || exhausted();
  });
  if (!agree && exhausted()) walker_->degrade();
  return agree;
}

NodeId Evaluator::first_listed(ListId id) {
  const std::span<const NodeId> tests = lists_.tests_of(id);
  auto first = static_cast<uint32_t>(tests.size());
  any_value(lists_.field_of(id), [&](EventValue& value) {
    return find_listed(id, value, [&](uint32_t place) {
      first = std::min(first, place);
      return false;
    });
  });
  return tests[first];
}

void Evaluator::explain(NodeId id, const RulePlan& rule, std::vector<Match>& matches) {
  const Node& node = plan_.nodes[id];
  if (matches.size() >= limits_.explained_matches) return;
  // As many as it takes, the first ones in the order of the rule.
  uint32_t needed = 0;
  switch (node.kind) {
    case Node::Kind::negation: return;
    case Node::Kind::predicate: return explain_test(node, rule, matches);
    case Node::Kind::all_of:
      for (uint32_t i = node.begin; i < node.end; ++i) explain(plan_.children[i], rule, matches);
      return;
    case Node::Kind::any_of:
      if (const ListId list = lists_.of(id); list != no_id) return explain(first_listed(list), rule, matches);
      needed = 1;
      break;
    case Node::Kind::at_least: needed = node.threshold; break;
  }
  for (uint32_t i = node.begin; i < node.end && needed > 0; ++i) {
    if (!holds(plan_.children[i])) continue;
    explain(plan_.children[i], rule, matches);
    --needed;
  }
}

void Evaluator::explain_test(const Node& node, const RulePlan& rule, std::vector<Match>& matches) {
  const FieldId field = plan_.predicates[node.predicate].field;
  const Explanation said = (*rule.explanations)[node.explanation];
  Match& match = matches.emplace_back(Match{said.field, {}, said.modifier, said.pattern});
  auto take_reason = [&](EventValue& value) {
    if (!is_reason(node.predicate, value)) return false;
    match.value = told(value);
    return true;
  };
  if (field == no_id) {
    walker_->any_scalar(*table_, take_reason);
    return;
  }
  // The only value of a field is the reason.
  EventValue* only = nullptr;
  const SlotId slot = present_slot(field);
  if (slot == no_id) return;
  const bool several =
      table_->any_value(slot, [&](EventValue& value) { return std::exchange(only, &value); });
  if (several)
    table_->any_value(slot, take_reason);
  else
    match.value = told(*only);
}

bool Evaluator::is_reason(PredicateId id, EventValue& value) {
  const Predicate& predicate = plan_.predicates[id];
  const Test& test = predicate.test;
  if (std::holds_alternative<sigma::Exists>(test) || std::holds_alternative<sigma::IsNull>(test)) return true;
  if (const auto* reference = std::get_if<FieldReferenceTest>(&test))
    return any_value(reference->other,
                     [&](EventValue& other) { return values_agree(*reference, value, other, *table_); });
  auto satisfies = [&] { return value_satisfies(test, value, *table_); };
  // What is known of values is known of those of fields.
  return predicate.field == no_id ? satisfies() : remembered(id, value, satisfies);
}

EventText Evaluator::told(const EventValue& value) const {
  const size_t most = limits_.explained_value_bytes;
  switch (value.kind) {
    case ValueKind::truth: return std::string_view(value.truth ? "true" : "false").substr(0, most);
    case ValueKind::number: return value.raw.substr(0, most);
    case ValueKind::text:
      return value.plain ? EventText(cut_utf8(value.raw, most)) : EventText::of_json(value.raw, most);
    default: return {};
  }
}

}  // namespace sigrun
