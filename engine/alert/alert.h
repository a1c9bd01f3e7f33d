// An alert: what the engine tells the world, and what each part of it means (docs/alert.schema.json, "schema": 1).
//
// Plain values. Rendering is in alert/render.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "match/match_reason.h"
#include "sigma/rule.h"

namespace sigrun {

// What alerts say about their rule; shared by all alerts of the rule, alive as long as any of them.
struct RuleInfo {
  std::string id;  // the rule's id, or its file's stem
  std::string title;
  std::string author;
  std::string name;
  std::string file;
  uint32_t line = 0;
  sigma::Level level = sigma::Level::none;
  sigma::Status status = sigma::Status::none;
  std::vector<std::string> tags;
  sigma::LogSource logsource;
};

struct Alert {
  std::string id;    // 32 hex digits of xxh128
  std::string time;  // RFC 3339 UTC of the event, empty where the event has none
  std::shared_ptr<const RuleInfo> rule;
  std::string file;  // of the input
  uint64_t line = 0;
  uint64_t offset = 0;
  std::vector<Match> matches;
  // The event's JSON as received; shared by all alerts of the event, so that many rules cost one copy.
  std::shared_ptr<const std::string> event;
};

}  // namespace sigrun
