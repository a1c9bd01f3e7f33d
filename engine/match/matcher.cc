#include "match/matcher.h"

#include <algorithm>
#include <utility>

#include "event/json_string.h"
#include "event/timestamp.h"

namespace sigrun {

namespace {

const Route unrouted;

// Reading the clock takes as long as a cheap test. So many evaluations of each program are measured, for what
// is rare; then those of one event in so many, and they count for the others.
constexpr uint64_t measured_always = 64;
constexpr uint32_t events_for_sample = 16;

// Spread evenly, but by no period that events could have as well.
uint32_t weight_of_sample(uint64_t event) {
  return event * 0x9E3779B97F4A7C15 >> 60 == 0 ? events_for_sample : 0;
}

}  // namespace

Matcher::Matcher(const Plan& plan, const CandidateIndex& index, const Limits& limits, CostClock clock)
    : plan_(plan),
      index_(index),
      table_(plan.paths.slot_count()),
      walker_(plan.paths, limits),
      evaluator_(plan, index.evaluation, limits, memory_, std::move(clock)),
      literal_scratch_(index.automata.make_scratch()),
      router_(plan, index),
      route_(&unrouted),
      triggers_tried_(index.triggers.size()),
      trigger_tests_(index.triggers.size()),
      programs_(plan.programs.size()),
      costs_(plan.rules.size()) {
  found_.reserve(ValueMemory::most_answers + 1);
}

JsonWalker::Outcome Matcher::match(std::string_view event, std::vector<Hit>& hits) {
  hits.clear();
  if (read(event) == JsonWalker::Outcome::broken) return JsonWalker::Outcome::broken;
  evaluate(hits);
  return outcome();
}

JsonWalker::Outcome Matcher::read(std::string_view event, std::span<const uint32_t> tokens) {
  begin_event();
  return route(walker_.walk(event, table_, tokens));
}

JsonWalker::Outcome Matcher::read_msgpack(std::string_view event) {
  begin_event();
  return route(walker_.walk_msgpack(event, table_));
}

JsonWalker::Outcome Matcher::read_pairs(std::span<const NamedValue> pairs) {
  begin_event();
  return route(walker_.walk_pairs(pairs, table_));
}

void Matcher::begin_event() {
  ++event_;
  memory_.start_event();
  route_ = &unrouted;
  table_.reset();
}

JsonWalker::Outcome Matcher::route(JsonWalker::Outcome outcome) {
  if (outcome == JsonWalker::Outcome::broken) return outcome;
  evaluator_.start(table_, walker_);
  sample_weight_ = weight_of_sample(event_);
  over_budget_.clear();
  route_ = &router_.find(table_, evaluator_);
  return outcome;
}

void Matcher::evaluate(std::vector<Hit>& hits) {
  hits.clear();
  if (!route_->view) match_open(hits);
  match_routed(hits);
  if (!route_->keywords.empty()) {
    found_.clear();
    const bool judged = judges_keywords(found_);
    for (TriggerId trigger : judged ? found_ : route_->keywords) fire(trigger, false, hits);
  }
  evaluator_.timer().end_event();
  check_wanted();
  keep_first_of_each_rule(hits);
  for (const Hit& hit : hits) ++costs_[hit.rule].hits;
  if (!over_budget_.empty()) settle_over_budget(hits);
}

bool Matcher::judges_keywords(std::vector<uint32_t>& maybe) {
  using Texts = RawFilter::Texts;
  const RawFilter& filter = route_->keyword_filter;
  const Texts texts = walker_.has_plain_texts() ? Texts::plain : Texts::json;
  if (!filter.judges(walker_.bytes(), texts, maybe)) return false;
  return !filter.concerns_numbers() || filter.judges(walker_.numbers(), Texts::plain, maybe);
}

// A rule that another of its programs found to match is known to.
void Matcher::settle_over_budget(const std::vector<Hit>& hits) {
  std::sort(over_budget_.begin(), over_budget_.end());
  over_budget_.erase(std::unique(over_budget_.begin(), over_budget_.end()), over_budget_.end());
  std::erase_if(over_budget_, [&](RuleIndex rule) {
    return std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) { return hit.rule == rule; });
  });
  for (RuleIndex rule : over_budget_) ++costs_[rule].over_budget;
  if (!over_budget_.empty()) walker_.degrade();
}

void Matcher::keep_first_of_each_rule(std::vector<Hit>& hits) {
  if (hits.size() < 2) return;
  // A rule has a program for each way that its fields are spelled in: the first that matched speaks for it.
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return a.rule != b.rule ? a.rule < b.rule : a.program < b.program;
  });
  hits.erase(
      std::unique(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.rule == b.rule; }),
      hits.end());
}

// A value that the rules of the event's gates test and that cannot be decoded degrades it, whether or not a test gets to it.
void Matcher::check_wanted() {
  for (size_t i = 0; i < table_.size(); ++i) {
    const EventValue& value = table_.value(i);
    if (value.kind != ValueKind::text || value.sound) continue;
    const bool wanted = !route_->view || route_->wanted[value.slot];
    if (wanted && !is_sound_padded_json_string(value.raw)) walker_.degrade();
  }
}

void Matcher::match_open(std::vector<Hit>& hits) {
  for (size_t i = 0; i < table_.size(); ++i)
    if (!table_.value(i).hidden)
      for (ProgramId program : index_.open_by_slot[table_.value(i).slot]) try_program(program, hits);
}

