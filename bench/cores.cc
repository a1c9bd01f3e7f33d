// cores: how much faster several threads are than one, of a scan and of a plain DOM parse of the same bytes
// in the same run.
//
//   cores -r RULES… [--threads N] [--passes N] [--json] EVENTS
//
// The parse is what the machine gives: threads that take stretches of the text by turns and share nothing.
// Figures are medians of passes, by the clock on the wall, so the machine must have nothing else to do.
// Processor time says less and needs no idle machine: what several threads use more than one (caches, what
// each has to learn for itself), not what they wait. Events are decompressed into memory first.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>
#include <CLI/CLI.hpp>

#include "engine.h"
#include "event_mix.h"
#include "parallel.h"
#include "scan.h"

namespace {

[[noreturn]] void fail(int status, const std::string& why) {
  std::fprintf(stderr, "cores: %s\n", why.c_str());
  std::exit(status);
}

// Stretches of whole lines.
std::vector<std::string_view> stretches_of(std::string_view text) {
  constexpr size_t about = 1 << 19;
  std::vector<std::string_view> stretches;
  while (!text.empty()) {
    size_t end = text.size() > about ? text.find('\n', about) : text.npos;
    end = end == text.npos ? text.size() : end + 1;
    stretches.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return stretches;
}

// Every line a document; returns how many there are.
uint64_t parse(std::string_view stretch, simdjson::dom::parser& parser) {
  uint64_t events = 0;
  while (!stretch.empty()) {
    const size_t end = std::min(stretch.find('\n'), stretch.size());
    simdjson::dom::element document;
    if (end > 0 && parser.parse(stretch.data(), end, false).get(document) == simdjson::SUCCESS) ++events;
    stretch.remove_prefix(std::min(end + 1, stretch.size()));
  }
  return events;
}

uint64_t parse_all(const std::vector<std::string_view>& stretches, unsigned threads) {
  std::atomic<size_t> next = 0;
  std::atomic<uint64_t> events = 0;
  auto work = [&] {
    simdjson::dom::parser parser;
    uint64_t mine = 0;
    for (size_t i; (i = next++) < stretches.size();) mine += parse(stretches[i], parser);
    events += mine;
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return events;
}

// Of all threads together.
double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Times {
  std::vector<double> wall, processor;
  void take(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    const double used = processor_seconds();
    work();
    wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    processor.push_back(processor_seconds() - used);
  }
};

double median(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> rules;
  std::string path;
  unsigned threads = 2;
  size_t passes = 7;
  bool json = false;
  CLI::App app("How much faster several threads are than one: a scan, and a DOM parse of the same bytes.",
               "cores");
  app.add_option("-r,--rules", rules, "Rule files and folders; repeatable")->required();
  app.add_option("--threads", threads, "Compared with one")
      ->check(CLI::Range(2u, 1024u))
      ->capture_default_str();
  app.add_option("--passes", passes, "Of each, in turn")
      ->check(CLI::Range(1u, 10'000u))
      ->capture_default_str();
  app.add_flag("--json", json, "One line of JSON");
  app.add_option("EVENTS", path, "A file of JSON events, compressed or not")->required();
  CLI11_PARSE(app, argc, argv);

  std::string error;
  std::string text = sigrun::bench::read_events(path, error);
  if (!error.empty()) fail(3, error);
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  sigrun::LoadOptions options;
  options.rule_paths = rules;
  options.for_each = sigrun::in_parallel;
  sigrun::LoadReport report;
  const auto engine = sigrun::Engine::load(options, report);
  if (!engine) fail(2, report.fatal);
  const auto stretches = stretches_of(text);
  auto scan = [&](unsigned with) {
    sigrun::ScanOptions how;
    how.threads = with;
    const auto result = sigrun::scan_text(*engine, text, "memory", how, {});
    if (!result.counters.balanced()) fail(1, "the counters do not agree");
  };

  Times dom_one, dom_many, scan_one, scan_many;
  for (size_t pass = 0; pass <= passes; ++pass) {
    if (pass == 1) dom_one = dom_many = scan_one = scan_many = {};  // the first was to warm up
    dom_one.take([&] { parse_all(stretches, 1); });
    dom_many.take([&] { parse_all(stretches, threads); });
    scan_one.take([&] { scan(1); });
    scan_many.take([&] { scan(threads); });
  }
  const double dom = median(dom_one.wall) / median(dom_many.wall);
  const double own = median(scan_one.wall) / median(scan_many.wall);
  const double dom_more = median(dom_many.processor) / median(dom_one.processor);
  const double own_more = median(scan_many.processor) / median(scan_one.processor);
  if (json) {
    fmt::print(
        "{{\"threads\":{},\"bytes\":{},\"dom\":{:.4f},\"scan\":{:.4f},\"ratio\":{:.4f},"
        "\"dom_processor\":{:.4f},\"scan_processor\":{:.4f},\"passes\":{}}}\n",
        threads, text.size(), dom, own, own / dom, dom_more, own_more, passes);
    return 0;
  }
  const double bytes = static_cast<double>(text.size()) / 1e9;
  fmt::print("{} rules, {:.1f} MB, medians of {} passes\n", report.loaded, 1000 * bytes, passes);
  fmt::print("  {:<6} {:>10} {:>10}  {:<6}  {}\n", "GB/s", "1 thread", fmt::format("{} threads", threads),
             "faster", "processor time");
  fmt::print("  {:<6} {:>10.3f} {:>10.3f}  {:<6.3f}  × {:.3f}\n", "dom", bytes / median(dom_one.wall),
             bytes / median(dom_many.wall), dom, dom_more);
  fmt::print("  {:<6} {:>10.3f} {:>10.3f}  {:<6.3f}  × {:.3f}\n", "scan", bytes / median(scan_one.wall),
             bytes / median(scan_many.wall), own, own_more);
  fmt::print("  of what the machine gives: {:.3f}\n", own / dom);
}
