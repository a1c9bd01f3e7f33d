// hostile: what the worst events cost. Whoever writes a log can make its events as expensive as they may be.
//
//   hostile -r RULES… [--family TEXT] [--carrier TEXT] [--from BYTES] [--to BYTES] [--json] [--all]
//   hostile -r RULES… --family NAME --carrier NAME --size BYTES --print | --seconds S
//
// Makes events of every family (hostile_event.h) out of what the rules look for, at doubling sizes from 1 KB
// to 1 MB, and takes the processor time of each, bytes to alerts. Reports for each family its worst carrier
// (--all: every one):
//
//   ns/byte   of its slowest event, at three sizes
//   growth    the exponent e of "time ~ size^e", by least squares over sizes from 16 KB on; 1 is linear
//   worst     its slowest event's time by that of the median event of the same size, at the worst size
//
// The median is that of all events of a size, and, beside it and stricter, that of the ordinary ones alone.
// Aims: growth up to 1.2, worst up to 100. --print writes one event out; --seconds runs one for so long, for
// a profile.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "engine.h"
#include "event_timer.h"
#include "growth_fit.h"
#include "hostile_event.h"
#include "rule_loader.h"
#include "rule_texts.h"

namespace {

using namespace sigrun::bench;

constexpr double fitted_from = 16 << 10;
// No larger events of a kind are made when one took so many seconds: what that slow a kind grows by is known
// by then.
constexpr double longest_event = 0.5;
constexpr double growth_aim = 1.2, worst_aim = 100;

struct Arguments {
  std::vector<std::string> rules;
  std::string family, carrier;
  size_t from = 1 << 10, to = 1 << 20, size = 0;
  double seconds = 0;
  bool json = false, all = false, print = false;
};

// The slowest of the events of one family, carrier and size.
struct Sample {
  size_t size = 0, bytes = 0;
  EventTime time;
  double ns_per_byte() const { return time.nanoseconds / static_cast<double>(bytes); }
};

struct Row {
  const HostileEvent* event = nullptr;
  std::vector<Sample> samples;
  double growth = 0, by_median = 0, by_ordinary = 0;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

// Events of one kind differ in what was picked for them, small ones more. The same seeds at every size: a
// larger event begins like a smaller one, so that growth is that of the engine and not of luck.
size_t variants(size_t size) { return size <= 4096 ? 4 : 2; }

Sample measure(EventTimer& timer, const HostileEvent& event, size_t size) {
  Sample worst;
  for (size_t i = 0; i < variants(size); ++i) {
    const std::string text = event.make(size, Random(i));
    Sample sample{size, text.size(), timer.measure(text, 0.001)};
    if (worst.bytes == 0 || sample.ns_per_byte() > worst.ns_per_byte()) worst = sample;
  }
  return worst;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// By size: the time for each byte of the median event.
using Medians = std::map<size_t, double>;

template <class Keep>
Medians medians(const std::vector<Row>& rows, Keep&& keep) {
  std::map<size_t, std::vector<double>> times;
  for (const Row& row : rows)
    if (keep(row))
      for (const Sample& sample : row.samples) times[sample.size].push_back(sample.ns_per_byte());
  Medians result;
  for (auto& [size, values] : times) result[size] = median(values);
  return result;
}

double worst_ratio(const Row& row, const Medians& medians) {
  double worst = 0;
  for (const Sample& sample : row.samples)
    if (auto known = medians.find(sample.size); known != medians.end())
      worst = std::max(worst, sample.ns_per_byte() / known->second);
  return worst;
}

void print_row(const Row& row) {
  const auto& samples = row.samples;
  const Sample& last = samples.back();
  fmt::print("{:<25} {:<26} {:>8.2f} {:>8.2f} {:>8.2f} {:>7.2f} {:>8.1f} {:>8.1f} {:>7} {}\n",
             row.event->family, row.event->carrier, samples.front().ns_per_byte(),
             samples[samples.size() / 2].ns_per_byte(), last.ns_per_byte(), row.growth, row.by_median,
             row.by_ordinary, last.time.alerts, last.time.outcome);
}

void print_table(std::vector<Row>& rows, const Medians& all, const Medians& ordinary, bool every_carrier) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.by_median > b.by_median; });
  const auto& samples = rows.front().samples;
  fmt::print("{:<25} {:<26} {:>8} {:>8} {:>8} {:>7} {:>8} {:>8} {:>7} {}\n", "family", "worst carrier",
             fmt::format("{}", samples.front().size), fmt::format("{}", samples[samples.size() / 2].size),
             fmt::format("{} B", samples.back().size), "growth", "worst/", "worst/", "alerts", "outcome");
  fmt::print("{:<25} {:<26} {:>8} {:>8} {:>8} {:>7} {:>8} {:>8}\n", "", "", "ns/byte", "ns/byte", "ns/byte",
             "", "median", "ordinary");
  std::map<std::string, bool> seen;
  for (const Row& row : rows)
    if (every_carrier || !std::exchange(seen[row.event->family], true)) print_row(row);
  fmt::print("\n{:>10} {:>16} {:>18}\n", "size", "median ns/byte", "ordinary ns/byte");
  for (const auto& [size, time] : all) {
    const auto known = ordinary.find(size);
    fmt::print("{:>10} {:>16.2f} {:>18.2f}\n", size, time, known == ordinary.end() ? 0 : known->second);
  }
}

