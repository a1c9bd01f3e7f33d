// Long lists of texts for one field (`Image|endswith: [… 200 names …]`): looked up in an index instead of one by one, and told
// as a whole by a search of the field (field_index.h): a list is true if one of its tests is.
//
// Built once from a plan, immutable, shared by all threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "match/field_index.h"
#include "match/text_index.h"
#include "plan/plan.h"

namespace sigrun {

using ListId = uint32_t;

struct LiteralList {
  FieldId field = no_id;
  TextIndex index;  // by the places of the tests in the list
};

class LiteralLists {
 public:
  LiteralLists(const Plan& plan, const ForEach& for_each);

  size_t size() const { return lists_.size(); }
  // no_id: the node is no such list.
  ListId of(NodeId node) const { return list_of_[node]; }
  const LiteralList& operator[](ListId list) const { return lists_[list]; }
  // The lists that the predicate is in.
  std::span<const ListId> with(PredicateId predicate) const {
    return {lists_with_.data() + first_list_[predicate], lists_with_.data() + first_list_[predicate + 1]};
  }

 private:
  std::vector<ListId> list_of_;  // by node
  std::vector<LiteralList> lists_;
  std::vector<uint32_t> first_list_;  // by predicate, and one more: into what follows
  std::vector<ListId> lists_with_;
};

}  // namespace sigrun
