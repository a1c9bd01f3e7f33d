#include "scan.h"

#include <fmt/format.h>
#include <oneapi/tbb/enumerable_thread_specific.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "correlation_stage.h"
#include "event/byte_source.h"
#include "event/line_framer.h"
#include "event/ordered_framer.h"
#include "parallel.h"
#include "scan_feed.h"
#include "scan_state.h"
#include "scan_work.h"
#include "support/thread_order.h"

namespace sigrun {
namespace {

namespace tbb = oneapi::tbb;

// Works that nobody uses, for those who need one.
class WorkPool {
 public:
  std::shared_ptr<Work> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_shared<Work>();
    auto work = std::move(free_.back());
    free_.pop_back();
    return work;
  }
  void give_back(std::shared_ptr<Work> work) {
    work->clear();
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(work));
  }

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Work>> free_;
};

// What a thread needs for itself.
struct Worker {
  Engine::ScratchPointer scratch;
  LineFramer lines;
};

// Delivers in input order: the serial last stage.
class Delivery {
 public:
  using Evaluate = std::function<void(Work&)>;
  // `correlations`, `state`: null where there are none.
  Delivery(const Engine& engine, const ScanObserver& observer, CorrelationStage* correlations,
           ScanState* state, Evaluate evaluate, uint64_t total, ScanResult& result)
      : engine_(engine),
        observer_(observer),
        correlations_(correlations),
        state_(state),
        evaluate_(std::move(evaluate)),
        total_(total),
        result_(result) {}

  // Called with one work at a time, in input order; the alerts of a work are in input order, too. A work may
  // come without events (input_error, an object that goes on).
  void take(Work& work) {
    deliver_batch(work);
    // What did not fit into one batch.
    while (work.chunk.frame_rest()) {
      work.evaluated = 0;
      evaluate_again(work);
      deliver_batch(work);
    }
    if (correlations_) correlations_->end_chunk(work.input_number);
    if (correlations_ && work.chunk.at_end) {
      const size_t input = work.input_number;
      state_ ? correlations_->pause(input) : correlations_->end(input);
    }
    if (state_) state_->delivered(work.input_number, work.chunk, *correlations_);
    result_.counters.add(work.counters);
    if (!work.input_error.empty()) {
      ++result_.input_errors;
      if (observer_.input_error) observer_.input_error(*work.input, work.input_error);
    }
    if (observer_.progress)
      observer_.progress(work.consumed, total_, result_.counters.in, result_.counters.alerts());
  }

 private:
  void deliver_batch(Work& work) {
    report_rejections(*work.input, work.chunk.batch.rejected);
    deliver(work);
    // What was left because its alerts would have taken too much memory: here they go out before more are
    // made.
    while (work.evaluated < work.chunk.batch.events.size()) {
      evaluate_again(work);
      deliver(work);
    }
  }

  void evaluate_again(Work& work) {
    work.alerts.clear();
    work.occurrences.clear();
    work.rejected.clear();
    evaluate_(work);
  }

  void deliver(Work& work) {
    report_rejections(*work.input, work.rejected);
    if (observer_.alert)
      for (const Alert& alert : work.alerts)
        if (alert.kind != AlertKind::health || told_.insert(alert.rule.get()).second) observer_.alert(alert);
    if (correlations_) correlations_->take(work.input_number, work.occurrences);
  }

  void report_rejections(const std::string& input, const std::vector<Rejection>& rejections) {
    if (&input != input_) input_ = &input, reported_ = 0;
    for (const Rejection& rejection : rejections) {
      if (reported_ >= engine_.limits().rejected_reports) {
        ++result_.rejections_not_shown;
        continue;
      }
      ++reported_;
      if (observer_.rejected) observer_.rejected(input, rejection);
    }
  }

  const Engine& engine_;
  const ScanObserver& observer_;
  CorrelationStage* correlations_;
  ScanState* state_;
  Evaluate evaluate_;
  uint64_t total_;
  ScanResult& result_;
  const std::string* input_ = nullptr;
  size_t reported_ = 0;
  std::set<const RuleInfo*> told_;  // had a health alert: each thread raises one of its own
};

uint64_t total_size(const std::vector<std::string>& inputs) {
  uint64_t total = 0;
  for (const std::string& input : inputs) {
    std::string ignored;
    std::error_code none;
    // A pipe must not be opened twice: what it gives is gone.
    auto source = std::filesystem::is_regular_file(input, none) ? open_byte_source(input, ignored) : nullptr;
    if (!source || source->total() == 0) return 0;
    total += source->total();
  }
  return total;
}

