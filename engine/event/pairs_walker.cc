#include "event/pairs_walker.h"

#include <utility>
#include <vector>

#include "event/dotted_keys.h"
#include "event/key_names.h"
#include "event/known_keys.h"
#include "event/padded_bytes.h"
#include "event/plain_number.h"
#include "support/ascii_text.h"
#include "support/decimal.h"
#include "support/json_text.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

bool is_number_start(std::string_view text) {
  return !text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'));
}

}  // namespace

struct PairsWalker::State {
  const PathTrie& paths;
  const Limits& limits;
  KnownKeys known;
  DottedKeys dotted;
  PaddedBytes bytes;
  std::vector<NamedValue> pairs;  // views of `bytes`
  KeyNames top_level_keys;
  std::string problem, scratch;
  SlotTable* table = nullptr;
  bool degraded = false;

  State(const PathTrie& p, const Limits& l)
      : paths(p), limits(l), known(p, false), dotted(p.slot_count()) {}

  bool copy(std::span<const NamedValue> from) {
    size_t size = 0;
    for (const NamedValue& pair : from) size += pair.name.size() + pair.value.size();
    if (size > limits.event_bytes) {
      problem = "longer than event_bytes";
      return false;
    }
    bytes.clear();
    bytes.reserve(size + 1);
    pairs.clear();
    char* to = bytes.data();
    auto copied = [&](std::string_view text) {
      const std::string_view copy(to, text.size());
      to += text.copy(to, text.size());
      return copy;
    };
    for (const NamedValue& pair : from) pairs.push_back({copied(pair.name), copied(pair.value), pair.type});
    bytes.set_size(size);
    return true;
  }

  EventValue value_of(const NamedValue& pair) {
    EventValue value;
    value.raw = pair.value;
    switch (pair.type) {
      case PairType::null: value.kind = ValueKind::null; return value;
      case PairType::number:
        value.kind = ValueKind::number;
        if (is_plainly_sound_number(pair.value) || DecimalView::from_json(pair.value)) return value;
        // A number beyond every type still has its text; anything else has nothing.
        degraded = true;
        if (!is_valid_json(pair.value) || !is_number_start(pair.value)) value.kind = ValueKind::broken;
        return value;
      case PairType::truth:
        if (pair.value != "true" && pair.value != "false") break;
        value.kind = ValueKind::truth;
        value.truth = pair.value == "true";
        return value;
      case PairType::text: break;
    }
    value.kind = ValueKind::text;
    value.plain = value.sound = true;
    if (!is_ascii_padded(pair.value) && !is_valid_utf8(pair.value)) {
      degraded = true;
      scratch.clear();
      append_repaired_utf8(pair.value, scratch);
      value.raw = table->keep(scratch);
    }
    return value;
  }

  void walk() {
    const DottedKeys::Object object = dotted.begin_object(*table);
    KnownKeys::Id id = KnownKeys::event;
    bool first = true;
    for (const NamedValue& pair : pairs) {
      id = known.find(PathTrie::root, pair.name, id, std::exchange(first, false));
      const uint32_t target = known[id].target;
      if (target == no_id) continue;
      const SlotId slot = paths.node(target).slot;
      const size_t mark = table->size();
      if (slot != no_id) {
        if (table->size() >= limits.values_per_event) {
          degraded = true;
          continue;
        }
        const EventValue value = value_of(pair);
        EventValue& added = table->add(slot, value.kind, false, value.raw);
        added.truth = value.truth;
        added.plain = value.plain;
        added.sound = value.sound;
      }
      dotted.add_key(object, known[id].segments, mark, *table);
    }
    dotted.end_object(object, *table);
  }
};

PairsWalker::PairsWalker(const PathTrie& paths, const Limits& limits)
    : state_(std::make_unique<State>(paths, limits)) {}
PairsWalker::~PairsWalker() = default;

PairsWalker::Outcome PairsWalker::walk(std::span<const NamedValue> pairs, SlotTable& table) {
  State& state = *state_;
  state.table = &table;
  state.degraded = false;
  state.problem.clear();
  state.dotted.clear();
  if (state.copy(pairs)) state.walk();
  return outcome();
}

std::string_view PairsWalker::bytes() const { return state_->bytes.view(); }

JsonWalker::Outcome PairsWalker::outcome() const {
  if (!state_->problem.empty()) return Outcome::broken;
  return state_->degraded ? Outcome::degraded : Outcome::sound;
}

void PairsWalker::degrade() { state_->degraded = true; }

bool PairsWalker::any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit) {
  State& state = *state_;
  if (!state.problem.empty()) return false;
  state.table = &table;
  for (const NamedValue& pair : state.pairs) {
    const SlotTable::Mark mark = table.mark();
    EventValue value = state.value_of(pair);
    const bool enough = (value.kind == ValueKind::text || value.kind == ValueKind::number) && visit(value);
    if (enough) return true;  // and may want to show the value
    table.go_back(mark);
  }
  return false;
}

std::string_view PairsWalker::top_level_keys() {
  KeyNames& names = state_->top_level_keys;
  names.clear();
  for (const NamedValue& pair : state_->pairs) {
    if (names.full()) break;
    names.add(pair.name);
  }
  return names.joined();
}

const std::string& PairsWalker::problem() const { return state_->problem; }

void PairsWalker::write_json(std::string& out) const {
  out += '{';
  for (const NamedValue& pair : state_->pairs) {
    if (out.back() != '{') out += ',';
    append_json_string(pair.name, out);
    out += ':';
    const bool truth = pair.type == PairType::truth && (pair.value == "true" || pair.value == "false");
    if (pair.type == PairType::null)
      out += "null";
    else if (pair.type == PairType::number)
      out += is_valid_json(pair.value) && is_number_start(pair.value) ? pair.value : "null";
    else if (truth)
      out += pair.value;
    else
      append_json_string(pair.value, out);
  }
  out += '}';
}

}  // namespace sigrun
