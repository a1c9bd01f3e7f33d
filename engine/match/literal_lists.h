// Long lists of texts for one field (`Image|endswith: [… 200 names …]`): looked up in an index instead of one by one.
//
// Built once from a plan, immutable, shared by all threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "match/text_index.h"
#include "plan/plan.h"

namespace sigrun {

// Calls a function with every number below a count, perhaps several at once.
using ForEach = std::function<void(size_t count, const std::function<void(size_t)>& visit)>;

struct LiteralList {
  FieldId field = no_id;
  TextIndex index;
};

class LiteralLists {
 public:
  LiteralLists(const Plan& plan, const ForEach& for_each);
  // Null: the node is no such list.
  const LiteralList* of(NodeId node) const {
    return list_of_[node] == no_id ? nullptr : &lists_[list_of_[node]];
  }

 private:
  std::vector<uint32_t> list_of_;  // by node
  std::vector<LiteralList> lists_;
};

}  // namespace sigrun
