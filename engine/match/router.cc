#include "match/router.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

constexpr size_t known_events = 4096;
// Events with more or longer values in fields that are asked for them are routed each by itself.
constexpr size_t most_values = 32, value_bytes = 128;
constexpr size_t most_routes = 4096;

// Tests whose truth is worth keeping by the value: those that few distinct values are given to.
bool is_by_value(const Test& test) {
  if (auto* text = std::get_if<TextTest>(&test)) return text->shape == TextTest::Shape::equals;
  return std::holds_alternative<NumberTest>(test) || std::holds_alternative<sigma::BoolEquals>(test) ||
         std::holds_alternative<sigma::IsNull>(test);
}

void add_gates(const std::vector<uint32_t>& gates, Route& route) {
  for (uint32_t gate : gates)
    if (std::find(route.gates.begin(), route.gates.end(), gate) == route.gates.end())
      route.gates.push_back(gate);
}

}  // namespace

Router::Router(const Plan& plan, const CandidateIndex& index)
    : plan_(plan),
      index_(index),
      asked_(plan.paths.slot_count(), Asked::nothing),
      number_(plan.paths.slot_count(), 0),
      known_(known_events) {
  for (const View& view : plan.views) {
    ask(view.recognise);
    for (const ViewEntry& entry : view.entries)
      if (entry.when != no_id) ask(entry.when);
  }
  uint32_t count = 0;
  for (size_t slot = 0; slot < asked_.size(); ++slot)
    if (asked_[slot] != Asked::nothing) number_[slot] = count++;
  present_.resize((count + 63) / 64);
  unrouted_.gates = {index.open_gate};
  complete(unrouted_);
}

void Router::ask(NodeId id) {
  const Node& node = plan_.nodes[id];
  if (node.kind != Node::Kind::predicate) {
    for (uint32_t i = node.begin; i < node.end; ++i) ask(plan_.children[i]);
    return;
  }
  const Predicate& predicate = plan_.predicates[node.predicate];
  if (predicate.field == no_id) return;
  for (SlotId slot : plan_.fields[predicate.field].slots)
    asked_[slot] = std::max(asked_[slot], is_by_value(predicate.test) ? Asked::value : Asked::presence);
}

// Writes what routing asks of the event by presence and by value into key_, in whatever order the event has it; false if that is
// too much.
bool Router::describe(SlotTable& table) {
  present_.assign(present_.size(), 0);
  by_value_.clear();
  for (uint32_t i = 0; i < table.size(); ++i) {
    const EventValue& value = table.value(i);
    const Asked asked = asked_[value.slot];
    if (asked == Asked::nothing || value.hidden) continue;
    const uint32_t number = number_[value.slot];
    present_[number / 64] |= uint64_t{1} << (number % 64);
    if (asked == Asked::value) by_value_.push_back({value.slot, i});
  }
  if (by_value_.size() > most_values) return false;
  std::sort(by_value_.begin(), by_value_.end());
  key_.assign(reinterpret_cast<const char*>(present_.data()), present_.size() * sizeof(uint64_t));
  for (const auto& [slot, i] : by_value_) {
    const EventValue& value = table.value(i);
    if (value.raw.size() > value_bytes) return false;
    const uint32_t head[2] = {slot, static_cast<uint32_t>(value.raw.size()) << 8 |
                                        static_cast<uint32_t>(value.kind) << 2 | (value.plain ? 32u : 0u) |
                                        (value.in_array ? 2u : 0u) | (value.truth ? 1u : 0u)};
    key_.append(reinterpret_cast<const char*>(head), sizeof head);
    key_.append(value.raw);
  }
  return true;
}

// What key_ says about an expression (Kleene's three values).
Router::Truth Router::follows(NodeId id, Evaluator& evaluator) const {
  const Node& node = plan_.nodes[id];
  if (node.kind == Node::Kind::predicate) {
    const Predicate& predicate = plan_.predicates[node.predicate];
    if (predicate.field == no_id) return Truth::open;
    const bool known = is_by_value(predicate.test) || std::holds_alternative<sigma::Exists>(predicate.test) ||
                       evaluator.present_slot(predicate.field) == no_id;
    if (!known) return Truth::open;
    return evaluator.predicate_holds(node.predicate) ? Truth::yes : Truth::no;
  }
  uint32_t yes = 0, open = 0;
  for (uint32_t i = node.begin; i < node.end; ++i) {
    Truth truth = follows(plan_.children[i], evaluator);
    yes += truth == Truth::yes;
    open += truth == Truth::open;
  }
  if (node.kind == Node::Kind::negation) return open ? Truth::open : yes ? Truth::no : Truth::yes;
  const uint32_t needed = node.kind == Node::Kind::all_of   ? node.end - node.begin
                          : node.kind == Node::Kind::any_of ? 1
                                                            : node.threshold;
  return yes >= needed ? Truth::yes : yes + open >= needed ? Truth::open : Truth::no;
}

