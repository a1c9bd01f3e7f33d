// An alert: what the engine tells the world, and what each part of it means (docs/alert.schema.json, "schema": 1).
//
// Plain values; views live as long as what they say they are views of. Rendering is in alert/render.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert_id.h"
#include "correlate/correlation_plan.h"
#include "correlate/firing.h"
#include "event/timestamp.h"
#include "match/match_reason.h"
#include "plan/plan.h"
#include "sigma/rule.h"

namespace sigrun {

// What alerts say about their rule; shared by all alerts of the rule, alive as long as any of them.
struct RuleInfo {
  std::string id;  // RuleHeader::identity()
  std::string title;
  std::string author;
  std::string name;
  std::string file;
  uint32_t line = 0;
  sigma::Level level = sigma::Level::none;
  sigma::Status status = sigma::Status::none;
  std::vector<std::string> tags;
  sigma::LogSource logsource;
  std::shared_ptr<const Explanations> explanations;  // what alerts' matches point into
};

// The same of a correlation; lives as long as the engine.
struct CorrelationInfo {
  std::shared_ptr<const RuleInfo> rule;
  std::vector<std::string> group_by;
  std::vector<CorrelationBound> bounds;  // empty where an expression decides
  bool muted = false;
  bool analytic = false;  // `bounds` are of its natural value
};

enum class AlertKind : uint8_t {
  detection,    // a rule matched an event
  correlation,  // a correlation's condition came to hold in a group
  analytic,     // the same of what is unusual; it has a finding beside
  health,     // the engine could not do its work on an event
};

struct Alert {
  AlertKind kind = AlertKind::detection;
  AlertId id;
  TimeText time;  // RFC 3339 UTC of the event, empty where the event has none
  std::shared_ptr<const RuleInfo> rule;
  std::string_view file;  // of the input, as it was given to the engine
  uint64_t line = 0;
  uint64_t offset = 0;
  std::string message;     // of kind health: what happened; such an alert has no matches
  std::string_view event;  // its JSON as received: bytes of the batch that was evaluated
  // Views of `event`, `repaired` and `rule`: valid as long as all three.
  std::vector<Match> matches;
  // The event with ill-formed UTF-8 replaced, where it had any: what was matched then.
  std::shared_ptr<const std::string> repaired;
  // Of kind correlation, else null; such an alert has no event and matches of its own, and `file` is of its newest evidence. The other two live as long as the
  // engine. `rule_of`: by SourceId, what evidence says of its rule.
  std::shared_ptr<const Firing> firing;
  const CorrelationInfo* correlation = nullptr;
  const std::vector<std::shared_ptr<const RuleInfo>>* rule_of = nullptr;
};

}  // namespace sigrun
