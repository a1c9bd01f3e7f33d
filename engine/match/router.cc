#include "match/router.h"

#include <algorithm>
#include <cstring>

#include "support/seeded_hash.h"

namespace sigrun {
namespace {

constexpr size_t known_routes = 1024;
// Events whose routing fields have more bytes than this are routed each by itself.
constexpr size_t key_bytes = 512;

}  // namespace

Router::Router(const Plan& plan, const CandidateIndex& index)
    : plan_(plan), index_(index), asked_(plan.paths.slot_count(), Asked::nothing), known_(known_routes) {
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
  if (predicate.field == no_id || std::holds_alternative<FieldReferenceTest>(predicate.test)) {
    memorable_ = false;
    return;
  }
  bool presence = std::holds_alternative<sigma::Exists>(predicate.test);
  for (SlotId slot : plan_.fields[predicate.field].slots)
    asked_[slot] = std::max(asked_[slot], presence ? Asked::presence : Asked::value);
}

// Writes everything that routing may ask of the event into key_; false if that is too much.
bool Router::describe(SlotTable& table) {
  key_.clear();
  SlotId last_present = no_id;
  for (size_t i = 0; i < table.size(); ++i) {
    const EventValue& value = table.value(i);
    Asked asked = asked_[value.slot];
    if (asked == Asked::nothing || value.hidden) continue;
    if (asked == Asked::presence) {
      if (value.slot == last_present) continue;
      last_present = value.slot;
    }
    struct {
      SlotId slot;
      uint32_t size;
      ValueKind kind;
      bool in_array, truth;
      bool padding = false;
    } head{value.slot, 0, ValueKind::null, false, false};
    if (asked == Asked::value) {
      if (key_.size() + value.raw.size() > key_bytes) return false;
      head = {value.slot, static_cast<uint32_t>(value.raw.size()), value.kind, value.in_array, value.truth};
    }
    char bytes[sizeof head];
    std::memcpy(bytes, &head, sizeof head);
    key_.append(bytes, sizeof head);
    if (asked == Asked::value) key_ += value.raw;
  }
  return key_.size() <= key_bytes;
}

void Router::evaluate(Evaluator& evaluator, Route& route) const {
  route.view = nullptr;
  route.gates.clear();
  for (size_t i = 0; i < plan_.views.size(); ++i) {
    if (!evaluator.holds(plan_.views[i].recognise)) continue;
    route.view = &plan_.views[i];
    for (const ViewGates::Entry& entry : index_.views[i].entries) {
      if (entry.gates.empty() || (entry.when != no_id && !evaluator.holds(entry.when))) continue;
      for (uint32_t gate : entry.gates)
        if (std::find(route.gates.begin(), route.gates.end(), gate) == route.gates.end()) route.gates.push_back(gate);
    }
    return;
  }
}

const Route& Router::find(SlotTable& table, Evaluator& evaluator) {
  if (plan_.views.empty()) return unknown_;
  if (!memorable_ || !describe(table)) {
    evaluate(evaluator, unknown_);
    return unknown_;
  }
  Known& known = known_[seeded_hash(key_) % known_routes];
  // No event has the empty key of a place that was never taken: it would be one without any routing field, which is cheap.
  if (known.key != key_ || key_.empty()) {
    known.key = key_;
    evaluate(evaluator, known.route);
  }
  return known.route;
}

}  // namespace sigrun
