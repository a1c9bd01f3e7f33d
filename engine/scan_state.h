// The state of a scan in a folder: read when it begins, written while it goes on, so that the next one goes on from there (contracts: the union of the alerts of
// all runs, however they ended, is that of one run that was not disturbed; alerts told twice have one id).
//
// A snapshot is a consistent cut: how far each input was delivered, the clocks, all groups. It is begun between two objects, and takes its place after the alerts
// before it are out, and written while the scan goes on.
//
// Order of calls: construct, seed(), restore(), positions(); delivered() for each chunk; finish(). Threads: one at a time.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "correlation_stage.h"
#include "event/chunk.h"
#include "scan.h"
#include "state/state_file.h"

namespace sigrun {

// How far an input has been delivered, and what it is known by: its name and how it begins.
struct InputPosition {
  std::string name;
  uint64_t offset = 0, line = 1;  // of the first byte that was not, decompressed
  uint32_t prefix_bytes = 0;      // the first bytes have…
  uint64_t prefix_hash = 0;       // …this hash
};

// Takes the sections of a state into a stage that has not begun; `known`: the inputs that they tell of. All of them or nothing: offsets without what was counted
// before them would lose alerts. False: they make no sense, and the stage is as it was. `now`: the wall clock.
bool restore_state(std::span<const StateSection> sections, CorrelationStage& stage, int64_t now,
                   std::vector<InputPosition>& known, std::vector<CorrelationChange>& changes);

class ScanState {
 public:
  ScanState(const ScanStateOptions& options, const Limits& limits, const std::vector<std::string>& inputs,
            const ScanObserver& observer);
  ~ScanState();
  ScanState(const ScanState&) = delete;
  ScanState& operator=(const ScanState&) = delete;

  // Of the state that was read; none where there is none.
  std::optional<uint64_t> seed() const;
  void restore(CorrelationStage& stage);
  // By input: where to begin.
  const std::vector<InputPosition>& positions() const { return positions_; }

  // A chunk of the input has been delivered, all of it.
  void delivered(size_t input, const Chunk& chunk, CorrelationStage& stage);
  // The scan is over: writes the state, with windows as they are, and, unless it was stopped, decides these for this scan; alerts of that are not told
  // again by the next one. Where it was stopped in the middle of an object, the last snapshot stands.
  void finish(CorrelationStage& stage, bool stopped);

  uint64_t snapshots() const { return snapshots_; }
  bool failed() const { return failed_; }

 private:
  void tell_of(const std::vector<CorrelationChange>& changes) const;
  bool lock();
  void tell(const std::string& message) const;
  void fail(const std::string& message);
  std::string save_inputs() const;
  // Each input may be gone on with where it was left.
  bool resumable() const { return std::find(open_.begin(), open_.end(), true) == open_.end(); }
  void begin_snapshot(CorrelationStage& stage);
  void start_snapshot(CorrelationStage& stage);
  void go_on_with_snapshot(CorrelationStage& stage, size_t shards);

  ScanStateOptions options_;
  uint64_t most_bytes_;
  const std::vector<std::string>& inputs_;
  const ScanObserver& observer_;
  std::string path_;
  StateFile file_;
  std::vector<InputPosition> known_;      // of the state that was read
  std::vector<InputPosition> positions_;  // by input
  std::unique_ptr<StateFileWriter> writer_;
  std::chrono::steady_clock::time_point next_;
  std::vector<bool> open_;  // by input: an object goes on behind its last chunk
  bool failed_ = false;
  uint64_t snapshots_ = 0;
  int lock_ = -1;
  bool is_ours_ = true;
};

}  // namespace sigrun