void print_verdict(const std::vector<Row>& rows) {
  std::vector<const Row*> growing, slow;
  for (const Row& row : rows) {
    if (row.growth > growth_aim) growing.push_back(&row);
    if (row.by_median > worst_aim) slow.push_back(&row);
  }
  fmt::print("\n{} of {} kinds of events grow faster than size^{}, {} are over {} times the median event\n",
             growing.size(), rows.size(), growth_aim, slow.size(), worst_aim);
  for (const Row* row : growing)
    fmt::print("  grows:  {:.2f}  {} in {}\n", row->growth, row->event->family, row->event->carrier);
  for (const Row* row : slow)
    fmt::print("  slow: {:>6.1f}  {} in {}\n", row->by_median, row->event->family, row->event->carrier);
}

void print_json(const Row& row) {
  for (const Sample& sample : row.samples)
    fmt::print(
        "{{\"family\":\"{}\",\"carrier\":\"{}\",\"size\":{},\"bytes\":{},\"nanoseconds\":{:.0f},\"framing\":{"
        ":.0f},"
        "\"nanoseconds_per_byte\":{:.3f},\"alerts\":{},\"outcome\":\"{}\",\"growth\":{:.3f},"
        "\"worst_by_median\":{:.2f},\"worst_by_ordinary\":{:.2f}}}\n",
        row.event->family, row.event->carrier, sample.size, sample.bytes, sample.time.nanoseconds,
        sample.time.framing, sample.ns_per_byte(), sample.time.alerts, sample.time.outcome, row.growth,
        row.by_median, row.by_ordinary);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("What the worst events cost", "hostile");
  app.add_option("-r,--rules", arguments.rules, "Rule file or folder; repeatable")
      ->allow_extra_args(false)
      ->required();
  app.add_option("--family", arguments.family, "Only families that contain this text");
  app.add_option("--carrier", arguments.carrier, "Only carriers that contain this text");
  app.add_option("--from", arguments.from, "The smallest events, in bytes")->check(CLI::Range(64, 8 << 20));
  app.add_option("--to", arguments.to, "The largest events, in bytes")->check(CLI::Range(64, 8 << 20));
  app.add_option("--size", arguments.size, "Events of this size only");
  app.add_option("--seconds", arguments.seconds, "Run each event for so long, and report nothing");
  app.add_flag("--print", arguments.print, "Write the events out instead");
  app.add_flag("--all", arguments.all, "Every carrier of a family, not just the worst");
  app.add_flag("--json", arguments.json, "One JSON object a line: family, carrier, size");
  CLI11_PARSE(app, argc, argv);
  if (arguments.size > 0) arguments.from = arguments.to = arguments.size;

  sigrun::LoadOptions options;
  options.rule_paths = arguments.rules;
  sigrun::LoadReport loaded, read;
  const auto rules = sigrun::load_rules(options, read);
  const auto engine = rules ? sigrun::Engine::load(options, loaded) : nullptr;
  if (!engine) {
    fmt::print(stderr, "{}\n", rules ? loaded.fatal : read.fatal);
    return 2;
  }
  const RuleTexts texts(rules->detections);
  std::vector<HostileEvent> events = hostile_texts(texts);
  for (HostileEvent& event : hostile_shapes(texts)) events.push_back(std::move(event));
  std::erase_if(events, [&](const HostileEvent& event) {
    return !contains(event.family, arguments.family) || !contains(event.carrier, arguments.carrier);
  });
  if (events.empty() || texts.fields().empty()) {
    fmt::print(stderr, "hostile: {}\n",
               events.empty() ? "no such family or carrier" : "the rules look for no texts");
    return 3;
  }

  EventTimer timer(*engine);
  if (arguments.print || arguments.seconds > 0) {
    for (const HostileEvent& event : events) {
      const std::string text = event.make(arguments.from, Random(0));
      if (arguments.print) fmt::print("{}\n", text);
      if (arguments.seconds > 0) timer.repeat(text, arguments.seconds);
    }
    return 0;
  }
  std::vector<Row> rows;
  for (const HostileEvent& event : events) {
    Row row{&event, {}};
    std::vector<Measured> fitted;
    for (size_t size = arguments.from; size <= arguments.to; size *= 2) {
      row.samples.push_back(measure(timer, event, size));
      const Sample& sample = row.samples.back();
      const bool too_long = sample.time.nanoseconds > longest_event * 1e9;
      if (static_cast<double>(sample.size) >= fitted_from)
        fitted.push_back({static_cast<double>(sample.bytes), sample.time.nanoseconds});
      if (too_long) break;
    }
    row.growth = growth_exponent(fitted);
    rows.push_back(std::move(row));
  }
  const Medians all = medians(rows, [](const Row&) { return true; });
  const Medians ordinary = medians(rows, [](const Row& row) { return row.event->family == ordinary_family; });
  for (Row& row : rows) {
    row.by_median = worst_ratio(row, all);
    row.by_ordinary = worst_ratio(row, ordinary);
  }
  if (arguments.json) {
    for (const Row& row : rows) print_json(row);
    return 0;
  }
  fmt::print("{} rules, {} kinds of events\n\n", loaded.loaded, rows.size());
  print_table(rows, all, ordinary, arguments.all);
  print_verdict(rows);
}
