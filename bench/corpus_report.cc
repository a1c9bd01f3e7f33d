#include "corpus_report.h"

#include <fmt/format.h>

#include <cstdio>
#include <string_view>

namespace sigrun::bench {
namespace {

double median_of(const CorpusResult& result, std::string_view name) {
  for (const Stage& stage : result.stages)
    if (stage.name == name) return stage.median();
  return 0;
}

struct Rates {
  double seconds, gigabytes, events, by_dom;
};

Rates rates(const CorpusResult& result, const Stage& stage) {
  const double seconds = stage.median();
  return {seconds, static_cast<double>(result.bytes) / seconds / 1e9,
          static_cast<double>(result.events) / seconds, median_of(result, "dom") / seconds};
}

std::string json_lines(const CorpusResult& result) {
  std::string lines;
  for (const Stage& stage : result.stages) {
    const Rates r = rates(result, stage);
    lines += fmt::format(
        "{{\"mix\":\"{}\",\"set\":\"{}\",\"rules\":{},\"load_seconds\":{:.2f},\"events\":{},\"bytes\":{},"
        "\"stage\":\"{}\",\"gigabytes_per_second\":{:.4f},\"events_per_second\":{:.0f},"
        "\"ratio_to_dom\":{:.4f},\"passes\":{}}}\n",
        result.mix, result.set, result.rules, result.load_seconds, result.events, result.bytes, stage.name,
        r.gigabytes, r.events, r.by_dom, stage.seconds.size());
  }
  return lines;
}

bool append(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "ab");
  if (!file) return false;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  return std::fclose(file) == 0 && written;
}

void print_table(const CorpusResult& result) {
  fmt::print("{}, {} rules ({}, loaded in {:.1f} s): {} events, {:.1f} MB\n", result.mix, result.rules,
             result.set, result.load_seconds, result.events, static_cast<double>(result.bytes) / 1e6);
  for (const Stage& stage : result.stages) {
    const Rates r = rates(result, stage);
    fmt::print("  {:<9}{:>9.3f} GB/s {:>11.0f} events/s {:>8.3f} of dom   ({} passes)\n", stage.name,
               r.gigabytes, r.events, r.by_dom, stage.seconds.size());
  }
}

}  // namespace

bool CorpusReport::add(CorpusResult result) {
  const std::string lines = json_lines(result);
  if (json_)
    fmt::print("{}", lines);
  else
    print_table(result);
  std::fflush(stdout);
  results_.push_back(std::move(result));
  return record_.empty() || append(record_, lines);
}

void CorpusReport::print_summary() const {
  if (json_ || results_.size() < 2) return;
  double all = 0;
  for (const CorpusResult& result : results_)
    if (result.set == "all") all = median_of(result, "sigrun") / median_of(result, "dom");
  fmt::print("{}, sigrun by rules:\n", results_.front().mix);
  for (const CorpusResult& result : results_)
    for (const Stage& stage : result.stages) {
      if (stage.name != "sigrun") continue;
      const Rates r = rates(result, stage);
      fmt::print("  {:<9}{:>9.3f} GB/s {:>11.0f} events/s {:>8.3f} of dom", result.set, r.gigabytes, r.events,
                 r.by_dom);
      // By the dom parses beside each: what the machine did meanwhile is in both.
      if (all > 0) fmt::print("   {:>6.2f} × the time of all rules", 1 / r.by_dom / all);
      fmt::print("\n");
    }
}

}  // namespace sigrun::bench
