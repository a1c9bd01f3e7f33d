#include "event/msgpack_walker.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "event/dotted_keys.h"
#include "event/key_names.h"
#include "event/known_keys.h"
#include "event/msgpack.h"
#include "event/padded_bytes.h"
#include "event/timestamp.h"
#include "support/ascii_text.h"
#include "support/json_text.h"
#include "support/utf8.h"

namespace sigrun {
namespace {

using Kind = MsgpackToken::Kind;

// Room for every number, and for the fifteen bytes that follow a value.
using NumberText = std::array<char, 64>;

// As JSON writes it; empty for what JSON has no number for.
std::string_view number_text(const MsgpackToken& token, NumberText& out) {
  char* const begin = out.data();
  char* const end = begin + out.size() - 16;
  if (token.kind == Kind::integer)
    return {begin, static_cast<size_t>(std::to_chars(begin, end, token.integer).ptr - begin)};
  if (token.kind == Kind::large)
    return {begin, static_cast<size_t>(std::to_chars(begin, end, token.large).ptr - begin)};
  if (!std::isfinite(token.real)) return {};
  char* at = token.single ? std::to_chars(begin, end, static_cast<float>(token.real)).ptr
                          : std::to_chars(begin, end, token.real).ptr;
  const std::string_view written(begin, static_cast<size_t>(at - begin));
  // A whole number of this type is told from an integer.
  if (written.find_first_of(".e") == written.npos) *at++ = '.', *at++ = '0';
  return {begin, static_cast<size_t>(at - begin)};
}

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// The time of the extension type −1.
std::optional<TimeText> time_text(const MsgpackToken& token) {
  int64_t seconds = 0;
  uint64_t nanoseconds = 0;
  if (token.type != -1) return {};
  switch (token.data.size()) {
    case 4: seconds = static_cast<int64_t>(big_endian(token.data)); break;
    case 8: {
      const uint64_t both = big_endian(token.data);
      nanoseconds = both >> 34;
      seconds = static_cast<int64_t>(both & ((uint64_t{1} << 34) - 1));
      break;
    }
    case 12:
      nanoseconds = big_endian(token.data.substr(0, 4));
      seconds = static_cast<int64_t>(big_endian(token.data.substr(4)));
      break;
    default: return {};
  }
  constexpr int64_t second = 1'000'000'000, most_seconds = INT64_MAX / second - 1;
  if (nanoseconds >= second || seconds > most_seconds || seconds < -most_seconds) return {};
  return format_time(seconds * second + static_cast<int64_t>(nanoseconds));
}

bool is_text(const MsgpackToken& token) { return token.kind == Kind::text || token.kind == Kind::bytes; }
bool is_number(const MsgpackToken& token) {
  return token.kind == Kind::integer || token.kind == Kind::large || token.kind == Kind::real;
}
bool is_key(const MsgpackToken& token) {
  return is_text(token) || token.kind == Kind::integer || token.kind == Kind::large;
}
// How many values follow that belong to it.
uint64_t values_in(const MsgpackToken& token) {
  if (token.kind == Kind::map) return uint64_t{2} * token.count;
  return token.kind == Kind::array ? token.count : 0;
}

}  // namespace

struct MsgpackWalker::State {
  const PathTrie& paths;
  const Limits& limits;
  KnownKeys known;
  DottedKeys dotted;
  PaddedBytes event;
  bool numbers_made = false;
  KeyNames top_level_keys;
  std::string problem, scratch, numbers;  // the last one with its padding
  SlotTable* table = nullptr;
  std::optional<MsgpackReader> reader;
  bool degraded = false;
  size_t depth = 0;
  std::vector<uint64_t> open;  // of skip(): values that are left in each array and map

  State(const PathTrie& p, const Limits& l)
      : paths(p), limits(l), known(p, false), dotted(p.slot_count()) {}

  bool fail(std::string_view why) {
    if (problem.empty()) problem = why;
    return false;
  }
  bool next(MsgpackToken& token) {
    if (reader->next(token)) return true;
    return fail(reader->problem() ? reader->problem() : "msgpack: cut off");
  }
  bool enter() { return ++depth <= limits.event_depth || fail("nested deeper than event_depth"); }

  // Goes behind what `token` begins.
  bool skip(const MsgpackToken& token) { return values_in(token) == 0 || skip_inner(token); }
  bool skip_inner(const MsgpackToken& token) {
    open.clear();
    for (MsgpackToken at = token;;) {
      if (const uint64_t values = values_in(at); values > 0) {
        if (depth + open.size() >= limits.event_depth) return fail("nested deeper than event_depth");
        open.push_back(values);
      }
      while (!open.empty() && open.back() == 0) open.pop_back();
      if (open.empty()) return true;
      --open.back();
      if (!next(at)) return false;
    }
  }

  bool too_many() {
    if (table->size() < limits.values_per_event) return false;
    return degraded = true;
  }

