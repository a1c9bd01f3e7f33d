// Compiles what rules ask of values, each distinct question once: many rules ask the same, and a rule asks it again under each
// table's spelling of its fields.
//
// One thread; add_all() spreads its work by the function that it is given.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "plan/plan.h"
#include "sigma/value.h"
#include "support/for_each.h"
#include "support/limits.h"

namespace sigrun {

using TestId = uint32_t;

class TestPool {
 public:
  // Tests are appended to `tests`, which names them by their places and must outlive the pool.
  TestPool(std::deque<Test>& tests, const Limits& limits) : tests_(tests), limits_(limits) {}

  // The tests of several lists of values. A comparison with another field has no test before the field's spelling is known: no_id.
  std::vector<std::vector<TestId>> add_all(const std::vector<std::vector<const sigma::Value*>>& lists,
                                           const ForEach& for_each);
  TestId add_reference(FieldReferenceTest test);
  // Values that are added from now on get tests of their own.
  void forget() { known_ = {}; }

 private:
  std::deque<Test>& tests_;
  const Limits& limits_;
  std::unordered_map<std::string, TestId> known_;
};

}  // namespace sigrun
