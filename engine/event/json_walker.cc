#include "event/json_walker.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "event/dotted_keys.h"
#include "event/event_batch.h"
#include "event/json_string.h"
#include "event/json_tokens.h"
#include "event/key_names.h"
#include "event/known_keys.h"
#include "event/plain_number.h"
#include "support/decimal.h"
#include "support/utf8.h"

namespace sigrun {

namespace {

std::string_view trim_end(std::string_view token) {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\t' || token.back() == '\n' || token.back() == '\r'))
    token.remove_suffix(1);
  return token;
}

}  // namespace

// The walk follows an event's tokens. The framer has seen to it that they are in order; where they are not, the walk stops, and
// reads nothing beyond them.
struct JsonWalker::State {
  const PathTrie& paths;
  const Limits& limits;
  KnownKeys known;
  JsonTokens tokens;
  const uint32_t* places = nullptr;  // of the tokens, in the bytes
  uint32_t token_count = 0;
  std::shared_ptr<std::string> repaired;  // a copy of the event with ill-formed UTF-8 replaced
  bool repaired_taken = false;            // others have it, too
  std::string_view bytes;                 // what was walked: the event, or the copy
  std::string key_scratch;
  KeyNames top_level_keys;
  std::string problem;
  SlotTable* table = nullptr;
  bool degraded = false;
  bool lost = false;  // the tokens are not in order
  size_t depth = 0;

  DottedKeys dotted;

  State(const PathTrie& p, const Limits& l) : paths(p), limits(l), known(p), dotted(p.slot_count()) {}

  // ---- tokens ----------------------------------------------------------------------------------------------------

  // Behind the last token: a zero byte.
  char first_byte(uint32_t token) const { return bytes.data()[places[token]]; }

  // The tokens are not in order: whoever asks for more finds the end.
  uint32_t lose() {
    lost = true;
    return token_count;
  }

  // A scalar as it is written. There is always a token behind it: the end of what it is in.
  std::string_view scalar(uint32_t token) const {
    return trim_end(bytes.substr(places[token], places[token + 1] - places[token]));
  }

  // The text of the key at `token`, unescaped where it must be. Valid until the next key.
  std::string_view key_text(uint32_t token) {
    const std::string_view raw = between_quotes(token);
    if (raw.find('\\') == raw.npos) [[likely]]
      return raw;
    key_scratch.clear();
    unescape_json(raw, key_scratch);
    return key_scratch;
  }

  // The token behind the value that begins at `token`, which nobody wants.
  uint32_t behind(uint32_t token) {
    if (first_byte(token) == '"') return token + 1;
    size_t open = 0;
    for (; token < token_count; ++token) {
      const char byte = first_byte(token);
      if (byte == '{' || byte == '[') {
        ++open;
        continue;
      }
      if (byte == '}' || byte == ']') {
        if (open == 0) break;
        --open;
      } else if (open == 0 && (byte == ',' || byte == ':')) {
        break;
      }
      if (open == 0) return token + 1;
    }
    return lose();
  }

  // ---- values ----------------------------------------------------------------------------------------------------

  // What a scalar other than a text is, from what is written.
  EventValue classified(std::string_view written) {
    EventValue value;
    const char first = written.empty() ? '\0' : written[0];
    if (written == "true" || written == "false") {
      value.kind = ValueKind::truth;
      value.truth = written == "true";
    } else if (written == "null") {
      value.kind = ValueKind::null;
    } else if (is_plainly_sound_number(written) || DecimalView::from_json(written)) {
      value.kind = ValueKind::number;
      value.raw = written;
    } else {
      degraded = true;
      // A number beyond every type still has its text; anything else has nothing.
      const bool number = first == '-' || (first >= '0' && first <= '9');
      value.kind = number && written.find_first_not_of("+-.0123456789eE") == written.npos ? ValueKind::number
                                                                                          : ValueKind::broken;
      value.raw = written;
    }
    return value;
  }

  // What stands between the quotes of the text at `token`. There is always a token behind it: the end of what it is in.
  std::string_view between_quotes(uint32_t token) const {
    const char* const begin = bytes.data() + places[token] + 1;
    const char* end = bytes.data() + places[token + 1] - 1;
    while (*end != '"' && end > begin) --end;
    return {begin, static_cast<size_t>(end - begin)};
  }

  bool too_many() {
    if (table->size() < limits.values_per_event) return false;
    degraded = true;
    return true;
  }

  // Takes the value at `token`, which `held_by` holds, for the paths from `node` on. Returns the token behind it.
  uint32_t take(uint32_t token, uint32_t node, KnownKeys::Id held_by, bool in_array) {
    const PathTrie::Node& wanted = paths.node(node);
    const bool takes = wanted.slot != no_id && !too_many();
    switch (first_byte(token)) {
      case '"':
        if (token >= token_count) return lose();
        if (takes) table->add(wanted.slot, ValueKind::text, in_array, between_quotes(token));
        return token + 1;
      case '{':
        if (takes) table->add(wanted.slot, ValueKind::object, in_array);
        return wanted.has_children ? walk_object(token, node, held_by) : behind(token);
      case '[':
        if (takes) table->add(wanted.slot, ValueKind::array, in_array);
        return walk_array(token, node, held_by);
      case '}':
      case ']':
      case ':':
      case ',': return lose();
      default: break;
    }
    if (token >= token_count) return lose();
    if (takes) {
      const EventValue value = classified(scalar(token));
      table->add(wanted.slot, value.kind, in_array, value.raw).truth = value.truth;
    }
    return token + 1;
  }

