// A host's records as the engine takes them, and what became of them as the C structs that they are told in.
//
// Lifetimes: a record's pairs live until the next read(); what a callback gets, until it returns. Threads: one at a time for each object.
#pragma once

#include <string>
#include <vector>

#include "live/live_engine.h"
#include "sigrun/sigrun.h"

namespace sigrun {

// The records of a caller's array: what is wrong with one, and those that nothing is wrong with.
class RecordReader {
 public:
  // Null: it is in order.
  static const char* problem_of(const sigrun_event& event) {
    if (!event.bytes && event.byte_count != 0) return "an event's bytes is null";
    if (event.form == SIGRUN_JSON || event.form == SIGRUN_MSGPACK) return nullptr;
    if (event.form != SIGRUN_PAIRS) return "an event's form is unknown";
    if (!event.pairs && event.pair_count != 0) return "an event's pairs is null";
    for (size_t i = 0; i < event.pair_count; ++i) {
      const sigrun_pair& pair = event.pairs[i];
      if ((!pair.name && pair.name_size != 0) || (!pair.value && pair.value_size != 0))
        return "a pair's name or value is null";
      if (pair.type < SIGRUN_TEXT || pair.type > SIGRUN_NULL) return "a pair's type is unknown";
    }
    return nullptr;
  }

  // One that is in order.
  HostRecord read(const sigrun_event& event) {
    HostRecord record;
    if (event.form == SIGRUN_PAIRS) {
      pairs_.clear();
      for (size_t i = 0; i < event.pair_count; ++i) {
        const sigrun_pair& pair = event.pairs[i];
        pairs_.push_back({{pair.name ? pair.name : "", pair.name_size},
                          {pair.value ? pair.value : "", pair.value_size},
                          static_cast<PairType>(pair.type)});
      }
      record.form = HostRecord::Form::pairs;
      record.pairs = pairs_;
    } else {
      record.form = event.form == SIGRUN_JSON ? HostRecord::Form::json : HostRecord::Form::msgpack;
      record.bytes = {event.bytes ? event.bytes : "", event.byte_count};
    }
    return record;
  }

 private:
  std::vector<NamedValue> pairs_;
};

// Hands results on as the C structs that they are told in.
class ResultTeller {
 public:
  ResultTeller(sigrun_result_callback callback, void* user) : callback_(callback), user_(user) {}

  void tell(size_t index, const LiveEngine::Result& result) {
    matches_.clear();
    pointers_.clear();
    levels_.clear();
    for (const LiveEngine::Matched& match : result.matches)
      levels_.emplace_back(sigma::level_name(match.rule->level));
    for (size_t i = 0; i < result.matches.size(); ++i) {
      const LiveEngine::Matched& match = result.matches[i];
      sigrun_match& out = matches_.emplace_back();
      out.size = sizeof out;
      out.alert_id = match.id.c_str();
      out.rule_id = match.rule->id.c_str();
      out.rule_title = match.rule->title.c_str();
      out.rule_level = levels_[i].c_str();
      out.json = match.json.empty() ? nullptr : match.json.c_str();
      out.json_size = match.json.size();
    }
    for (const sigrun_match& match : matches_) pointers_.push_back(&match);
    problem_ = result.problem;
    level_ = sigma::level_name(result.level);
    sigrun_result out{};
    out.size = sizeof out;
    out.index = index;
    out.outcome = static_cast<int32_t>(result.outcome);
    out.event_count = result.events;
    out.level = level_.c_str();
    out.match_count = pointers_.size();
    out.matches = pointers_.data();
    out.problem = problem_.c_str();
    callback_(&out, user_);
  }

 private:
  sigrun_result_callback callback_;
  void* user_;
  std::vector<sigrun_match> matches_;
  std::vector<const sigrun_match*> pointers_;
  std::vector<std::string> levels_;
  std::string problem_, level_;
};

}  // namespace sigrun