  // Well-formed, and with room behind it.
  std::string_view sound_text(std::string_view text) {
    if (is_ascii_padded(text) || is_valid_utf8(text)) [[likely]]
      return text;
    degraded = true;
    scratch.clear();
    append_repaired_utf8(text, scratch);
    return table->keep(scratch);
  }

  void add_scalar(const MsgpackToken& token, SlotId slot, bool in_array) {
    switch (token.kind) {
      case Kind::nil: table->add(slot, ValueKind::null, in_array); return;
      case Kind::truth: table->add(slot, ValueKind::truth, in_array).truth = token.truth; return;
      case Kind::text:
      case Kind::bytes: table->add_plain(slot, in_array, sound_text(token.data)); return;
      case Kind::integer:
      case Kind::large:
      case Kind::real: {
        NumberText room;
        if (const std::string_view text = number_text(token, room); !text.empty()) {
          table->add(slot, ValueKind::number, in_array, table->keep(text));
          return;
        }
        break;
      }
      case Kind::extension:
        if (const auto time = time_text(token)) {
          table->add_plain(slot, in_array, table->keep(*time));
          return;
        }
        break;
      default: break;
    }
    degraded = true;
    table->add(slot, ValueKind::broken, in_array);
  }

  // Takes what `token` begins, which `held_by` holds, for the paths from `node` on.
  bool take(const MsgpackToken& token, uint32_t node, KnownKeys::Id held_by, bool in_array) {
    const PathTrie::Node& wanted = paths.node(node);
    const bool takes = wanted.slot != no_id && !too_many();
    if (token.kind == Kind::text) [[likely]] {
      if (takes) table->add_plain(wanted.slot, in_array, sound_text(token.data));
      return true;
    }
    if (token.kind == Kind::map) {
      if (takes) table->add(wanted.slot, ValueKind::object, in_array);
      return wanted.has_children ? take_map(token.count, node, held_by) : skip(token);
    }
    if (token.kind == Kind::array) {
      if (takes) table->add(wanted.slot, ValueKind::array, in_array);
      return take_array(token.count, node, held_by);
    }
    if (takes) add_scalar(token, wanted.slot, in_array);
    return true;
  }

  bool take_array(uint32_t count, uint32_t node, KnownKeys::Id held_by) {
    if (!enter()) return false;
    MsgpackToken token;
    for (uint32_t i = 0; i < count; ++i)
      if (!next(token) || !take(token, node, held_by, true)) return false;
    --depth;
    return true;
  }

  bool take_map(uint32_t count, uint32_t node, KnownKeys::Id held_by) {
    if (!enter()) return false;
    const DottedKeys::Object object = dotted.begin_object(*table);
    KnownKeys::Id id = held_by;
    bool first = true;
    MsgpackToken token;
    for (uint32_t i = 0; i < count; ++i) {
      if (!next(token)) return false;
      if (!is_key(token)) {
        degraded = true;
        if (!skip(token) || !next(token) || !skip(token)) return false;
        continue;
      }
      NumberText room;
      const std::string_view key = is_text(token) ? token.data : number_text(token, room);
      id = known.find(node, key, id, first);
      first = false;
      if (!next(token)) return false;
      const uint32_t target = known[id].target, segments = known[id].segments;
      if (target == no_id) {
        if (!skip(token)) return false;
        continue;
      }
      const size_t mark = table->size();
      if (!take(token, target, id, false)) return false;
      dotted.add_key(object, segments, mark, *table);
    }
    dotted.end_object(object, *table);
    --depth;
    return true;
  }

  void walk() {
    MsgpackToken token;
    if (event.size() > limits.event_bytes) return void(fail("longer than event_bytes"));
    if (!next(token)) return;
    if (token.kind != Kind::map) return void(fail("msgpack: the event is not a map"));
    if (take_map(token.count, PathTrie::root, KnownKeys::event) && !reader->at_end())
      fail("msgpack: something is behind the event");
  }

  // Calls visit(token, is_key) for every token; true to stop. The event has been walked, and is in order.
  template <class Visit>
  bool any_token(Visit&& visit) const {
    struct Level {
      uint64_t left;
      bool map;
    };
    std::vector<Level> levels;
    MsgpackReader again(event.view());
    for (MsgpackToken token; again.next(token);) {
      const bool key = !levels.empty() && levels.back().map && levels.back().left % 2 == 0;
      if (visit(token, key)) return true;
      if (!levels.empty()) --levels.back().left;
      if (values_in(token) > 0) levels.push_back({values_in(token), token.kind == Kind::map});
      while (!levels.empty() && levels.back().left == 0) levels.pop_back();
    }
    return false;
  }

  void write_numbers() {
    numbers.clear();
    any_token([&](const MsgpackToken& token, bool key) {
      if (key) return false;
      NumberText room;
      if (is_number(token))
        (numbers += '\n') += number_text(token, room);
      else if (const auto time = token.kind == Kind::extension ? time_text(token) : std::nullopt)
        (numbers += '\n') += *time;
      return false;
    });
    numbers.append(event_padding, '\0');
  }

