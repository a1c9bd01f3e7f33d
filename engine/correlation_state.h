// The correlations' part of a saved state: which sections it is made of, and how they go back. Whoever keeps state writes them beside
// sections of its own (scan_state.h, live/live_engine.h).
//
// Order of calls: begin_save(), then Correlator::save_more() until all is handed over; restore_correlations() before anything is taken.
// Threads: one at a time for a stage.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "correlation_stage.h"
#include "state/state_file.h"

namespace sigrun {

// Kinds of sections. Others are other people's; 1 is the positions of a scan.
struct CorrelationSection {
  static constexpr uint32_t clocks = 2, shard = 3, plan = 4;
};

// Hands over the plan and the clocks at once, and each shard as Correlator::begin_save() says.
void begin_save(CorrelationStage& stage, std::function<void(uint32_t kind, std::string_view bytes)> sink);

// The seed that saved shards were made with, which the stage must have that they go back to; none: there are no shards.
std::optional<uint64_t> seed_of(std::span<const StateSection> sections);

// All of them or nothing. False: they make no sense together, and the stage is as it was. `now`: the wall clock. `changes`: what did not
// just go on.
bool restore_correlations(std::span<const StateSection> sections, CorrelationStage& stage, InputKind kind,
                          int64_t now, std::vector<CorrelationChange>& changes);

// Such changes, for people: each of the first twenty, then how many more there are.
std::vector<std::string> texts_of(const std::vector<CorrelationChange>& changes);

}  // namespace sigrun
