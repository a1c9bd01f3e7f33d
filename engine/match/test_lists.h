// Long lists of tests of one field (`CommandLine|contains: [… 200 words …]`): what one look at a value tells, instead of one test
// after the other, and told as a whole by a search of the field (field_index.h): a list is true if one of its tests is.
//
// Immutable, shared by all threads; the plan must outlive it. A list's index is made when it is first looked up: of the thousands of
// lists of all public rules, a stream of events gets to some dozens.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "match/value_index.h"
#include "plan/plan.h"
#include "support/lazily.h"

namespace sigrun {

using ListId = uint32_t;

struct ListIndex {
  ValueIndex tests;              // by their places in the list
  std::vector<uint32_t> others;  // places of tests that are not found there
};

class TestLists {
 public:
  explicit TestLists(const Plan& plan);

  size_t size() const { return lists_.size(); }
  // Tests of the longest.
  size_t longest() const { return longest_; }
  // no_id: the node is no such list.
  ListId of(NodeId node) const { return list_of_[node]; }
  FieldId field_of(ListId list) const { return lists_[list].field; }
  // The list's tests, all of them of its field.
  std::span<const NodeId> tests_of(ListId list) const;
  const Test& test(ListId list, uint32_t place) const;
  const ListIndex& index_of(ListId list) const;
  // The lists that the predicate is in.
  std::span<const ListId> with(PredicateId predicate) const {
    return {lists_with_.data() + first_list_[predicate], lists_with_.data() + first_list_[predicate + 1]};
  }

 private:
  struct List {
    NodeId node = no_id;
    FieldId field = no_id;
    uint32_t index = 0;  // in indexes_: lists of the same tests share one, whatever their fields
  };

  std::unique_ptr<const ListIndex> make_index(ListId list) const;

  const Plan& plan_;
  std::vector<ListId> list_of_;  // by node
  std::vector<List> lists_;
  std::deque<Lazily<ListIndex>> indexes_;
  size_t longest_ = 0;
  std::vector<uint32_t> first_list_;  // by predicate, and one more: into what follows
  std::vector<ListId> lists_with_;
};

}  // namespace sigrun
