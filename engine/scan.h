// Runs whole inputs through an engine: read → frame lines → put in order → match → deliver.
//
// Framing lines and matching run on all cores; the other three take one chunk at a time, in input order
// (chunk.h says why framing has three steps). Nothing is matched before its place in the order is certain, so
// what comes out is the same for any number of threads, in the same order. Memory is bounded by the chunks in
// flight. The one place where threads are started for a scan (oneTBB).
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "correlate/correlator.h"
#include "engine.h"
#include "time/event_time.h"

namespace sigrun {

// State that outlives a scan: what correlations counted, and how far each file was read. The next scan with the same folder goes on from there: lines
// added to a file are read, those before are not. Inputs without a place to return to (pipes) go on with what they bring.
struct ScanStateOptions {
  std::string folder;            // empty: nothing outlives the scan
  double snapshot_seconds = 60;  // between two writings; 0: as often as possible
  int64_t started =
      0;  // the wall clock, nanoseconds since 1970: when rules changed, where the state knows no event time
};

struct ScanOptions {
  unsigned threads = 0;             // 0: as many as the machine has
  std::vector<std::string> unwrap;  // further envelope paths
  TimeRange time;                   // events outside are dropped; those without a time are not
  CorrelatorOptions correlation;
  // The inputs are live and this is the wall clock: no time before it is held to be odd. None: they are files.
  std::optional<int64_t> now;
  ScanStateOptions state;
};

// What a scan tells while it runs. Calls come from one thread at a time, in input order; an alert's views
// live until its call returns.
struct ScanObserver {
  std::function<void(const Alert&)> alert;
  std::function<void(const std::string& input, const Rejection&)> rejected;
  std::function<void(const std::string& input, const std::string& message)> input_error;
  // Makes sure that every alert told so far is out, before state is written that supposes so; false: it is not, and none is written.
  std::function<bool()> flush;
  // How unusual analytics held each event, and each bucket that was over, to be: before any threshold, alerts or none.
  std::function<void(const Score&)> score;
  // What became of the state: where a scan goes on, what was damaged or cannot be written.
  std::function<void(const std::string& message)> state;
  // consumed and total raw bytes over all inputs (total 0: unknown), events and alerts so far.
  std::function<void(uint64_t consumed, uint64_t total, uint64_t events, uint64_t alerts)> progress;
};

struct ScanResult {
  Counters counters;  // alerts of correlations included
  CorrelationCounters correlation;
  TimeCounters times;  // where correlations are loaded: only they ask for the time
  uint64_t inputs = 0, input_errors = 0;
  uint64_t rejections_not_shown = 0;  // beyond Limits::rejected_reports for each input
  uint64_t snapshots = 0;
  bool state_failed = false;  // could not be read or written: said by ScanObserver::state
  bool stopped = false;
  RuleCosts costs;  // by rule, in the order of Engine::rules()
};

// `stop` set: the scan ends after the batches in flight. `inputs`: paths as from find_input_files.
ScanResult scan(const Engine& engine, const std::vector<std::string>& inputs, const ScanOptions& options,
                const ScanObserver& observer, const std::atomic<bool>* stop = nullptr);

// The same over one text in memory (`-e`, tests).
ScanResult scan_text(const Engine& engine, std::string_view text, const std::string& name,
                     const ScanOptions& options, const ScanObserver& observer);

}  // namespace sigrun