  // Returns the number of tokens' values written: the reader is behind what `token` began.
  void write(MsgpackReader& from, const MsgpackToken& token, std::string& out) const {
    NumberText room;
    switch (token.kind) {
      case Kind::truth: out += token.truth ? "true" : "false"; return;
      case Kind::text:
      case Kind::bytes: append_json_string(token.data, out); return;
      case Kind::integer:
      case Kind::large:
      case Kind::real: {
        const std::string_view text = number_text(token, room);
        out += text.empty() ? "null" : text;
        return;
      }
      case Kind::extension:
        if (const auto time = time_text(token)) return append_json_string(*time, out);
        out += "null";
        return;
      case Kind::array: return write_array(from, token.count, out);
      case Kind::map: return write_map(from, token.count, out);
      case Kind::nil: out += "null"; return;
    }
  }
  void write_array(MsgpackReader& from, uint32_t count, std::string& out) const {
    out += '[';
    MsgpackToken token;
    for (uint32_t i = 0; i < count && from.next(token); ++i) {
      if (i > 0) out += ',';
      write(from, token, out);
    }
    out += ']';
  }
  void write_map(MsgpackReader& from, uint32_t count, std::string& out) const {
    out += '{';
    MsgpackToken token;
    std::string left_out;
    for (uint32_t i = 0; i < count && from.next(token); ++i) {
      if (!is_key(token)) {
        left_out.clear();
        write(from, token, left_out);
        if (from.next(token)) write(from, token, left_out);
        continue;
      }
      if (out.back() != '{') out += ',';
      NumberText room;
      append_json_string(is_text(token) ? token.data : number_text(token, room), out);
      out += ':';
      if (from.next(token)) write(from, token, out);
    }
    out += '}';
  }
};

MsgpackWalker::MsgpackWalker(const PathTrie& paths, const Limits& limits)
    : state_(std::make_unique<State>(paths, limits)) {}
MsgpackWalker::~MsgpackWalker() = default;

MsgpackWalker::Outcome MsgpackWalker::walk(std::string_view event, SlotTable& table) {
  State& state = *state_;
  state.table = &table;
  state.degraded = state.numbers_made = false;
  state.problem.clear();
  state.dotted.clear();
  state.depth = 0;
  state.event.clear();
  state.event.append(event);
  state.reader.emplace(state.event.view());
  state.walk();
  return outcome();
}

std::string_view MsgpackWalker::bytes() const { return state_->event.view(); }

JsonWalker::Outcome MsgpackWalker::outcome() const {
  if (!state_->problem.empty()) return Outcome::broken;
  return state_->degraded ? Outcome::degraded : Outcome::sound;
}

void MsgpackWalker::degrade() { state_->degraded = true; }

bool MsgpackWalker::any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit) {
  State& state = *state_;
  if (!state.problem.empty()) return false;
  state.table = &table;
  return state.any_token([&](const MsgpackToken& token, bool key) {
    if (key) return false;
    const SlotTable::Mark mark = table.mark();
    EventValue value;
    if (is_text(token)) {
      value.kind = ValueKind::text;
      value.plain = value.sound = true;
      value.raw = state.sound_text(token.data);
    } else if (is_number(token)) {
      NumberText room;
      value.kind = ValueKind::number;
      value.raw = table.keep(number_text(token, room));
    } else if (const auto time = token.kind == Kind::extension ? time_text(token) : std::nullopt) {
      value.kind = ValueKind::text;
      value.plain = value.sound = true;
      value.raw = table.keep(*time);
    } else {
      if (token.kind == Kind::extension) state.degraded = true;
      return false;
    }
    const bool enough = !(value.kind == ValueKind::number && value.raw.empty()) && visit(value);
    if (!enough) table.go_back(mark);  // whoever stops may want to show the value
    return enough;
  });
}

std::string_view MsgpackWalker::numbers() {
  State& state = *state_;
  if (!std::exchange(state.numbers_made, true)) state.write_numbers();
  return std::string_view(state.numbers).substr(0, state.numbers.size() - event_padding);
}

std::string_view MsgpackWalker::top_level_keys() {
  State& state = *state_;
  KeyNames& names = state.top_level_keys;
  names.clear();
  if (!state.problem.empty()) return {};
  MsgpackReader again(state.event.view());
  MsgpackToken token;
  again.next(token);
  state.reader = again;
  state.depth = 0;
  for (uint32_t left = token.count; left > 0 && !names.full() && state.reader->next(token); --left) {
    NumberText room;
    if (is_key(token)) names.add(is_text(token) ? token.data : number_text(token, room));
    if (!state.skip(token) || !state.reader->next(token) || !state.skip(token)) break;
  }
  return names.joined();
}

const std::string& MsgpackWalker::problem() const { return state_->problem; }

void MsgpackWalker::write_json(std::string& out) const {
  if (!state_->problem.empty()) return;
  MsgpackReader from(state_->event.view());
  if (MsgpackToken token; from.next(token)) state_->write(from, token, out);
}

}  // namespace sigrun