  uint32_t walk_array(uint32_t token, uint32_t node, KnownKeys::Id held_by) {
    if (++depth > limits.event_depth) return lose();
    if (first_byte(++token) != ']') {
      for (;; ++token) {
        token = take(token, node, held_by, true);
        if (first_byte(token) != ',') break;
      }
      if (first_byte(token) != ']') return lose();
    }
    --depth;
    return token + 1;
  }

  // Of an object only the keys on a path are looked into.
  uint32_t walk_object(uint32_t token, uint32_t node, KnownKeys::Id held_by) {
    if (++depth > limits.event_depth) return lose();
    const DottedKeys::Object object = dotted.begin_object(*table);
    if (first_byte(++token) != '}') {
      KnownKeys::Id id = held_by;
      for (bool first = true;; ++token, first = false) {
        if (first_byte(token) != '"' || first_byte(token + 1) != ':') return lose();
        id = known.find(node, between_quotes(token), id, first);
        const uint32_t target = known[id].target, segments = known[id].segments;
        token += 2;
        if (target == no_id) {
          token = behind(token);
        } else {
          const size_t mark = table->size();
          token = take(token, target, id, false);
          dotted.add_key(object, segments, mark, *table);
        }
        if (first_byte(token) != ',') break;
      }
      if (first_byte(token) != '}') return lose();
    }
    dotted.end_object(object, *table);
    --depth;
    return token + 1;
  }

  // ---- the whole event -------------------------------------------------------------------------------------------

  JsonTokens::Outcome find_tokens() {
    const JsonTokens::Outcome outcome = tokens.find(bytes);
    places = tokens.places();
    token_count = tokens.count();
    if (outcome == JsonTokens::Outcome::broken) problem = tokens.problem();
    return outcome;
  }

  void walk_document() {
    lost = false;
    depth = 0;
    dotted.clear();
    const bool whole = token_count > 0 && first_byte(0) == '{' &&
                       walk_object(0, PathTrie::root, KnownKeys::event) == token_count;
    if (!whole || lost) problem = "the object's structure cannot be followed";
  }
};

JsonWalker::JsonWalker(const PathTrie& paths, const Limits& limits)
    : state_(std::make_unique<State>(paths, limits)) {}
JsonWalker::~JsonWalker() = default;

JsonWalker::Outcome JsonWalker::walk(std::string_view event, SlotTable& table,
                                     std::span<const uint32_t> tokens) {
  State& state = *state_;
  state.table = &table;
  state.degraded = false;
  state.problem.clear();
  state.bytes = event;
  auto found = JsonTokens::Outcome::found;
  if (tokens.empty()) {
    found = state.find_tokens();
  } else {
    state.places = tokens.data();
    state.token_count = static_cast<uint32_t>(tokens.size() - 1);
  }
  if (found == JsonTokens::Outcome::ill_formed_utf8) {
    if (!state.repaired || std::exchange(state.repaired_taken, false))
      state.repaired = std::make_shared<std::string>();
    std::string& repaired = *state.repaired;
    repaired.clear();
    append_repaired_utf8(event, repaired);
    const size_t size = repaired.size();
    repaired.append(event_padding, '\0');
    state.bytes = std::string_view(repaired.data(), size);
    found = state.find_tokens();
    state.degraded = true;
  }
  if (found == JsonTokens::Outcome::found) state.walk_document();
  if (!state.problem.empty()) state.token_count = 0;
  return outcome();
}

bool JsonWalker::any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit) {
  State& state = *state_;
  state.table = &table;
  for (uint32_t token = 0; token < state.token_count; ++token) {
    switch (state.first_byte(token)) {
      case '{':
      case '}':
      case '[':
      case ']':
      case ':':
      case ',': continue;
      default: break;
    }
    if (state.first_byte(token + 1) == ':') continue;  // a key
    EventValue value;
    if (state.first_byte(token) == '"') {
      value.kind = ValueKind::text;
      value.raw = state.between_quotes(token);
    } else {
      value = state.classified(state.scalar(token));
    }
    if (value.kind == ValueKind::text && !is_sound_padded_json_string(value.raw)) state.degraded = true;
    if (value.kind != ValueKind::text && value.kind != ValueKind::number) continue;
    const SlotTable::Mark mark = table.mark();
    const bool enough = visit(value);
    table.go_back(mark);
    if (enough) return true;
  }
  return false;
}

std::string_view JsonWalker::bytes() const { return state_->bytes; }

std::shared_ptr<const std::string> JsonWalker::repaired() {
  State& state = *state_;
  if (!state.repaired || state.bytes.data() != state.repaired->data()) return {};
  state.repaired_taken = true;
  return state.repaired;
}

void JsonWalker::degrade() { state_->degraded = true; }

JsonWalker::Outcome JsonWalker::outcome() const {
  if (!state_->problem.empty()) return Outcome::broken;
  return state_->degraded ? Outcome::degraded : Outcome::sound;
}

std::string_view JsonWalker::top_level_keys() {
  State& state = *state_;
  KeyNames& names = state.top_level_keys;
  names.clear();
  for (uint32_t token = 1; token < state.token_count && state.first_byte(token) == '"' && !names.full();) {
    names.add(state.key_text(token));
    token = state.behind(token + 2) + 1;
  }
  return names.joined();
}

const std::string& JsonWalker::problem() const { return state_->problem; }

}  // namespace sigrun
