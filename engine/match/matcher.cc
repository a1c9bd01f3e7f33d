#include "match/matcher.h"

#include <algorithm>

#include "event/json_string.h"
#include "event/timestamp.h"

namespace sigrun {

namespace {

const Route unrouted;

}  // namespace

Matcher::Matcher(const Plan& plan, const CandidateIndex& index, const Limits& limits)
    : plan_(plan),
      index_(index),
      table_(plan.paths.slot_count()),
      walker_(plan.paths, limits),
      evaluator_(plan, index.evaluation, limits),
      literal_scratch_(index.automata.make_scratch()),
      router_(plan, index),
      route_(&unrouted),
      triggers_tried_(index.triggers.size(), 0),
      programs_tried_(plan.programs.size(), 0) {}

JsonWalker::Outcome Matcher::match(std::string_view event, std::vector<Hit>& hits) {
  hits.clear();
  if (read(event) == JsonWalker::Outcome::broken) return JsonWalker::Outcome::broken;
  evaluate(hits);
  return outcome();
}

JsonWalker::Outcome Matcher::read(std::string_view event, std::span<const uint32_t> tokens) {
  ++event_;
  route_ = &unrouted;
  table_.reset();
  JsonWalker::Outcome outcome = walker_.walk(event, table_, tokens);
  if (outcome == JsonWalker::Outcome::broken) return outcome;
  evaluator_.start(table_, walker_);
  route_ = &router_.find(table_, evaluator_);
  return outcome;
}

void Matcher::evaluate(std::vector<Hit>& hits) {
  hits.clear();
  if (!route_->view) match_open(hits);
  for (uint32_t gate : route_->gates) match_gate(gate, hits);
  if (!route_->keywords.empty() && route_->keyword_filter.may_contain(walker_.bytes()))
    for (TriggerId trigger : route_->keywords) fire(trigger, false, hits);
  check_wanted();
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

void Matcher::match_gate(uint32_t id, std::vector<Hit>& hits) {
  const Gate& gate = index_.gates[id];
  for (const FieldTriggers& triggers : gate.fields) find_triggers(triggers, hits);
  for (ProgramId program : gate.always) try_program(program, hits);
}

void Matcher::find_triggers(const FieldTriggers& triggers, std::vector<Hit>& hits) {
  const SlotId slot = evaluator_.present_slot(triggers.field);
  if (slot == no_id) return;
  for (TriggerId trigger : triggers.unindexed) fire(trigger, false, hits);
  if (triggers.values.empty()) return;
  table_.any_value(slot, [&](EventValue& value) {
    triggers.values.find(value, table_, literal_scratch_,
                         [&](const ValueIndex::Entry& entry) { fire(entry.subject, entry.exact, hits); });
    return false;
  });
}

void Matcher::fire(TriggerId id, bool exact, std::vector<Hit>& hits) {
  if (triggers_tried_[id] == event_) return;
  triggers_tried_[id] = event_;
  const Trigger& trigger = index_.triggers[id];
  if (exact) {
    evaluator_.learn(trigger.predicate);
  } else if (!evaluator_.predicate_holds(trigger.predicate)) {
    return;
  }
  for (uint32_t i = trigger.first; i < trigger.last; ++i) try_program(index_.programs[i], hits);
}

void Matcher::try_program(ProgramId id, std::vector<Hit>& hits) {
  if (programs_tried_[id] == event_) return;
  programs_tried_[id] = event_;
  const Program& program = plan_.programs[id];
  if (evaluator_.holds(program.root)) hits.push_back({program.rule, id});
}

std::string Matcher::field_text(FieldId field) {
  std::string text;
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
                              route_->view ? route_->view->zone_seconds : 0);
      return time.has_value();
    });
    if (time) break;
  }
  return time;
}

std::string Matcher::own_id() {
  if (!route_->view) return {};
  for (const auto& alternative : route_->view->id_fields) {
    std::string id;
    bool complete = true;
    for (FieldId field : alternative) {
      std::string part = field_text(field);
      complete = complete && !part.empty();
      id += part + '\x1f';
    }
    if (complete) return id;
  }
  return {};
}

void Matcher::explain(const Hit& hit, std::vector<Match>& matches) {
  evaluator_.explain(plan_.programs[hit.program].root, plan_.rules[hit.rule], matches);
}

}  // namespace sigrun
