// literals: what the two literal searches take for each byte, by the number of literals and by the length of the texts.
//
//   literals -r RULES… [--count N…] [--seconds S] EVENTS
//
// The literals are those of the rules, shuffled; the texts are the events' strings, folded: all of them, those of less than 64
// bytes, and those of 512 and more. Both searches take turns, pass by pass, for S seconds of processor time each (default 1);
// a figure is the median pass. Building is timed once.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "event/byte_source.h"
#include "match/literal_index.h"
#include "match/necessary.h"
#include "plan/plan_builder.h"
#include "rule_loader.h"
#include "support/utf8.h"

namespace {

using sigrun::LiteralAutomata;
using sigrun::LiteralIndex;
using sigrun::LiteralSearch;

// Of this process: on a machine that does other things too, a clock on the wall would tell about those.
double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::vector<std::string> literals_of(const std::vector<std::string>& rule_paths) {
  sigrun::LoadOptions options;
  options.rule_paths = rule_paths;
  sigrun::LoadReport report;
  const auto rules = sigrun::load_rules(options, report);
  if (!rules) {
    std::fprintf(stderr, "%s\n", report.fatal.c_str());
    std::exit(2);
  }
  const auto plan = sigrun::build_plan({rules->detections, {}, sigrun::Routing::off, {}, options.limits});
  std::set<std::string> literals;
  auto add = [&](const sigrun::TextTest& test) {
    if (!sigrun::longest_literal(test).empty()) literals.insert(sigrun::fold(sigrun::longest_literal(test)));
  };
  for (const auto& predicate : plan->predicates) {
    if (auto* test = std::get_if<sigrun::TextTest>(&predicate.test)) add(*test);
    if (auto* any = std::get_if<sigrun::AnyTextTest>(&predicate.test))
      std::for_each(any->tests.begin(), any->tests.end(), add);
  }
  std::vector<std::string> shuffled(literals.begin(), literals.end());
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937_64(20'261'123));
  return shuffled;
}

// Texts one behind the other, each followed by the bytes that searches may read.
class Texts {
 public:
  void add(std::string_view text) {
    places_.emplace_back(bytes_.size(), text.size());
    bytes_ += text;
    bytes_.append(sigrun::Teddy::padding, '\0');
    size_ += text.size();
  }
  size_t count() const { return places_.size(); }
  size_t size() const { return size_; }
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [begin, size] : places_) visit(std::string_view(bytes_).substr(begin, size));
  }

 private:
  std::string bytes_;
  std::vector<std::pair<size_t, size_t>> places_;
  size_t size_ = 0;
};

void add_strings(simdjson::dom::element element, Texts& texts) {
  if (element.is_object()) {
    for (auto field : simdjson::dom::object(element)) add_strings(field.value, texts);
  } else if (element.is_array()) {
    for (auto child : simdjson::dom::array(element)) add_strings(child, texts);
  } else if (element.is_string()) {
    const std::string_view text = element;
    if (!text.empty()) texts.add(sigrun::fold(text));
  }
}

Texts read_texts(const std::string& path) {
  constexpr size_t enough = size_t{16} << 20;  // bytes of events
  std::string error;
  const auto file = sigrun::open_byte_source(path, error);
  if (!file) {
    std::fprintf(stderr, "%s\n", error.c_str());
    std::exit(3);
  }
  std::string lines;
  for (size_t got = 1; got != 0 && lines.size() < enough;) {
    const size_t size = lines.size();
    lines.resize(size + (size_t{1} << 20));
    got = file->read(lines.data() + size, lines.size() - size);
    lines.resize(size + got);
  }
  Texts texts;
  simdjson::dom::parser parser;
  for (size_t begin = 0, end; (end = lines.find('\n', begin)) != lines.npos; begin = end + 1)
    if (auto event = parser.parse(lines.data() + begin, end - begin); !event.error())
      add_strings(event.value(), texts);
  return texts;
}

struct Search {
  std::string name;
  std::function<uint64_t(const Texts&)> pass;  // how many were found
  double build_seconds = 0;
  std::vector<double> seconds;
};

