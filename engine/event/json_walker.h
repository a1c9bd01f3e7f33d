// Walks one JSON object by the tokens that simdjson finds and takes the wanted values into a slot table.
//
// The event has been framed (event_reader.h), so its brackets, strings, colons and commas are in order. Values nobody wants are
// skipped unread. Duplicate keys give several values; keys are compared after unescaping; at each object the longest literal
// key that leads to a value of a path hides shorter ones ("a.b" hides a: {b:}); arrays are opened at every level.
// Threads: one walker per thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "event/slot_table.h"
#include "plan/path_trie.h"
#include "support/limits.h"

namespace sigrun {

class JsonWalker {
 public:
  JsonWalker(const PathTrie& paths, const Limits& limits);
  ~JsonWalker();

  enum class Outcome : uint8_t {
    sound,     // every wanted value was read; texts are checked by those who know which of them matter
    degraded,  // a wanted value could not be decoded, or the bytes were repaired; everything else was read
    broken,    // the object's structure could not be followed: the event must be rejected
  };

  // `event` must be followed by event_padding readable bytes. `tokens`: as of EventBatch::tokens_of, where they are known; they
  // must live until the next walk. The table's views live as long as `event` and the walker's next walk.
  Outcome walk(std::string_view event, SlotTable& table, std::span<const uint32_t> tokens = {});

  // What was walked: the event, or a copy with ill-formed UTF-8 replaced. Followed by event_padding readable bytes.
  std::string_view bytes() const;

  // The outcome so far of the event walked last. Visiting keyword values may lower it: they are wanted, too.
  Outcome outcome() const;

  // The copy, null where the event itself was walked. Whoever takes it may keep it: the next one that is needed
  // is another.
  std::shared_ptr<const std::string> repaired();

  // Lowers the outcome: what the event asks for was not done to its end (Limits::reference_pairs).
  void degrade();

  // Every text and number of the walked event, for keywords: `visit` gets a value and returns true to stop.
  bool any_scalar(SlotTable& table, const std::function<bool(EventValue&)>& visit);

  // The top-level keys of the walked event, joined by commas: to describe what no table recognises. Valid until the next call.
  std::string_view top_level_keys();

  const std::string& problem() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sigrun
