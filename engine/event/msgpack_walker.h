// Walks one msgpack map and takes the wanted values into a slot table: what JsonWalker does for JSON text, and the same values.
//
// docs/decisions/2026-11-23-collectors.md says what each type of msgpack is taken as. The event is followed to its end, wanted or
// not: what is cut off, too deep, or has something behind it is broken.
// Lifetimes: the table's views, bytes() and what is visited live until the next walk. Threads: one walker per thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "event/json_walker.h"
#include "event/slot_table.h"
#include "plan/path_trie.h"
#include "support/limits.h"

namespace sigrun {

class MsgpackWalker {
 public:
  using Outcome = JsonWalker::Outcome;

  MsgpackWalker(const PathTrie& paths, const Limits& limits);
  ~MsgpackWalker();

  // Copies the event: it may lie at the end of what can be read.
  Outcome walk(std::string_view event, SlotTable& table);

  // The rest as of JsonWalker.
  std::string_view bytes() const;
  Outcome outcome() const;
  void degrade();
  bool any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit);
  std::string_view top_level_keys();
  const std::string& problem() const;

  // All numbers and times as texts, each behind a line's end, and event_padding readable bytes: texts stand in bytes() as they are,
  // these do not. Made when it is first asked for.
  std::string_view numbers();
  // The event as compact JSON. What cannot be written in JSON is null; pairs whose keys are no texts or integers are left out.
  void write_json(std::string& out) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sigrun