std::vector<Search> searches_for(const std::vector<sigrun::SearchedLiteral>& literals) {
  std::vector<Search> searches;
  for (const LiteralSearch choice : {LiteralSearch::own, LiteralSearch::vectorscan}) {
    const bool own = choice == LiteralSearch::own;
    const auto automata = std::make_shared<LiteralAutomata>(choice);
    const double start = processor_seconds();
    const auto index =
        std::make_shared<LiteralIndex>(literals, sigrun::LiteralAnchor::anywhere, automata.get());
    const double build = processor_seconds() - start;
    if (!own && !index->has_automaton()) continue;
    const auto scratch = std::make_shared<sigrun::LiteralScratch>(automata->make_scratch());
    // Literals and texts, each pair once: what the own search finds twice counts once.
    auto pass = [automata, index, scratch, seen = std::vector<uint64_t>(literals.size()),
                 number = uint64_t{0}](const Texts& texts) mutable {
      uint64_t found = 0;
      texts.for_each([&](std::string_view text) {
        ++number;
        index->scan(text, *scratch, [&](uint32_t id) {
          found += seen[id] != number;
          seen[id] = number;
        });
      });
      return found;
    };
    searches.push_back({own ? "own" : "vectorscan", pass, build, {}});
  }
  return searches;
}

void measure(const std::vector<std::string>& literals,
             const std::vector<std::pair<std::string, Texts>>& mixes, double budget) {
  std::vector<sigrun::SearchedLiteral> numbered;
  for (const std::string& literal : literals)
    numbered.push_back({literal, static_cast<uint32_t>(numbered.size())});
  std::vector<Search> searches = searches_for(numbered);
  for (const auto& [mix, texts] : mixes) {
    std::vector<uint64_t> found;
    for (Search& search : searches) search.seconds.clear(), found.push_back(search.pass(texts));
    if (std::adjacent_find(found.begin(), found.end(), std::not_equal_to<>()) != found.end()) {
      std::fprintf(stderr, "the searches find different numbers of literals\n");
      std::exit(1);
    }
    const double begin = processor_seconds();
    do {
      for (Search& search : searches) {
        const double start = processor_seconds();
        search.pass(texts);
        search.seconds.push_back(processor_seconds() - start);
      }
    } while (processor_seconds() - begin < budget * static_cast<double>(searches.size()));
    for (Search& search : searches) {
      std::sort(search.seconds.begin(), search.seconds.end());
      const double median = search.seconds[search.seconds.size() / 2];
      fmt::print(
          "{:>7} literals  {:<11} {:<11}{:>8.3f} ns/byte {:>8.0f} ns/text  {:.2f} found/text, built in "
          "{:.1f} ms\n",
          literals.size(), mix, search.name, median * 1e9 / static_cast<double>(texts.size()),
          median * 1e9 / static_cast<double>(texts.count()),
          static_cast<double>(found[0]) / static_cast<double>(texts.count()), search.build_seconds * 1e3);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> rules;
  std::vector<size_t> counts = {8, 64, 500, 5'000, 28'000};
  std::string events;
  double seconds = 1;
  CLI::App app("What the literal searches take for each byte", "literals");
  app.add_option("-r,--rules", rules, "Rule file or folder; repeatable")->required()->allow_extra_args(false);
  app.add_option("--count", counts, "So many literals; repeatable")->allow_extra_args(false);
  app.add_option("--seconds", seconds, "For each figure");
  app.add_option("events", events, "NDJSON, also .gz and .zst")->required();
  CLI11_PARSE(app, argc, argv);

  const std::vector<std::string> literals = literals_of(rules);
  const Texts all = read_texts(events);
  std::vector<std::pair<std::string, Texts>> mixes = {{"all", all}, {"below 64", {}}, {"from 512", {}}};
  all.for_each([&](std::string_view text) {
    if (text.size() < 64) mixes[1].second.add(text);
    if (text.size() >= 512) mixes[2].second.add(text);
  });
  std::erase_if(mixes, [](const auto& mix) { return mix.second.count() == 0; });
  for (const auto& [mix, texts] : mixes)
    fmt::print("{}: {} texts of {:.0f} bytes\n", mix, texts.count(),
               static_cast<double>(texts.size()) / static_cast<double>(texts.count()));
  for (const size_t count : counts) {
    const auto end = literals.begin() + static_cast<ptrdiff_t>(std::min(count, literals.size()));
    measure({literals.begin(), end}, mixes, seconds);
  }
}
