// Takes the wanted values of a flat event, names and values, into a slot table: what JsonWalker does for JSON text.
//
// A name is one key, dots or not, as in {"a.b": 1}. Numbers that are none are values that cannot be decoded; truth values other than
// true and false are texts.
// Lifetimes: the table's views, bytes() and what is visited live until the next walk; the pairs are copied. Threads: one walker per
// thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "event/host_record.h"
#include "event/json_walker.h"
#include "event/slot_table.h"
#include "plan/path_trie.h"
#include "support/limits.h"

namespace sigrun {

class PairsWalker {
 public:
  using Outcome = JsonWalker::Outcome;

  PairsWalker(const PathTrie& paths, const Limits& limits);
  ~PairsWalker();

  Outcome walk(std::span<const NamedValue> pairs, SlotTable& table);

  // The rest as of MsgpackWalker.
  std::string_view bytes() const;
  Outcome outcome() const;
  void degrade();
  bool any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit);
  std::string_view top_level_keys();
  const std::string& problem() const;
  void write_json(std::string& out) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sigrun
