// What the machine can do at all with the same bytes, whatever the rules:
//
//   memchr  find the line ends
//   walk    simdjson's On-Demand: every key, no value
//   dom     a document tree of every event: the yardstick, "just parse the JSON"
//
// Order of calls: construct, stages(); the object and the text must live as long as the stages. `text` must
// have room for simdjson's padding behind its end. Threads: one at a time.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <vector>

#include "stage.h"

namespace sigrun::bench {

class Yardsticks {
 public:
  explicit Yardsticks(const std::string& text) : text_(text) {}
  std::vector<Stage> stages();

 private:
  uint64_t count_lines() const;
  uint64_t walk();
  uint64_t parse();
  template <class Visit>
  void for_each_line(Visit&& visit) const;

  const std::string& text_;
  simdjson::ondemand::parser walker_;
  simdjson::dom::parser parser_;
};

}  // namespace sigrun::bench
