// corpus: how fast one core goes over recorded events, next to what the machine can do at all with the same bytes.
//
//   corpus -r RULES… [--mix NAME] [--only TEXT…] [--matching] [--stage NAME…] [--seconds S | --passes N] [--json] EVENTS
//   corpus --versions
//
//   memchr    find the line ends
//   walk      On-Demand: every key, no value
//   dom       a document tree of every event: the yardstick, "just parse the JSON"
//   frame     sigrun's events out of the bytes
//   evaluate  framed events to alerts
//   sigrun    bytes to alerts: frame and evaluate
//
// Rules are taken in the order of their files. `--only` keeps events that contain one of
// the texts, `--matching` those that fire a rule. Events are decompressed into memory first, so neither disk nor zstd is
// measured. Stages run in turn, pass by pass, for S seconds each (default 2); a stage's figure is its median pass. Pin it to a
// core: taskset -c 1. `--passes N` runs exactly N of them and reports nothing: for counting instructions.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"

namespace {

struct Arguments {
  std::vector<std::string> rules, only, stages;
  std::string events, mix = "as recorded";
  double seconds = 2;
  size_t passes = 0;
  bool matching = false, json = false, versions = false;
};

struct Stage {
  std::string name;
  std::function<uint64_t()> pass;  // a figure that keeps the work from being left out
  std::vector<double> seconds;
  double median() {
    std::sort(seconds.begin(), seconds.end());
    return seconds[seconds.size() / 2];
  }
};

std::string read_all(const std::string& path) {
  std::string error, text;
  const auto file = sigrun::open_byte_source(path, error);
  if (!file) {
    std::fprintf(stderr, "%s\n", error.c_str());
    std::exit(3);
  }
  for (size_t got = 1; got != 0;) {
    const size_t size = text.size();
    text.resize(size + (size_t{4} << 20));
    got = file->read(text.data() + size, text.size() - size);
    text.resize(size + got);
  }
  return text;
}

class Bench {
 public:
  Bench(const sigrun::Engine& engine, std::string text) : engine_(engine), scratch_(engine.make_scratch()) {
    text_ = std::move(text);
    text_.reserve(text_.size() + simdjson::SIMDJSON_PADDING);
    frame([&](sigrun::EventBatch& batch) { batches_.push_back(batch); });
    for (const auto& batch : batches_) events_ += batch.events.size();
  }

  size_t events() const { return events_; }
  size_t bytes() const { return text_.size(); }

  // The events that `keep` wants, a line each.
  std::string select(const std::function<bool(std::string_view)>& keep) const {
    std::string lines;
    for (const auto& batch : batches_)
      for (const auto& span : batch.events)
        if (std::string_view event = batch.event(span); keep(event)) (lines += event) += '\n';
    return lines;
  }

  std::string select_matching() {
    std::string lines;
    std::vector<sigrun::Alert> alerts;
    sigrun::Counters counters;
    for (const auto& batch : batches_) engine_.evaluate(batch, "", *scratch_, alerts, counters);
    const std::string* last = nullptr;
    for (const auto& alert : alerts) {
      if (alert.event.get() == last) continue;
      last = alert.event.get();
      (lines += *last) += '\n';
    }
    return lines;
  }

  std::vector<Stage> stages() {
    return {
        {"memchr", [this] { return count_lines(); }, {}},
        {"walk", [this] { return walk(); }, {}},
        {"dom", [this] { return parse(); }, {}},
        {"frame", [this] { return frame([](sigrun::EventBatch&) {}); }, {}},
        {"evaluate", [this] { return evaluate(); }, {}},
        {"sigrun", [this] { return scan(); }, {}},
    };
  }

 private:
  uint64_t count_lines() const {
    uint64_t lines = 0;
    const char* end = text_.data() + text_.size();
    for (const char* p = text_.data(); (p = static_cast<const char*>(std::memchr(p, '\n', end - p))); ++p)
      ++lines;
    return lines;
  }

  template <class Visit>
  void for_each_line(Visit&& visit) const {
    for (size_t at = 0; at < text_.size();) {
      size_t end = std::min(text_.find('\n', at), text_.size());
      if (end > at) visit(text_.data() + at, end - at);
      at = end + 1;
    }
  }

  uint64_t walk() {
    uint64_t keys = 0;
    for_each_line([&](const char* line, size_t size) {
      auto document = walker_.iterate(line, size, size + simdjson::SIMDJSON_PADDING);
      for (auto field : document.get_object()) {
        (void)field.key();
        ++keys;
      }
    });
    return keys;
  }

  uint64_t parse() {
    uint64_t good = 0;
    for_each_line(
        [&](const char* line, size_t size) { good += parser_.parse(line, size, false).error() == 0; });
    return good;
  }

  template <class Take>
  uint64_t frame(Take&& take) {
    const auto source = sigrun::memory_byte_source(text_);
    sigrun::EventReader reader(*source, engine_.envelopes(), engine_.limits());
    uint64_t events = 0;
    while (reader.next(batch_)) {
      events += batch_.events.size();
      take(batch_);
    }
    return events;
  }

  uint64_t evaluate_one(const sigrun::EventBatch& batch) {
    alerts_.clear();
    sigrun::Counters counters;
    engine_.evaluate(batch, "", *scratch_, alerts_, counters);
    return alerts_.size();
  }

  uint64_t evaluate() {
    uint64_t alerts = 0;
    for (const auto& batch : batches_) alerts += evaluate_one(batch);
    return alerts;
  }

  uint64_t scan() {
    uint64_t alerts = 0;
    frame([&](sigrun::EventBatch& batch) { alerts += evaluate_one(batch); });
    return alerts;
  }

