#include "event/json_walker.h"

#include <simdjson.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "event/event_batch.h"
#include "event/json_string.h"
#include "support/decimal.h"
#include "support/utf8.h"

namespace sigrun {

static_assert(event_padding >= simdjson::SIMDJSON_PADDING, "batches must satisfy the parser's padding");

namespace {

namespace ondemand = simdjson::ondemand;

// A number that needs no second look: at most 15 digits, a plain fraction at most. Everything else is checked exactly.
bool is_plainly_sound_number(std::string_view text) {
  if (text.empty() || text.size() > 15) return false;
  size_t digits = text[0] == '-' ? 1 : 0;
  if (digits == text.size() || text[digits] < '1' || text[digits] > '9') return text == "0";
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(digits), text.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view trim_end(std::string_view token) {
  while (!token.empty() &&
         (token.back() == ' ' || token.back() == '\t' || token.back() == '\n' || token.back() == '\r'))
    token.remove_suffix(1);
  return token;
}

}  // namespace

struct JsonWalker::State {
  const PathTrie& paths;
  const Limits& limits;
  ondemand::parser parser;
  std::string repaired;    // a copy of the event with ill-formed UTF-8 replaced
  std::string_view bytes;  // what was walked: the event, or the copy
  std::string key_scratch;
  std::string problem;
  SlotTable* table = nullptr;
  bool degraded = false;

  // The values [begin, end) that a key of an object gave, and the key's length in segments of a path.
  struct KeyValues {
    uint32_t segments;
    size_t begin, end;
  };

  State(const PathTrie& p, const Limits& l) : paths(p), limits(l) {}

  // The raw text of a key, unescaped where it must be. Valid until the next key.
  std::string_view key_text(ondemand::field& field) {
    const char* begin = field.key().raw();
    const char* end = begin;
    bool escaped = false;
    while (*end != '"') {
      if (*end == '\\') escaped = true, ++end;
      ++end;
    }
    std::string_view raw(begin, static_cast<size_t>(end - begin));
    if (!escaped) return raw;
    key_scratch.clear();
    unescape_json(raw, key_scratch);
    return key_scratch;
  }

  // ---- values ----------------------------------------------------------------------------------------------------

  // Adds a scalar whose token is at hand; objects and arrays are handled by the callers.
  void classify(std::string_view token, EventValue& value) {
    token = trim_end(token);
    char first = token.empty() ? '\0' : token[0];
    if (first == '"') {
      value.kind = ValueKind::text;
      value.raw = token.substr(1, token.size() - 2);
    } else if (token == "true" || token == "false") {
      value.kind = ValueKind::truth;
      value.truth = token == "true";
    } else if (token == "null") {
      value.kind = ValueKind::null;
    } else if (is_plainly_sound_number(token) || Decimal::from_json(token)) {
      value.kind = ValueKind::number;
      value.raw = token;
    } else {
      degraded = true;
      // A number beyond every type still has its text; anything else has nothing.
      bool number = first == '-' || (first >= '0' && first <= '9');
      value.kind = number && token.find_first_not_of("+-.0123456789eE") == token.npos ? ValueKind::number
                                                                                      : ValueKind::broken;
      value.raw = token;
    }
  }

  bool too_many() {
    if (table->size() < limits.values_per_event) return false;
    degraded = true;
    return true;
  }

  simdjson::error_code take(ondemand::value value, uint32_t node, bool in_array) {
    const PathTrie::Node& wanted = paths.node(node);
    ondemand::json_type type;
    if (auto error = value.type().get(type)) {
      // A token that begins no JSON value.
      if (error != simdjson::TAPE_ERROR && error != simdjson::INCORRECT_TYPE) return error;
      if (wanted.slot != no_id && !too_many()) {
        degraded = true;
        EventValue broken;
        broken.kind = ValueKind::broken;
        broken.slot = wanted.slot;
        broken.in_array = in_array;
        table->add(broken);
      }
      return simdjson::SUCCESS;
    }
    EventValue taken;
    taken.slot = wanted.slot;
    taken.in_array = in_array;
    if (type == ondemand::json_type::object) {
      if (wanted.slot != no_id && !too_many()) {
        taken.kind = ValueKind::object;
        table->add(taken);
      }
      if (!wanted.has_children) return simdjson::SUCCESS;
      ondemand::object object;
      if (auto error = value.get_object().get(object)) return error;
      return walk_object(object, node);
    }
    if (type == ondemand::json_type::array) {
      if (wanted.slot != no_id && !too_many()) {
        taken.kind = ValueKind::array;
        table->add(taken);
      }
      ondemand::array array;
      if (auto error = value.get_array().get(array)) return error;
      for (auto element : array) {
        ondemand::value inner;
        if (auto error = element.get(inner)) return error;
        if (auto error = take(inner, node, true)) return error;
      }
      return simdjson::SUCCESS;
    }
    if (wanted.slot == no_id || too_many()) return simdjson::SUCCESS;
    std::string_view token;
    token = value.raw_json_token();
    classify(token, taken);
    table->add(taken);
    return simdjson::SUCCESS;
  }

  simdjson::error_code walk_object(ondemand::object& object, uint32_t node) {
    size_t object_mark = table->size();
    std::vector<KeyValues> keys;  // stays empty, and allocates nothing, in an object without dotted keys
    for (auto entry : object) {
      ondemand::field field;
      if (auto error = std::move(entry).get(field)) return error;
      uint32_t segments = 0;
      uint32_t target = paths.descend(node, key_text(field), segments);
      if (target == no_id) continue;
      size_t mark = table->size();
      if (auto error = take(field.value(), target, false)) return error;
      if (segments > 1 && keys.empty()) keys.push_back({1, object_mark, mark});
      if (!keys.empty()) keys.push_back({segments, mark, table->size()});
    }
    if (!keys.empty()) hide_shorter(keys);
    return simdjson::SUCCESS;
  }

