// The plan: everything that the rules ask of events, compiled once, immutable, shared by all threads.
//
//   paths ──► slots        which keys of an event are taken (PathTrie)
//   fields                 a rule's field: the slots that may hold it, the first one present counts
//   predicates             distinct (field, test) pairs: each is evaluated at most once for an event
//   expressions            rules' conditions over predicates
//   views                  one for each log source table, and the open one: which rules an event is tried against
//
// Built by plan_builder.h from the rule model and the tables; read by match/. The matcher may be replaced without touching
// anything else: it needs nothing but this file and a slot table.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "plan/compiled_regex.h"
#include "plan/explanations.h"
#include "plan/path_trie.h"
#include "plan/text_test.h"
#include "sigma/rule.h"
#include "sigma/value.h"

namespace sigrun {

using FieldId = uint32_t;
using PredicateId = uint32_t;
using NodeId = uint32_t;
using RuleIndex = uint32_t;
using ProgramId = uint32_t;

// A rule's field as events may spell it.
struct Field {
  std::vector<SlotId> slots;
};

struct AnyTextTest {
  std::vector<TextTest> tests;
};
struct RegexTest {
  std::shared_ptr<const CompiledRegex> regex;  // never null
};
struct NumberTest {
  Decimal number;
  std::string canonical;
};
struct FieldReferenceTest {
  FieldId other = no_id;
  sigma::FieldReference::Mode mode = sigma::FieldReference::Mode::whole;
  bool cased = false;
};

using Test = std::variant<TextTest, AnyTextTest, RegexTest, NumberTest, sigma::BoolEquals, sigma::IsNull,
                          sigma::Exists, sigma::NumberCompare, sigma::TimePartCompare, sigma::CidrBlock,
                          FieldReferenceTest>;

struct Predicate {
  FieldId field = no_id;  // no_id: a keyword, tried on every text and number of the event
  const Test& test;       // of Plan::tests: fields that are asked the same share it
};

// A node of a condition. Leaves name a predicate and what to say of it in an alert; all others have children. There are a great
// many of them.
struct Node {
  enum class Kind : uint8_t { all_of, any_of, negation, at_least, predicate };
  Kind kind : 8 = Kind::predicate;
  uint32_t threshold : 24 = 0;  // at_least
  // Children: [begin, end) of Plan::children.
  union {
    uint32_t begin = 0;
    PredicateId predicate;  // of a leaf
  };
  union {
    uint32_t end = 0;
    uint32_t explanation;  // of a leaf: into RulePlan::explanations
  };
};

struct RulePlan {
  bool muted = false;   // raises no alerts
  bool needed = false;  // raises alerts, or correlations ask for it: otherwise it is not matched
  std::shared_ptr<const Explanations> explanations;  // never null; shared with the rule's alerts
};

// A rule's condition under the field spellings of one view.
struct Program {
  RuleIndex rule = 0;
  NodeId root = 0;
  uint32_t captured = 0;  // Plan::captured from here on: one field for each of the rule's PlanInput::captured
};

// One log source of a table.
struct ViewEntry {
  sigma::LogSource logsource;
  NodeId when = no_id;  // no_id: always
  std::vector<ProgramId> programs;
};

struct View {
  std::string name;
  NodeId recognise = no_id;
  std::vector<ViewEntry> entries;
  std::vector<FieldId> time_fields;
  std::string time_field;  // the first of them, as an event spells it; empty: none
  int64_t zone_seconds = 0, lateness_seconds = 0;
  std::vector<std::vector<FieldId>> id_fields;
};

// What an event that no table recognises is tried against; without automatic routing, what every event is.
struct OpenView {
  std::vector<ProgramId> always;
  // Programs that are tried if the event has a field that they test positively, by the slots of those fields.
  std::vector<std::vector<ProgramId>> by_slot;
  std::vector<FieldId> time_fields;
  std::string time_field;
  int64_t zone_seconds = 0, lateness_seconds = 0;
};

struct Plan {
  Plan() = default;
  Plan(const Plan&) = delete;  // predicates would refer to the tests of the other
  Plan& operator=(const Plan&) = delete;

  PathTrie paths;
  std::vector<Field> fields;
  std::deque<Test> tests;  // each distinct one once
  std::vector<Predicate> predicates;
  std::vector<Node> nodes;
  std::vector<NodeId> children;
  std::vector<Program> programs;
  std::vector<FieldId> captured;
  std::vector<RulePlan> rules;
  std::vector<View> views;  // in the order in which they are tried
  OpenView open;
  bool automatic = true;  // events are routed by the tables; otherwise `views` is empty
};

}  // namespace sigrun