  const sigrun::Engine& engine_;
  sigrun::Engine::ScratchPointer scratch_;
  std::string text_;
  std::vector<sigrun::EventBatch> batches_;
  sigrun::EventBatch batch_;
  std::vector<sigrun::Alert> alerts_;
  size_t events_ = 0;
  simdjson::ondemand::parser walker_;
  simdjson::dom::parser parser_;
};

// One pass of each in turn, so that what slows the machine down slows down all of them.
void run(std::vector<Stage>& stages, double budget) {
  using Clock = std::chrono::steady_clock;
  std::vector<uint64_t> figures(stages.size());
  const auto begin = Clock::now();
  for (bool first = true; first || std::chrono::duration<double>(Clock::now() - begin).count() <
                                       budget * static_cast<double>(stages.size());
       first = false) {
    for (size_t i = 0; i < stages.size(); ++i) {
      const auto start = Clock::now();
      uint64_t figure = stages[i].pass();
      double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (first) {  // warms caches up
        figures[i] = figure;
        continue;
      }
      if (figure != figures[i]) {
        std::fprintf(stderr, "%s: %llu, then %llu\n", stages[i].name.c_str(),
                     static_cast<unsigned long long>(figures[i]), static_cast<unsigned long long>(figure));
        std::exit(1);
      }
      stages[i].seconds.push_back(seconds);
    }
  }
}

void report(const Arguments& arguments, std::vector<Stage>& stages, size_t rules, size_t events,
            size_t bytes) {
  double dom = 0;
  for (Stage& stage : stages)
    if (stage.name == "dom") dom = stage.median();
  if (!arguments.json)
    fmt::print("{}: {} rules, {} events, {:.1f} MB\n", arguments.mix, rules, events,
               static_cast<double>(bytes) / 1e6);
  for (Stage& stage : stages) {
    double median = stage.median();
    double rate = static_cast<double>(bytes) / median / 1e9, count = static_cast<double>(events) / median;
    if (arguments.json)
      fmt::print(
          "{{\"mix\":\"{}\",\"rules\":{},\"events\":{},\"bytes\":{},\"stage\":\"{}\",\"gigabytes_per_"
          "second\":{:.4f},"
          "\"events_per_second\":{:.0f},\"ratio_to_dom\":{:.4f},\"passes\":{}}}\n",
          arguments.mix, rules, events, bytes, stage.name, rate, count, dom / median, stage.seconds.size());
    else
      fmt::print("  {:<9}{:>9.3f} GB/s {:>11.0f} events/s {:>8.3f} of dom   ({} passes)\n", stage.name, rate,
                 count, dom / median, stage.seconds.size());
  }
}

// What instruction counts depend on, beside the code.
void print_versions() {
#if defined(__clang__)
  const char* compiler = "clang";
#else
  const char* compiler = "gcc";
#endif
  // The numbers are enumerators: a library of formats may take them for no numbers.
  const int major = simdjson::SIMDJSON_VERSION_MAJOR, minor = simdjson::SIMDJSON_VERSION_MINOR,
            revision = simdjson::SIMDJSON_VERSION_REVISION;
  fmt::print("{}-{} simdjson-{}.{}.{}-{}\n", compiler, __VERSION__, major, minor, revision,
             simdjson::get_active_implementation()->name());
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How fast one core goes over recorded events", "corpus");
  app.add_option("-r,--rules", arguments.rules, "Rule file or folder; repeatable")->allow_extra_args(false);
  app.add_option("--mix", arguments.mix, "What to call the selection of events");
  app.add_option("--only", arguments.only, "Only events that contain this text; repeatable")
      ->allow_extra_args(false);
  app.add_flag("--matching", arguments.matching, "Only events that fire a rule");
  app.add_option("--stage", arguments.stages, "Only this stage; repeatable")->allow_extra_args(false);
  app.add_option("--seconds", arguments.seconds, "For each stage");
  app.add_option("--passes", arguments.passes, "Exactly so many, and no report");
  app.add_flag("--versions", arguments.versions, "Say what counts of instructions depend on, and end");
  app.add_flag("--json", arguments.json, "One JSON object a line");
  app.add_option("events", arguments.events, "NDJSON, also .gz and .zst");
  CLI11_PARSE(app, argc, argv);
  if (arguments.versions) return print_versions(), 0;
  if (arguments.rules.empty() || arguments.events.empty()) {
    std::fprintf(stderr, "corpus: rules (-r) and a file of events are needed; see --help\n");
    return 3;
  }

  sigrun::LoadOptions options;
  options.rule_paths = arguments.rules;
  sigrun::LoadReport loaded;
  const auto engine = sigrun::Engine::load(options, loaded);
  if (!engine) {
    std::fprintf(stderr, "%s\n", loaded.fatal.c_str());
    return 2;
  }
  std::string text = read_all(arguments.events);
  if (!arguments.only.empty())
    text = Bench(*engine, std::move(text)).select([&](std::string_view event) {
      return std::any_of(arguments.only.begin(), arguments.only.end(),
                         [&](const std::string& wanted) { return event.find(wanted) != event.npos; });
    });
  if (arguments.matching) text = Bench(*engine, std::move(text)).select_matching();

  Bench bench(*engine, std::move(text));
  std::vector<Stage> stages = bench.stages();
  if (!arguments.stages.empty())
    std::erase_if(stages, [&](const Stage& stage) {
      return std::find(arguments.stages.begin(), arguments.stages.end(), stage.name) ==
             arguments.stages.end();
    });
  for (size_t pass = 0; pass < arguments.passes; ++pass)
    for (Stage& stage : stages) stage.pass();
  if (arguments.passes > 0) return 0;
  run(stages, arguments.seconds);
  report(arguments, stages, loaded.loaded, bench.events(), bench.bytes());
}