void Matcher::match_routed(std::vector<Hit>& hits) {
  for (size_t i = 0; i < table_.size(); ++i) {
    EventValue& value = table_.value(i);
    const auto [first, last] = route_->fields_of_slot[value.slot];
    if (first == last || value.hidden) continue;
    for (uint32_t at = first; at < last; ++at) {
      const RouteField& field = route_->fields[route_->slot_fields[at]];
      if (field.one_slot || evaluator_.present_slot(field.field) == value.slot)
        match_value(field, value, hits);
    }
  }
  for (ProgramId program : route_->always) try_program(program, hits);
}

void Matcher::match_value(const RouteField& field, EventValue& value, std::vector<Hit>& hits) {
  for (const FieldTriggers* triggers : field.gates)
    for (TriggerId trigger : triggers->unindexed) fire(trigger, false, hits);
  const uint32_t number = memory_.number_of(value), subject = evaluator_.last_subject() + field.number;
  if (const auto known = memory_.answers(number, subject)) {
    for (uint32_t entry : *known) fire(entry / 2, entry % 2 != 0, hits);
    return;
  }
  found_.clear();
  for (const FieldTriggers* triggers : field.gates) {
    if (triggers->first == triggers->last) continue;
    index_.values_of(*triggers).find(value, table_, literal_scratch_, [&](const ValueIndex::Entry& entry) {
      const TriggerId trigger = triggers->first + entry.subject;
      if (found_.size() <= ValueMemory::most_answers) found_.push_back(2 * trigger + entry.exact);
      fire(trigger, entry.exact, hits);
    });
  }
  memory_.learn(number, subject, found_);
}

void Matcher::fire(TriggerId id, bool exact, std::vector<Hit>& hits) {
  if (triggers_tried_[id] == event_) return;
  triggers_tried_[id] = event_;
  const Trigger& trigger = index_.triggers[id];
  if (exact) {
    evaluator_.learn(trigger.predicate);
  } else if (!confirm(id)) {
    return;
  }
  for (uint32_t i = trigger.first; i < trigger.last; ++i) try_program(index_.programs[i], hits);
}

bool Matcher::confirm(TriggerId id) {
  const Trigger& trigger = index_.triggers[id];
  Tries& tries = trigger_tests_[id];
  const bool holds = measure(tries, [&] { return evaluator_.predicate_holds(trigger.predicate); });
  if (evaluator_.timer().stopped()) [[unlikely]] {
    for (uint32_t i = trigger.first; i < trigger.last; ++i)
      if (const ProgramId program = index_.programs[i]; programs_[program].event != event_)
        give_up(plan_.programs[program].rule);
  } else if (holds) {
    return true;
  }
  ++tries.failed;
  return false;
}

void Matcher::try_program(ProgramId id, std::vector<Hit>& hits) {
  ProgramState& state = programs_[id];
  if (std::exchange(state.event, event_) == event_) return;
  const Program& program = plan_.programs[id];
  const bool holds = measure(state.tries, [&] { return evaluator_.holds(program.root, state.flat); });
  if (evaluator_.timer().stopped()) [[unlikely]]
    give_up(program.rule);
  else if (holds)
    hits.push_back({program.rule, id});
}

template <class Test>
bool Matcher::measure(Tries& tries, Test&& test) {
  RuleTimer& timer = evaluator_.timer();
  const uint32_t weight = tries.count++ < measured_always ? 1 : sample_weight_;
  timer.begin(weight != 0);
  const bool holds = test();
  if (weight != 0) tries.ticks += timer.taken() * weight;
  return holds;
}

// Rules that share a trigger share its test: the first of them is charged.
std::vector<RuleCost> Matcher::costs() const {
  std::vector<RuleCost> costs = costs_;
  const RuleTimer& timer = evaluator_.timer();
  for (TriggerId id = 0; id < trigger_tests_.size(); ++id) {
    const Tries& tests = trigger_tests_[id];
    if (tests.count == 0) continue;
    RuleCost& cost = costs[plan_.programs[index_.programs[index_.triggers[id].first]].rule];
    cost.candidates += tests.failed;
    cost.nanoseconds += timer.nanoseconds(tests.ticks);
  }
  for (ProgramId id = 0; id < programs_.size(); ++id) {
    RuleCost& cost = costs[plan_.programs[id].rule];
    cost.candidates += programs_[id].tries.count;
    cost.nanoseconds += timer.nanoseconds(programs_[id].tries.ticks);
  }
  return costs;
}

std::string_view Matcher::field_text(FieldId field) {
  std::string_view text;
  SlotId slot = evaluator_.present_slot(field);
  if (slot == no_id) return text;
  table_.any_value(slot, [&](EventValue& value) {
    if (!SlotTable::has_text(value)) return false;
    text = table_.text(value);
    return true;
  });
  return text;
}

std::optional<int64_t> Matcher::time() {
  std::optional<int64_t> time;
  for (FieldId field : route_->view ? route_->view->time_fields : plan_.open.time_fields) {
    SlotId slot = evaluator_.present_slot(field);
    if (slot == no_id) continue;
    table_.any_value(slot, [&](EventValue& value) {
      if (!SlotTable::has_text(value)) return false;
      time = parse_event_time(table_.text(value), value.kind == ValueKind::number,
                              route_->view ? route_->view->zone_seconds : plan_.open.zone_seconds);
      return time.has_value();
    });
    if (time) break;
  }
  return time;
}

std::string_view Matcher::own_id() {
  if (!route_->view) return {};
  for (const auto& alternative : route_->view->id_fields) {
    own_id_.clear();
    const bool complete = std::all_of(alternative.begin(), alternative.end(), [&](FieldId field) {
      const std::string_view part = field_text(field);
      own_id_ += part;
      own_id_ += '\x1f';
      return !part.empty();
    });
    if (complete) return own_id_;
  }
  return {};
}

}  // namespace sigrun
