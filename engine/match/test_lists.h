// Long lists of tests of one field (`CommandLine|contains: [… 200 words …]`): what one look at a value tells, instead of one test
// after the other, and told as a whole by a search of the field (field_index.h): a list is true if one of its tests is.
//
// Built once from a plan, immutable, shared by all threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "match/field_index.h"
#include "match/value_index.h"
#include "plan/plan.h"

namespace sigrun {

using ListId = uint32_t;

struct TestList {
  FieldId field = no_id;
  ValueIndex index;              // by the places of the tests in the list
  std::vector<uint32_t> others;  // places of tests that the index does not find
  std::vector<NodeId>
      unproven;  // tests whose truth is not the index's to tell: the others, and those that it only announces
};

class TestLists {
 public:
  TestLists(const Plan& plan, const ForEach& for_each);

  size_t size() const { return lists_.size(); }
  // Tests of the longest.
  size_t longest() const { return longest_; }
  // no_id: the node is no such list.
  ListId of(NodeId node) const { return list_of_[node]; }
  const TestList& operator[](ListId list) const { return lists_[list]; }
  // The node of a list, whose children are its tests.
  NodeId node_of(ListId list) const { return nodes_[list]; }
  // The lists that the predicate is in.
  std::span<const ListId> with(PredicateId predicate) const {
    return {lists_with_.data() + first_list_[predicate], lists_with_.data() + first_list_[predicate + 1]};
  }

 private:
  std::vector<ListId> list_of_;  // by node
  std::vector<NodeId> nodes_;
  std::vector<TestList> lists_;
  size_t longest_ = 0;
  std::vector<uint32_t> first_list_;  // by predicate, and one more: into what follows
  std::vector<ListId> lists_with_;
};

}  // namespace sigrun
