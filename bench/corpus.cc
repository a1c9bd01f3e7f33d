// corpus: how fast one core goes over recorded events, next to what the machine can do at all with the same
// bytes.
//
//   corpus -r RULES… [--sets SET…] [--times FOLDER] [--mix NAME] [--only TEXT…] [--matching] [--stage NAME…]
//          [--seconds S | --passes N] [--json] [--json-to FILE] EVENTS
//   corpus --versions
//
// Sets of rules: a number (so many rule files, spread over all; 0 is an engine without rules) or `all`, which
// is what it takes unless told; --times adds FOLDER, as multiply_rules writes it, as the set 10x. Each set's
// engine is loaded, measured next to the yardsticks, pass by pass in turn, and given back before the next
// one. Stages: yardsticks.h and engine_stages.h; a stage's figure is its median pass, in processor time.
//
// `--only` keeps events that contain one of the texts, `--matching` those that fire one of all rules. Events
// are decompressed into memory first. `--passes N` runs exactly N of them and reports nothing: for counting
// instructions. Pin it to a core: taskset -c 1.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "corpus_report.h"
#include "engine.h"
#include "engine_stages.h"
#include "event_mix.h"
#include "parallel.h"
#include "rule_subset.h"
#include "yardsticks.h"

namespace {

using namespace sigrun::bench;

struct Arguments {
  std::vector<std::string> rules, sets, only, stages;
  std::string times, record, events, mix = "as recorded", literals = "automatic";
  double seconds = 2;
  size_t passes = 0;
  bool matching = false, json = false, versions = false;
};

[[noreturn]] void fail(int status, const std::string& why) {
  std::fprintf(stderr, "corpus: %s\n", why.c_str());
  std::exit(status);
}

struct Loaded {
  std::unique_ptr<sigrun::Engine> engine;
  size_t rules = 0;
  double seconds = 0;
};

Loaded load(const std::vector<std::string>& paths, const Arguments& arguments) {
  sigrun::LoadOptions options;
  options.rule_paths = paths;
  options.for_each = sigrun::in_parallel;
  if (arguments.literals == "own") options.literal_search = sigrun::LiteralSearch::own;
  if (arguments.literals == "vectorscan") options.literal_search = sigrun::LiteralSearch::vectorscan;
  sigrun::LoadReport report;
  const auto begin = std::chrono::steady_clock::now();
  Loaded loaded{sigrun::Engine::load(options, report)};
  if (!loaded.engine) fail(2, report.fatal);
  loaded.rules = report.loaded;
  loaded.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return loaded;
}

std::vector<std::string> paths_of(const std::string& set, const Arguments& arguments) {
  if (set == "all") return arguments.rules;
  if (set == "10x") return {arguments.times};
  std::string problem;
  char* end = nullptr;
  const size_t wanted = std::strtoul(set.c_str(), &end, 10);
  if (set.empty() || *end != '\0')
    fail(3, fmt::format("'{}' is no set of rules; write a number, or all", set));
  auto paths = spread_rule_files(arguments.rules, wanted, problem);
  if (!problem.empty()) fail(2, problem);
  return paths;
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

std::string choose_events(const Arguments& arguments) {
  std::string error;
  std::string text = read_events(arguments.events, error);
  if (!error.empty()) fail(3, error);
  if (!arguments.only.empty()) {
    auto wanted = [&](std::string_view event) {
      return std::any_of(arguments.only.begin(), arguments.only.end(),
                         [&](const std::string& part) { return event.find(part) != event.npos; });
    };
    text = select_events(text, *load({}, arguments).engine, wanted);
  }
  if (arguments.matching) text = select_matching(text, *load(arguments.rules, arguments).engine);
  if (text.empty()) fail(3, "no event is left of " + arguments.events);
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  return text;
}

CorpusResult measure(const std::string& set, const std::string& text, const Arguments& arguments) {
  const Loaded loaded = load(paths_of(set, arguments), arguments);
  EngineStages own(*loaded.engine, text);
  Yardsticks yardsticks(text);
  CorpusResult result{arguments.mix, set,         loaded.rules,       loaded.seconds,
                      own.events(),  text.size(), yardsticks.stages()};
  for (Stage& stage : own.stages()) result.stages.push_back(std::move(stage));
  if (!arguments.stages.empty())
    std::erase_if(result.stages, [&](const Stage& stage) {
      return std::find(arguments.stages.begin(), arguments.stages.end(), stage.name) ==
             arguments.stages.end();
    });
  for (size_t pass = 0; pass < arguments.passes; ++pass)
    for (Stage& stage : result.stages) stage.pass();
  if (arguments.passes > 0) return result;
  if (const std::string problem = run_in_turn(result.stages, arguments.seconds); !problem.empty())
    fail(1, problem);
  for (Stage& stage : result.stages) stage.pass = {};  // what it works on goes now
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("How fast one core goes over recorded events", "corpus");
  app.add_option("-r,--rules", arguments.rules, "Rule file or folder; repeatable")->allow_extra_args(false);
  app.add_option("--literals", arguments.literals, "What searches for literals: automatic, own, vectorscan")
      ->check(CLI::IsMember({"automatic", "own", "vectorscan"}));
  app.add_option("--sets", arguments.sets, "How many rule files, or all; with commas")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--times", arguments.times, "Rules ten times over, of multiply_rules: the set 10x");
  app.add_option("--mix", arguments.mix, "What to call the selection of events");
  app.add_option("--only", arguments.only, "Only events that contain this text; repeatable")
      ->allow_extra_args(false);
  app.add_flag("--matching", arguments.matching, "Only events that fire a rule");
  app.add_option("--stage", arguments.stages, "Only this stage; repeatable")->allow_extra_args(false);
  app.add_option("--seconds", arguments.seconds, "For each stage");
  app.add_option("--passes", arguments.passes, "Exactly so many, and no report");
  app.add_flag("--versions", arguments.versions, "Say what counts of instructions depend on, and end");
  app.add_flag("--json", arguments.json, "One JSON object a line");
  app.add_option("--json-to", arguments.record, "Append JSON lines to this file, beside the tables");
  app.add_option("events", arguments.events, "NDJSON, also .gz and .zst");
  CLI11_PARSE(app, argc, argv);
  if (arguments.versions) return print_versions(), 0;
  if (arguments.rules.empty() || arguments.events.empty())
    fail(3, "rules (-r) and a file of events are needed; see --help");
  if (arguments.sets.empty()) arguments.sets = {"all"};
  if (!arguments.times.empty()) arguments.sets.push_back("10x");

  const std::string text = choose_events(arguments);
  CorpusReport report(arguments.json, arguments.record);
  for (const std::string& set : arguments.sets) {
    CorpusResult result = measure(set, text, arguments);
    if (arguments.passes == 0 && !report.add(std::move(result)))
      fail(3, arguments.record + ": cannot be written");
  }
  report.print_summary();
}
