// correlate: how fast correlations count, how much memory they take, and how long they stand still to be saved.
//
//   correlate [--row NAME…] [--groups N] [--hits N] [--evidence BYTES] [--pack FOLDER] [--json]
//
// The Correlator alone: batches of 4,096 hits are made beforehand (hit_stream.h), some at a time, and only take() is measured, by processor time of one thread
// (`cores`: by the clock on the wall, so the machine must have nothing else to do). An hour of event time goes by first, so that windows are full
// and groups come and go as later. Each row runs in a process of its own: the memory of one is not reused by the next. Keys have 16 bytes, events 600.
//
// `must`: what is demanded of a row; it is printed, not enforced.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <CLI/CLI.hpp>

#include "correlate/correlator.h"
#include "correlate_rules.h"
#include "hit_stream.h"

namespace {

using namespace sigrun;
using namespace sigrun::bench;
using Kind = FieldMix::Kind;

constexpr size_t batch_hits = 4096, batches_made = 32;

struct Arguments {
  std::vector<std::string> rows;
  size_t groups = 1'000'000, hits = 2'000'000, evidence = size_t{32} << 20;
  std::string pack = "rules";
  bool json = false;
};

[[noreturn]] void fail(int status, const std::string& why) {
  std::fprintf(stderr, "correlate: %s\n", why.c_str());
  std::exit(status);
}

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

size_t resident_bytes() {
  size_t all = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file || std::fscanf(file, "%zu %zu", &all, &resident) != 2) fail(1, "/proc/self/statm cannot be read");
  std::fclose(file);
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// A line of the table, and of the JSON.
void report(const Arguments& arguments, std::string_view row, std::string_view unit, double value,
            std::string_view must, const std::vector<std::pair<std::string, double>>& beside) {
  if (arguments.json) {
    fmt::print("{{\"row\":\"{}\",\"unit\":\"{}\",\"value\":{:.6g},\"must\":\"{}\"", row, unit, value, must);
    for (const auto& [name, figure] : beside) fmt::print(",\"{}\":{:.10g}", name, figure);
    fmt::print("}}\n");
  } else {
    fmt::print("{:<26}{:>14.6g} {:<12} must {:<9}", row, value, unit, must.empty() ? "-" : must);
    for (const auto& [name, figure] : beside) fmt::print("  {} {:.10g}", name, figure);
    fmt::print("\n");
  }
  std::fflush(stdout);
}

// Budgets out of the way: rows that are about speed have all their groups.
CorrelatorOptions roomy(const Arguments& arguments) {
  CorrelatorOptions options;
  options.state_bytes = options.rule_bytes = size_t{8} << 30;
  options.evidence_bytes = arguments.evidence;
  return options;
}

class Load {
 public:
  Load(const std::string& rules, HitMix mix)
      : plan_(checked(rules)), stream_(plan_, std::move(mix)), made_(batches_made) {}

  const CorrelationPlan& plan() const { return plan_; }
  // Hands `hits` hits, batch by batch, to `take`, which gets the watermark behind each.
  void run(size_t hits, const std::function<void(const OccurrenceBatch&, int64_t watermark)>& take) {
    make(hits, [&](size_t made) {
      for (size_t i = 0; i < made; ++i) take(made_[i], watermarks_[i]);
    });
  }
  // The same, many batches at once, of the same number but for rounding.
  void run_stretches(size_t hits, const std::function<void(std::span<const OccurrenceBatch>,
                                                           std::span<const int64_t> watermarks)>& take) {
    make(hits / (batch_hits * batches_made) * batch_hits * batches_made,
         [&](size_t made) { take(std::span(made_).first(made), std::span(watermarks_).first(made)); });
  }

