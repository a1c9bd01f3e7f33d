// Two answers to one question: the engine's plan and matcher against the naive evaluator, without log sources.
//
// Order of calls: add() rules, prepare(), then compare() events. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "differential/json_tree.h"
#include "differential/naive_evaluator.h"
#include "match/matcher.h"
#include "plan/plan.h"
#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::differential {

struct Disagreement {
  size_t rule = 0;
  bool engine = false, naive = false;
  bool engine_refused = false, naive_refused = false;  // the event
};

class Comparison {
 public:
  enum class Loaded { both, neither, engine_only, naive_only };

  // One document with one detection rule. Rules are numbered in the order of those that load on both sides. `why`, where
  // given, receives the reasons of the sides that refuse.
  Loaded add(const std::string& yaml, const naive::Placeholders& placeholders = {}, std::string* why = nullptr);
  void prepare();
  size_t rules() const { return texts_.size(); }
  const std::string& text(size_t rule) const { return texts_[rule]; }

  // Tries every rule on the event.
  std::vector<Disagreement> compare(std::string_view event);

  uint64_t pairs() const { return pairs_; }
  uint64_t matches() const { return matches_; }
  uint64_t rejected_events() const { return rejected_events_; }  // by both

 private:
  Limits limits_;
  std::vector<sigma::DetectionRule> detections_;
  std::vector<std::shared_ptr<const naive::Rule>> naive_rules_;
  std::vector<std::string> texts_;
  std::unique_ptr<const Plan> plan_;
  std::unique_ptr<const CandidateIndex> index_;
  std::unique_ptr<Matcher> matcher_;
  uint64_t pairs_ = 0, matches_ = 0, rejected_events_ = 0;
};

// The answers to one pair; empty where a rule or the event is refused.
struct Answers {
  std::optional<bool> engine, naive;
  bool differ() const { return engine != naive; }
};
Answers answer(const std::string& yaml, const std::string& event, const naive::Placeholders& placeholders);

// Takes lines from the rule, and where it is known members from the event, as long as the sides still give different
// answers. The result is for people.
std::string minimised(std::string yaml, std::string event, const JsonTree* tree, const naive::Placeholders& placeholders);

// A number from the environment, or `otherwise`.
uint64_t environment_number(const char* name, uint64_t otherwise);

}  // namespace sigrun::differential