ScanResult run(const Engine& engine, const std::vector<std::string>& inputs, std::string_view text,
               const ScanOptions& options, const ScanObserver& observer, const std::atomic<bool>* stop) {
  ScanResult result;
  result.inputs = inputs.size();
  const Limits& limits = engine.limits();
  std::vector<std::string> envelopes = engine.envelopes();
  envelopes.insert(envelopes.end(), options.unwrap.begin(), options.unwrap.end());
  unsigned threads = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  auto stopping = [&] { return stop && stop->load(std::memory_order_relaxed); };
  tbb::enumerable_thread_specific<Worker> workers([&] {
    return Worker{engine.make_scratch(options.time), LineFramer(envelopes, limits)};
  });

  CorrelatorOptions correlation = options.correlation;
  std::optional<ScanState> state;
  if (!options.state.folder.empty() && !engine.correlations().empty()) {
    state.emplace(options.state, limits, inputs, observer);
    correlation.seed = state->seed().value_or(correlation.seed);
  }
  std::optional<CorrelationStage> correlations;
  if (!engine.correlations().empty())
    correlations.emplace(engine, correlation, threads == 1 ? ForEach() : ForEach(in_parallel),
                         observer.alert);
  if (state) state->restore(*correlations);

  ScanFeed feed(engine, inputs, text, state ? state->positions() : std::vector<InputPosition>());
  // Files are read side by side where correlations want them by time; each has its framer.
  std::vector<std::unique_ptr<OrderedFramer>> orders(inputs.size());
  if (correlations) {
    correlations->tell_scores(observer.score);
    std::vector<CorrelationStage::Input> begins =
        feed.begin([&](size_t input) { return correlations->waits_from(input); });
    for (CorrelationStage::Input& input : begins) input.now = options.now;
    correlations->begin(std::move(begins));
  }
  auto read = [&](Work& work) { return !stopping() && feed.next(work); };
  auto frame_lines = [&](Work& work) { work.chunk.frame_lines(workers.local().lines); };
  auto put_in_order = [&](Work& work) {
    std::unique_ptr<OrderedFramer>& order = orders[work.input_number];
    if (!order) order = std::make_unique<OrderedFramer>(envelopes, limits);
    order->take(work.chunk);
    if (work.chunk.at_end) order.reset();
  };
  auto evaluate = [&](Work& work) {
    work.evaluated = engine.evaluate_some(work.chunk.batch, work.evaluated, limits.alert_bytes, *work.input,
                                          *workers.local().scratch, work.alerts, work.counters,
                                          &work.rejected, &work.occurrences);
  };
  Delivery delivery(engine, observer, correlations ? &*correlations : nullptr,
                    state ? &*state : nullptr, evaluate,
                    observer.progress && !text.data() ? total_size(inputs) : text.size(), result);

  if (threads == 1) {
    // One thread needs no scheduler: the same steps in turn.
    for (Work work; read(work); work.clear()) {
      frame_lines(work);
      put_in_order(work);
      evaluate(work);
      delivery.take(work);
    }
  } else {
    using WorkPointer = std::shared_ptr<Work>;
    constexpr auto serial = tbb::filter_mode::serial_in_order, parallel = tbb::filter_mode::parallel;
    WorkPool pool;
    auto step = [](tbb::filter_mode mode, auto& does) {
      return tbb::make_filter<WorkPointer, WorkPointer>(mode, [&does, mode](WorkPointer work) {
        ordered_after(work.get());
        if (mode == serial) ordered_after(&does);
        does(*work);
        ordered_before(work.get());
        ordered_before(&does);
        return work;
      });
    };
    tbb::global_control parallelism(tbb::global_control::max_allowed_parallelism, threads);
    tbb::task_arena arena(static_cast<int>(threads));
    ordered_before(&feed);
    arena.execute([&] {
      // Chunks in flight: what bounds the memory of a scan. Files that are read by time hear in time of one that is to wait.
      const size_t in_flight = correlations && inputs.size() > 1
                                   ? std::min<size_t>(threads * 2, ScanFeed::chunks_behind)
                                   : threads * 2;
      tbb::parallel_pipeline(
          in_flight, tbb::make_filter<void, WorkPointer>(serial,
                                                         [&](tbb::flow_control& flow) -> WorkPointer {
                                                           ordered_after(&feed);
                                                           auto work = pool.take();
                                                           const bool more = read(*work);
                                                           ordered_before(&feed);
                                                           ordered_before(work.get());
                                                           if (more) return work;
                                                           flow.stop();
                                                           return {};
                                                         }) &
                         step(parallel, frame_lines) & step(serial, put_in_order) & step(parallel, evaluate) &
                         tbb::make_filter<WorkPointer, void>(serial, [&](WorkPointer work) {
                           ordered_after(work.get());
                           ordered_after(&delivery);
                           delivery.take(*work);
                           ordered_before(&delivery);
                           pool.give_back(std::move(work));
                         }));
    });
  }
  for (const void* of : {static_cast<const void*>(&feed), static_cast<const void*>(&frame_lines),
                         static_cast<const void*>(&put_in_order), static_cast<const void*>(&evaluate),
                         static_cast<const void*>(&delivery)})
    ordered_after(of);
  for (const Worker& worker : workers) engine.add_costs(*worker.scratch, result.costs);
  result.stopped = stopping();
  if (correlations) {
    // The state that goes on has its windows open: its files may grow. This scan decides them, unless it was stopped.
    if (state)
      state->finish(*correlations, result.stopped);
    else
      correlations->finish();
    if (state) result.snapshots = state->snapshots(), result.state_failed = state->failed();
    result.correlation = correlations->counters();
    result.times = correlations->times();
    for (size_t level = 0; level < result.counters.alerts_by_level.size(); ++level)
      result.counters.alerts_by_level[level] += correlations->alerts_by_level()[level];
  }
  return result;
}

}  // namespace

ScanResult scan(const Engine& engine, const std::vector<std::string>& inputs, const ScanOptions& options,
                const ScanObserver& observer, const std::atomic<bool>* stop) {
  return run(engine, inputs, {}, options, observer, stop);
}

ScanResult scan_text(const Engine& engine, std::string_view text, const std::string& name,
                     const ScanOptions& options, const ScanObserver& observer) {
  return run(engine, {name}, text.data() ? text : std::string_view(""), options, observer, nullptr);
}

}  // namespace sigrun