void Router::work_out(Evaluator& evaluator, Choices& choices) {
  choices.tables.clear();
  choices.open_entries.clear();
  for (size_t i = 0; i < plan_.views.size(); ++i) {
    const Truth recognised = follows(plan_.views[i].recognise, evaluator);
    if (recognised == Truth::no) continue;
    const auto first = static_cast<uint32_t>(choices.open_entries.size());
    opened_.view = &plan_.views[i];
    opened_.gates.clear();
    for (const ViewGates::Entry& entry : index_.views[i].entries) {
      if (entry.gates.empty()) continue;
      const Truth applies = entry.when == no_id ? Truth::yes : follows(entry.when, evaluator);
      if (applies == Truth::yes) add_gates(entry.gates, opened_);
      if (applies == Truth::open) choices.open_entries.push_back(&entry);
    }
    choices.tables.push_back({recognised == Truth::open, keep(opened_), first,
                              static_cast<uint32_t>(choices.open_entries.size())});
    if (recognised == Truth::yes) break;
  }
}

const Route& Router::choose(const Choices& choices, Evaluator& evaluator) {
  for (const Choice& choice : choices.tables) {
    if (choice.open && !evaluator.holds(choice.route->view->recognise)) continue;
    if (choice.first == choice.last) return *choice.route;
    opened_.view = choice.route->view;
    opened_.gates = choice.route->gates;
    for (uint32_t i = choice.first; i < choice.last; ++i) {
      const ViewGates::Entry& entry = *choices.open_entries[i];
      if (evaluator.holds(entry.when)) add_gates(entry.gates, opened_);
    }
    return *keep(opened_);
  }
  return unrouted_;
}

const Route* Router::keep(const Route& route) {
  auto known = routes_.find(route);
  if (known == routes_.end()) {
    Route kept;
    kept.view = route.view;
    kept.gates = route.gates;
    complete(kept);
    known = routes_.insert(std::move(kept)).first;
  }
  return &*known;
}

void Router::complete_fields(Route& route) {
  std::map<FieldId, RouteField> fields;
  for (uint32_t gate : route.gates)
    for (const FieldTriggers& triggers : index_.gates[gate].fields)
      fields[triggers.field].gates.push_back(&triggers);
  std::vector<std::pair<SlotId, uint32_t>> by_slot;
  for (auto& [id, field] : fields) {
    const auto& slots = plan_.fields[id].slots;
    field.field = id;
    field.number = ++last_field_;
    field.one_slot = slots.size() == 1;
    for (SlotId slot : slots) by_slot.emplace_back(slot, static_cast<uint32_t>(route.fields.size()));
    route.fields.push_back(std::move(field));
  }
  std::sort(by_slot.begin(), by_slot.end());
  route.fields_of_slot.resize(plan_.paths.slot_count());
  for (const auto& [slot, field] : by_slot) {
    auto& [first, last] = route.fields_of_slot[slot];
    if (first == last) first = static_cast<uint32_t>(route.slot_fields.size());
    route.slot_fields.push_back(field);
    last = static_cast<uint32_t>(route.slot_fields.size());
  }
}

// What follows from the gates.
void Router::complete(Route& route) {
  complete_fields(route);
  for (uint32_t gate : route.gates)
    route.always.insert(route.always.end(), index_.gates[gate].always.begin(),
                        index_.gates[gate].always.end());
  route.wanted.resize(plan_.paths.slot_count());
  std::vector<RawFilter::Literal> literals;
  bool filters = true;
  for (uint32_t id : route.gates) {
    const Gate& gate = index_.gates[id];
    for (size_t slot = 0; slot < route.wanted.size(); ++slot) route.wanted[slot] |= gate.wanted[slot];
    if (gate.keywords.triggers.empty()) continue;
    route.keywords.insert(route.keywords.end(), gate.keywords.triggers.begin(), gate.keywords.triggers.end());
    filters = filters && gate.keywords.literals;
    if (filters)
      literals.insert(literals.end(), gate.keywords.literals->begin(), gate.keywords.literals->end());
  }
  if (filters) route.keyword_filter = RawFilter(literals);
}

const Route& Router::find(SlotTable& table, Evaluator& evaluator) {
  if (routes_.size() > most_routes) {
    std::fill(known_.begin(), known_.end(), Known{});
    routes_.clear();
  }
  if (!describe(table)) {
    work_out(evaluator, unknown_);
    return choose(unknown_, evaluator);
  }
  Known& known = known_[seeded_hash(key_) % known_events];
  if (!known.taken || known.key != key_) {
    known.taken = true;
    known.key = key_;
    work_out(evaluator, known.choices);
  }
  return choose(known.choices, evaluator);
}

}  // namespace sigrun