  // For each path the longest key of the object that gave it a value wins; what shorter keys gave for it does not count.
  void hide_shorter(const std::vector<KeyValues>& keys) {
    auto for_each_value = [&](auto&& visit) {
      for (const KeyValues& key : keys)
        for (size_t i = key.begin; i < key.end; ++i)
          if (EventValue& value = table->value(i); !value.hidden) visit(key.segments, value);
    };
    bool contested = false;
    for_each_value(
        [&](uint32_t, EventValue& value) { contested = contested || table->has_several(value.slot); });
    if (!contested) return;
    std::unordered_map<SlotId, uint32_t> longest;
    for_each_value([&](uint32_t segments, EventValue& value) {
      uint32_t& known = longest[value.slot];
      known = std::max(known, segments);
    });
    for_each_value(
        [&](uint32_t segments, EventValue& value) { value.hidden = segments < longest[value.slot]; });
  }

  // ---- the whole event -------------------------------------------------------------------------------------------

  simdjson::error_code iterate(ondemand::document& document) {
    return parser.iterate(bytes.data(), bytes.size(), bytes.size() + event_padding).get(document);
  }

  simdjson::error_code walk_document() {
    ondemand::document document;
    if (auto error = iterate(document)) return error;
    ondemand::object object;
    if (auto error = document.get_object().get(object)) return error;
    return walk_object(object, PathTrie::root);
  }

  // ---- keywords --------------------------------------------------------------------------------------------------

  simdjson::error_code visit_scalars(ondemand::value value, const std::function<bool(EventValue&)>& visit,
                                     bool& stopped) {
    ondemand::json_type type;
    if (auto error = value.type().get(type))
      return error == simdjson::TAPE_ERROR || error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
    if (type == ondemand::json_type::object) {
      ondemand::object object;
      if (auto error = value.get_object().get(object)) return error;
      return visit_object(object, visit, stopped);
    }
    if (type == ondemand::json_type::array) {
      ondemand::array array;
      if (auto error = value.get_array().get(array)) return error;
      for (auto element : array) {
        ondemand::value inner;
        if (auto error = element.get(inner)) return error;
        if (auto error = visit_scalars(inner, visit, stopped)) return error;
        if (stopped) return simdjson::SUCCESS;
      }
      return simdjson::SUCCESS;
    }
    std::string_view token = value.raw_json_token();
    EventValue scalar;
    classify(token, scalar);
    if (scalar.kind == ValueKind::text && !is_sound_padded_json_string(scalar.raw)) degraded = true;
    if (scalar.kind == ValueKind::text || scalar.kind == ValueKind::number) stopped = visit(scalar);
    return simdjson::SUCCESS;
  }

  simdjson::error_code visit_object(ondemand::object& object, const std::function<bool(EventValue&)>& visit,
                                    bool& stopped) {
    for (auto entry : object) {
      ondemand::field field;
      if (auto error = std::move(entry).get(field)) return error;
      if (auto error = visit_scalars(field.value(), visit, stopped)) return error;
      if (stopped) return simdjson::SUCCESS;
    }
    return simdjson::SUCCESS;
  }
};

JsonWalker::JsonWalker(const PathTrie& paths, const Limits& limits)
    : state_(std::make_unique<State>(paths, limits)) {}
JsonWalker::~JsonWalker() = default;

JsonWalker::Outcome JsonWalker::walk(std::string_view event, SlotTable& table) {
  State& state = *state_;
  state.table = &table;
  state.degraded = false;
  state.problem.clear();
  state.bytes = event;
  auto error = state.walk_document();
  if (error == simdjson::UTF8_ERROR) {
    table.reset();
    state.repaired = repair_utf8(event);
    size_t size = state.repaired.size();
    state.repaired.append(event_padding, '\0');
    state.bytes = std::string_view(state.repaired.data(), size);
    error = state.walk_document();
    state.degraded = true;
  }
  if (error) {
    state.problem = simdjson::error_message(error);
    return Outcome::broken;
  }
  return outcome();
}

bool JsonWalker::any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit) {
  State& state = *state_;
  state.table = &table;
  bool stopped = false;
  ondemand::document document;
  ondemand::object object;
  auto error = state.iterate(document);
  if (!error) error = document.get_object().get(object);
  if (!error) error = state.visit_object(object, visit, stopped);
  if (error) state.degraded = true;  // the first walk skipped what this one could not follow
  return stopped;
}

std::string_view JsonWalker::bytes() const { return state_->bytes; }
void JsonWalker::degrade() { state_->degraded = true; }

JsonWalker::Outcome JsonWalker::outcome() const {
  if (!state_->problem.empty()) return Outcome::broken;
  return state_->degraded ? Outcome::degraded : Outcome::sound;
}

std::string JsonWalker::top_level_keys() const {
  State& state = *state_;
  std::vector<std::string> keys;
  ondemand::document document;
  ondemand::object object;
  if (state.iterate(document) || document.get_object().get(object)) return {};
  for (auto entry : object) {
    ondemand::field field;
    if (std::move(entry).get(field)) break;
    keys.emplace_back(state.key_text(field));
    if (keys.size() == 12) break;
  }
  std::sort(keys.begin(), keys.end());
  std::string joined;
  for (const std::string& key : keys) joined += (joined.empty() ? "" : ",") + key.substr(0, 64);
  return joined;
}

const std::string& JsonWalker::problem() const { return state_->problem; }

}  // namespace sigrun
