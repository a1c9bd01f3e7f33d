#include "event_timer.h"

#include <algorithm>
#include <ctime>

#include "event/byte_source.h"
#include "event/event_reader.h"

namespace sigrun::bench {
namespace {

constexpr size_t fewest_runs = 3, most_runs = 1000;
// Small events are repeated to about this: what a reader costs does not count for each of them.
constexpr size_t input_bytes = 32 << 10;

// Of this thread: what else the machine does counts less.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

void EventTimer::prepare(const std::string& event) {
  input_.clear();
  events_ = 0;
  do {
    (input_ += event) += '\n';
    ++events_;
  } while (input_.size() + event.size() < input_bytes);
}

void EventTimer::run() {
  alerts_.clear();
  counters_ = {};
  const auto source = memory_byte_source(input_);
  const double begin = processor_seconds();
  EventReader reader(*source, engine_.envelopes(), engine_.limits());
  double framing = 0;
  for (;;) {
    const double start = processor_seconds();
    const bool more = reader.next(batch_);
    framing += processor_seconds() - start;
    if (!more) break;
    engine_.evaluate(batch_, "", *scratch_, alerts_, counters_);
  }
  framed_ = framing;
  done_ = processor_seconds() - begin;
}

EventTime EventTimer::measure(const std::string& event, double least_seconds) {
  prepare(event);
  run();  // warms caches and memory up
  std::vector<double> framed, done;
  double sum = 0;
  if (done_ > 1) {
    framed.push_back(framed_);
    done.push_back(done_);
  } else {
    while (done.size() < fewest_runs || (sum < least_seconds && done.size() < most_runs)) {
      run();
      framed.push_back(framed_);
      done.push_back(done_);
      sum += done_;
    }
  }
  EventTime time;
  time.nanoseconds = median(done) * 1e9 / events_;
  time.framing = median(framed) * 1e9 / events_;
  time.alerts = alerts_.size() / static_cast<size_t>(events_);
  if (counters_.degraded > 0) time.outcome = "degraded";
  if (counters_.rejected > 0) time.outcome = "rejected";
  return time;
}

void EventTimer::repeat(const std::string& event, double seconds) {
  prepare(event);
  for (double sum = 0; sum < seconds; sum += done_) run();
}

}  // namespace sigrun::bench
