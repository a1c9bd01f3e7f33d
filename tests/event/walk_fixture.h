// A walker with a table of the paths that a test wants: what the tests of JSON, msgpack and pairs have in common.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "event/json_walker.h"
#include "event/slot_table.h"
#include "plan/path_trie.h"
#include "support/limits.h"

namespace sigrun::test {

template <class Walker>
struct WalkFixture {
  PathTrie paths;
  std::vector<uint32_t> added;
  Limits limits;
  std::unique_ptr<Walker> walker;
  std::unique_ptr<SlotTable> table;
  JsonWalker::Outcome outcome = JsonWalker::Outcome::broken;

  explicit WalkFixture(const std::vector<std::string>& wanted, const Limits& l = {}) : limits(l) {
    for (const std::string& path : wanted) added.push_back(paths.add(path));
    paths.freeze();
    walker = std::make_unique<Walker>(paths, limits);
    table = std::make_unique<SlotTable>(paths.slot_count());
  }

  // The values of the path that was named n-th: text, or the kind in angle brackets.
  std::string values(size_t n = 0) {
    std::string out;
    table->any_value(paths.slot_of(added[n]), [&](EventValue& value) {
      constexpr const char* kinds[] = {"<null>", "<truth>", "<number>", "<text>", "<object>", "<array>", "<broken>"};
      out += (out.empty() ? "" : " ") + (SlotTable::has_text(value) ? std::string(table->text(value)) : kinds[static_cast<size_t>(value.kind)]);
      return false;
    });
    return out;
  }

  // The event as it would be shown, of walkers that can.
  std::string json() {
    std::string out;
    walker->write_json(out);
    return out;
  }
};

}  // namespace sigrun::test