 private:
  static CorrelationPlan checked(const std::string& rules) {
    std::string problem;
    CorrelationPlan plan = plan_of(rules, problem);
    if (!problem.empty()) fail(2, problem);
    return plan;
  }
  void make(size_t hits, const std::function<void(size_t made)>& visit) {
    for (size_t batches = (hits + batch_hits - 1) / batch_hits; batches > 0;) {
      const size_t now = std::min(batches, batches_made);
      for (size_t i = 0; i < now; ++i)
        stream_.fill(made_[i], batch_hits), watermarks_[i] = stream_.watermark();
      visit(now);
      batches -= now;
    }
  }
  CorrelationPlan plan_;
  HitStream stream_;
  std::vector<OccurrenceBatch> made_;
  std::vector<int64_t> watermarks_ = std::vector<int64_t>(batches_made);
};

std::vector<std::pair<std::string, double>> figures_of(const Correlator& correlator, size_t hits,
                                                       size_t firings) {
  const CorrelationCounters& counters = correlator.counters();
  return {{"hits", static_cast<double>(hits)},
          {"groups", static_cast<double>(counters.groups)},
          {"MB", static_cast<double>(counters.bytes >> 20)},
          {"firings", static_cast<double>(firings)},
          {"late", static_cast<double>(counters.late)}};
}

double speed(const Arguments& arguments, std::string_view row, const std::string& rules, const HitMix& mix,
             std::string_view must) {
  Load load(rules, mix);
  Correlator correlator(load.plan(), roomy(arguments), Limits{});
  std::vector<Firing> firings;
  load.run(mix.hits_of_hour, [&](const OccurrenceBatch& batch, int64_t watermark) {
    correlator.take(batch, watermark, firings);
    firings.clear();
  });
  double seconds = 0;
  size_t fired = 0, hits = 0;
  load.run(arguments.hits, [&](const OccurrenceBatch& batch, int64_t watermark) {
    const double begin = processor_seconds();
    correlator.take(batch, watermark, firings);
    seconds += processor_seconds() - begin;
    fired += firings.size();
    hits += batch.occurrences.size();
    firings.clear();
  });
  const double rate = static_cast<double>(hits) / seconds;
  report(arguments, row, "hits/s", rate, must, figures_of(correlator, hits, fired));
  return rate;
}

std::string event_count() {
  return detections({"a"}) +
         "title: c\ncorrelation: {type: event_count, rules: [a], group-by: [Key], timespan: 1h, condition: "
         "{gte: 10}}\n";
}

// Three hits for each key and hour: one key in twenty has none.
HitMix uniform(const Arguments& arguments) {
  HitMix mix;
  mix.fields = {{"Key", arguments.groups + arguments.groups / 18, Kind::uniform}};
  mix.hits_of_hour = 3 * arguments.groups;
  return mix;
}

void event_count_uniform(const Arguments& arguments) {
  speed(arguments, "event_count uniform", event_count(), uniform(arguments), ">= 2 M");
}

void event_count_disordered(const Arguments& arguments) {
  HitMix mix = uniform(arguments);
  mix.late_share = 0.05;
  speed(arguments, "event_count 5 % late", event_count(), mix, "");
}

// About as many groups, most of them of a single hit, and a few of ten thousands.
void event_count_zipf(const Arguments& arguments) {
  HitMix mix = uniform(arguments);
  mix.fields = {{"Key", 8 * arguments.groups, Kind::zipf}};
  mix.hits_of_hour = 4 * arguments.groups;
  speed(arguments, "event_count zipf", event_count(), mix, ">= 2 M");
}

// The third rule matches once for five hundred hits of the others: an alert is rare.
void temporal(const Arguments& arguments) {
  HitMix mix = uniform(arguments);
  mix.sources = {0.5, 0.498, 0.002};
  speed(arguments, "temporal",
        detections({"a", "b", "c"}) +
            "title: t\ncorrelation: {type: temporal, rules: [a, b, c], group-by: [Key], timespan: 1h}\n",
        mix, ">= 1.5 M");
}

// A million distinct values in all windows together, however many each group has. Values are drawn from twice as many, so that old ones leave and new ones come;
// windows hold more events than the threshold has values, so that these must be told apart, and hardly ever as many values.
void value_count(const Arguments& arguments) {
  double least = 0, most = 0;
  for (size_t distinct : {size_t{10}, size_t{1800}, size_t{10'000}}) {
    const size_t groups = std::max<size_t>(1, arguments.groups / distinct);
    HitMix mix;
    mix.fields = {{"Key", groups, Kind::uniform}, {"Value", 2 * distinct, Kind::uniform}};
    mix.hits_of_hour = static_cast<size_t>(1.386 * static_cast<double>(groups * distinct));
    const double rate =
        speed(arguments, fmt::format("value_count {}", distinct),
              detections({"a"}) +
                  fmt::format("title: v\ncorrelation: {{type: value_count, rules: [a], group-by: [Key], "
                              "timespan: 1h, condition: {{gte: {}, field: Value}}}}\n",
                              std::max(distinct + 10, distinct * 6 / 5)),
              mix, ">= 1 M");
    least = least == 0 ? rate : std::min(least, rate);
    most = std::max(most, rate);
  }
  report(arguments, "value_count flat", "most/least", most / least, "<= 1.5", {});
}

// All correlations of the pack, each fed by what its base rules would match.
void mixed(const Arguments& arguments) {
  const std::string rules = rules_below(arguments.pack);
  if (rules.empty()) fail(2, "no rules below " + arguments.pack);
  speed(arguments, "mixed", rules, pack_mix(rules, arguments.groups), ">= 1 M");
}

void cores(const Arguments& arguments) {
  const HitMix mix = uniform(arguments);
  Load load(event_count(), mix);
  oneapi::tbb::task_arena arena(2);
  Correlator one(load.plan(), roomy(arguments), Limits{});
  Correlator two(load.plan(), roomy(arguments), Limits{},
                 [&](size_t count, const std::function<void(size_t)>& visit) {
                   arena.execute([&] { oneapi::tbb::parallel_for(size_t{0}, count, visit); });
                 });
  std::vector<Firing> firings;
  std::vector<double> ratios, ones, twos;
  const auto timed = [&](Correlator& correlator, std::span<const OccurrenceBatch> batches,
                         std::span<const int64_t> watermarks) {
    const double begin = wall_seconds();
    for (size_t i = 0; i < batches.size(); ++i) {
      correlator.take(batches[i], watermarks[i], firings);
      firings.clear();
    }
    return wall_seconds() - begin;
  };
  // Stretch by stretch in turn, so that both see the machine alike.
  load.run_stretches(mix.hits_of_hour, [&](auto batches, auto watermarks) {
    timed(one, batches, watermarks), timed(two, batches, watermarks);
  });
  load.run_stretches(std::max(arguments.hits, batch_hits * batches_made), [&](auto batches, auto watermarks) {
    ones.push_back(timed(one, batches, watermarks));
    twos.push_back(timed(two, batches, watermarks));
    ratios.push_back(ones.back() / twos.back());
  });
  const auto median = [](std::vector<double> of) {
    std::sort(of.begin(), of.end());
    return of[of.size() / 2];
  };
  report(arguments, "two cores", "of one", median(ratios), ">= 1.6",
         {{"one_hits_per_second", static_cast<double>(batch_hits * batches_made) / median(ones)},
          {"two_hits_per_second", static_cast<double>(batch_hits * batches_made) / median(twos)},
          {"stretches", static_cast<double>(ratios.size())}});
}

// Nine events in each group, all in the window; evidence is apart.
void bytes_of_group(const Arguments& arguments) {
  HitMix mix;
  mix.fields = {{"Key", arguments.groups, Kind::in_turn}};
  mix.hits_of_hour = 20 * arguments.groups;
  Load load(event_count(), mix);
  CorrelatorOptions options = roomy(arguments);
  options.evidence_bytes = 0;
  load.run(batch_hits * batches_made, [](const OccurrenceBatch&, int64_t) {});  // memory of the batches
  const size_t before = resident_bytes();
  Correlator correlator(load.plan(), options, Limits{});
  std::vector<Firing> firings;
  load.run(9 * arguments.groups, [&](const OccurrenceBatch& batch, int64_t watermark) {
    correlator.take(batch, watermark, firings);
  });
  const auto groups = static_cast<double>(correlator.counters().groups);
  report(arguments, "bytes of a group", "bytes", static_cast<double>(correlator.counters().bytes) / groups,
         "<= 192",
         {{"resident", static_cast<double>(resident_bytes() - before) / groups}, {"groups", groups}});
}

void distinct_keys(const Arguments& arguments) {
  HitMix mix;
  mix.fields = {{"Key", 10 * arguments.groups, Kind::in_turn}};
  mix.hits_of_hour = 20 * arguments.groups;
  Load load(event_count(), mix);
  CorrelatorOptions options;
  options.state_bytes = options.rule_bytes = (size_t{256} << 20) * arguments.groups / 1'000'000;
  options.evidence_bytes = 0;
  std::vector<Firing> firings;
  load.run(batch_hits * batches_made, [](const OccurrenceBatch&, int64_t) {});  // memory of the batches
  const size_t before = resident_bytes();
  Correlator correlator(load.plan(), options, Limits{});
  size_t most = 0;
  double seconds = 0;
  load.run(10 * arguments.groups, [&](const OccurrenceBatch& batch, int64_t watermark) {
    const double begin = processor_seconds();
    correlator.take(batch, watermark, firings);
    seconds += processor_seconds() - begin;
    most = std::max(most, resident_bytes());
  });
  const CorrelationCounters& counters = correlator.counters();
  report(arguments, "ten million keys", "of budget",
         static_cast<double>(most - before) / static_cast<double>(options.state_bytes), "<= 1.1",
         {{"resident_MB", static_cast<double>((most - before) >> 20)},
          {"counted_MB", static_cast<double>(counters.bytes >> 20)},
          {"groups", static_cast<double>(counters.groups)},
          {"evicted", static_cast<double>(counters.evicted)},
          {"made", static_cast<double>(counters.groups_made)},
          {"hits_per_second", static_cast<double>(10 * arguments.groups) / seconds}});
}

// What a shard stands still for is its visit in which it is saved, its share of the batch with it. By the clock on the wall and by processor time.
void saving(const Arguments& arguments) {
  const HitMix mix = uniform(arguments);
  Load load(event_count(), mix);
  bool saved = false;
  size_t bytes = 0;
  std::vector<double> walls, processors;
  Correlator correlator(load.plan(), roomy(arguments), Limits{},
                        [&](size_t count, const std::function<void(size_t)>& visit) {
                          for (size_t i = 0; i < count; ++i) {
                            saved = false;
                            const double wall = wall_seconds(), processor = processor_seconds();
                            visit(i);
                            if (!saved) continue;
                            walls.push_back(wall_seconds() - wall);
                            processors.push_back(processor_seconds() - processor);
                          }
                        });
  std::vector<Firing> firings;
  double longest_begin = 0, longest_take = 0;
  size_t takes = 0, saves = 0;
  const auto take = [&](const OccurrenceBatch& batch, int64_t watermark) {
    const double begin = processor_seconds();
    correlator.take(batch, watermark, firings);
    longest_take = std::max(longest_take, processor_seconds() - begin);
    firings.clear();
    ++takes;
  };
  load.run(mix.hits_of_hour, take);
  const auto save = [&](std::string_view section) { saved = true, bytes += section.size(); };
  // As a stream does that saves: a batch, and some shards between batches so that it ends.
  longest_take = takes = 0;
  for (; saves < 5; ++saves) {
    const double begin = processor_seconds();
    correlator.begin_save(save);
    longest_begin = std::max(longest_begin, processor_seconds() - begin);
    while (correlator.saving()) load.run(batch_hits, take);
  }
  std::sort(walls.begin(), walls.end());
  std::sort(processors.begin(), processors.end());
  const auto at = [](const std::vector<double>& of, double share) {
    return 1000 * of[std::min(of.size() - 1, static_cast<size_t>(share * static_cast<double>(of.size())))];
  };
  report(arguments, "saving: a shard, p99", "ms", at(walls, 0.99), "<= 10",
         {{"longest", at(walls, 1)},
          {"processor_p99", at(processors, 0.99)},
          {"processor_longest", at(processors, 1)},
          {"longest_take", 1000 * longest_take},
          {"begin", 1000 * longest_begin},
          {"shards", static_cast<double>(walls.size())},
          {"MB", static_cast<double>(bytes / saves >> 20)},
          {"groups", static_cast<double>(correlator.counters().groups)}});
}

struct Row {
  const char* name;
  void (*run)(const Arguments&);
};
constexpr Row rows[] = {{"uniform", event_count_uniform},
                        {"late", event_count_disordered},
                        {"zipf", event_count_zipf},
                        {"temporal", temporal},
                        {"value_count", value_count},
                        {"mixed", mixed},
                        {"cores", cores},
                        {"bytes", bytes_of_group},
                        {"keys", distinct_keys},
                        {"saving", saving}};

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How fast correlations count, in how much memory, and how they are saved", "correlate");
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(row.name);
  app.add_option("--row", arguments.rows, "Only this row; repeatable")
      ->check(CLI::IsMember(names))
      ->allow_extra_args(false);
  app.add_option("--groups", arguments.groups, "Live groups of most rows")
      ->check(CLI::Range(1000, 100'000'000))
      ->capture_default_str();
  app.add_option("--hits", arguments.hits, "Measured in a row, once its windows are full")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--evidence", arguments.evidence, "Bytes kept of events, in rows about speed")
      ->capture_default_str();
  app.add_option("--pack", arguments.pack, "The rules that the mixed row counts with")->capture_default_str();
  app.add_flag("--json", arguments.json, "One JSON object a line");
  CLI11_PARSE(app, argc, argv);

  int status = 0;
  for (const Row& row : rows) {
    if (!arguments.rows.empty() &&
        std::find(arguments.rows.begin(), arguments.rows.end(), row.name) == arguments.rows.end())
      continue;
    const pid_t child = fork();
    if (child < 0) fail(1, "no process can be started");
    if (child == 0) {
      row.run(arguments);
      std::fflush(stdout);
      _exit(0);
    }
    int ended = 0;
    if (waitpid(child, &ended, 0) < 0 || ended != 0) {
      std::fprintf(stderr, "correlate: row %s failed\n", row.name);
      status = 1;
    }
  }
  return status;
}
