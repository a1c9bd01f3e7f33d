#include "match/matcher.h"

#include <algorithm>

#include "event/timestamp.h"

namespace sigrun {

Matcher::Matcher(const Plan& plan, const Limits& limits)
    : plan_(plan),
      table_(plan.paths.slot_count()),
      walker_(plan.paths, limits),
      evaluator_(plan, limits),
      tried_(plan.programs.size(), 0),
      fired_(plan.rules.size(), 0) {}

JsonWalker::Outcome Matcher::match(std::string_view event, std::vector<Hit>& hits) {
  hits.clear();
  if (read(event) == JsonWalker::Outcome::broken) return JsonWalker::Outcome::broken;
  evaluate(hits);
  return outcome();
}

JsonWalker::Outcome Matcher::read(std::string_view event) {
  ++event_;
  view_ = nullptr;
  table_.reset();
  JsonWalker::Outcome outcome = walker_.walk(event, table_);
  if (outcome == JsonWalker::Outcome::broken) return outcome;
  evaluator_.start(table_, walker_);
  for (const View& view : plan_.views) {
    if (!evaluator_.holds(view.recognise)) continue;
    view_ = &view;
    break;
  }
  return outcome;
}

void Matcher::evaluate(std::vector<Hit>& hits) {
  hits.clear();
  if (view_)
    match_view(*view_, hits);
  else
    match_open(hits);
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.rule < b.rule; });
}

void Matcher::try_program(ProgramId id, std::vector<Hit>& hits) {
  if (tried_[id] == event_) return;
  tried_[id] = event_;
  const Program& program = plan_.programs[id];
  if (plan_.rules[program.rule].muted || fired_[program.rule] == event_ || !evaluator_.holds(program.root))
    return;
  fired_[program.rule] = event_;
  hits.push_back({program.rule, id});
}

void Matcher::match_view(const View& view, std::vector<Hit>& hits) {
  for (const ViewEntry& entry : view.entries) {
    if (entry.programs.empty()) continue;
    if (entry.when != no_id && !evaluator_.holds(entry.when)) continue;
    for (ProgramId program : entry.programs) try_program(program, hits);
  }
}

void Matcher::match_open(std::vector<Hit>& hits) {
  for (ProgramId program : plan_.open.always) try_program(program, hits);
  for (size_t i = 0; i < table_.size(); ++i)
    if (!table_.value(i).hidden)
      for (ProgramId program : plan_.open.by_slot[table_.value(i).slot]) try_program(program, hits);
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
  for (FieldId field : view_ ? view_->time_fields : plan_.open.time_fields) {
    SlotId slot = evaluator_.present_slot(field);
    if (slot == no_id) continue;
    table_.any_value(slot, [&](EventValue& value) {
      if (!SlotTable::has_text(value)) return false;
      time = parse_event_time(table_.text(value), value.kind == ValueKind::number,
                              view_ ? view_->zone_seconds : 0);
      return time.has_value();
    });
    if (time) break;
  }
  return time;
}

std::string Matcher::own_id() {
  if (!view_) return {};
  for (const auto& alternative : view_->id_fields) {
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
