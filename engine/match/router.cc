#include "match/router.h"

#include <algorithm>
#include <cstring>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

constexpr size_t known_events = 1024;
// Events whose routing fields have more bytes than this are routed each by itself.
constexpr size_t key_bytes = 512;

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
    : plan_(plan), index_(index), asked_(plan.paths.slot_count(), Asked::nothing), known_(known_events) {
  for (const View& view : plan.views) {
    ask(view.recognise);
    for (const ViewEntry& entry : view.entries)
      if (entry.when != no_id) ask(entry.when);
  }
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

// Writes what routing asks of the event by presence and by value into key_; false if that is too much.
bool Router::describe(SlotTable& table) {
  key_.clear();
  for (size_t i = 0; i < table.size(); ++i) {
    const EventValue& value = table.value(i);
    const Asked asked = asked_[value.slot];
    if (asked == Asked::nothing || value.hidden) continue;
    struct {
      SlotId slot;
      uint32_t size;
      ValueKind kind;
      bool in_array, truth, unused;
    } head{value.slot, 0, ValueKind::null, false, false, false};
    if (asked == Asked::value)
      head = {value.slot, static_cast<uint32_t>(value.raw.size()), value.kind, value.in_array, value.truth,
              false};
    if (key_.size() + sizeof head + head.size > key_bytes) return false;
    char bytes[sizeof head];
    std::memcpy(bytes, &head, sizeof head);
    key_.append(bytes, sizeof head);
    key_.append(value.raw.substr(0, head.size));
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

Router::Choices Router::work_out(Evaluator& evaluator) const {
  Choices choices;
  for (size_t i = 0; i < plan_.views.size(); ++i) {
    const Truth recognised = follows(plan_.views[i].recognise, evaluator);
    if (recognised == Truth::no) continue;
    Choice choice{recognised == Truth::open, {&plan_.views[i], {}}, {}};
    for (const ViewGates::Entry& entry : index_.views[i].entries) {
      if (entry.gates.empty()) continue;
      const Truth applies = entry.when == no_id ? Truth::yes : follows(entry.when, evaluator);
      if (applies == Truth::yes) add_gates(entry.gates, choice.route);
      if (applies == Truth::open) choice.open_entries.push_back(&entry);
    }
    choices.push_back(std::move(choice));
    if (recognised == Truth::yes) break;
  }
  return choices;
}

const Route& Router::choose(const Choices& choices, Evaluator& evaluator) {
  for (const Choice& choice : choices) {
    if (choice.open && !evaluator.holds(choice.route.view->recognise)) continue;
    if (choice.open_entries.empty()) return choice.route;
    opened_ = choice.route;
    for (const ViewGates::Entry* entry : choice.open_entries)
      if (evaluator.holds(entry->when)) add_gates(entry->gates, opened_);
    return opened_;
  }
  opened_ = {};
  return opened_;
}

const Route& Router::find(SlotTable& table, Evaluator& evaluator) {
  if (!describe(table)) {
    unknown_ = work_out(evaluator);
    return choose(unknown_, evaluator);
  }
  Known& known = known_[seeded_hash(key_) % known_events];
  if (!known.taken || known.key != key_) known = {true, key_, work_out(evaluator)};
  return choose(known.choices, evaluator);
}

}  // namespace sigrun
