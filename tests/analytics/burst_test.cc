#include "analytics/burst.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "analytics/analytic_fixture.h"

using namespace sigrun;
using test::analyse;
using test::event_at;
using test::time_text;

namespace {

constexpr int64_t hour = 3600;

const std::string rule = R"(title: Burst
id: 5b0d7d0a-8f0a-4a7d-8a51-9d2e0a7b3c03
logsource: {product: any}
detection: {s: {action: flow}, condition: s}
analytic: {type: burst, of: [from, to], every: 1m, history: 30d, warmup: 2h, condition: {gte: 20}}
)";

std::string flow(int64_t seconds, const std::string& from, const std::string& to) {
  return event_at(seconds, fmt::format(R"("action":"flow","from":"{}","to":"{}")", from, to));
}

// One or two a minute on each of ten edges.
std::string background(int64_t from, int64_t to) {
  std::string events;
  for (int64_t at = from; at < to; at += 30)
    for (int edge = 0; edge < 10; ++edge) events += flow(at, fmt::format("a{}", edge), fmt::format("b{}", edge % 3));
  return events;
}

}  // namespace

TEST_CASE("burst: a flood on a known edge is told once, and an even stream never") {
  CHECK(analyse(rule, background(0, 6 * hour)).alerts.empty());
  std::string events = background(0, 6 * hour);
  for (int i = 0; i < 500; ++i) events += flow(6 * hour + i / 10, "a1", "b1");
  const auto told = analyse(rule, events);
  REQUIRE(told.alerts.size() == 1);
  CHECK(told.alerts[0].group == "a1,b1");
  CHECK(told.alerts[0].unit == "z");
  CHECK(told.alerts[0].contributions[0].starts_with("edge="));
}

TEST_CASE("burst: an end that many edges meet in is told of, though no edge is") {
  std::string events = background(0, 6 * hour);
  for (int i = 0; i < 600; ++i) events += flow(6 * hour + i / 12, fmt::format("spoofed-{}", i), "b2");
  const auto told = analyse(rule, events);
  REQUIRE(!told.alerts.empty());
  CHECK(told.alerts[0].group.ends_with(",b2"));
}

TEST_CASE("burst: the same alerts for any number of threads") {
  std::string events = background(0, 5 * hour);
  for (int i = 0; i < 2000; ++i) events += flow(5 * hour + i / 10, fmt::format("a{}", i % 4), "b1");
  std::string first;
  for (const unsigned threads : {1u, 2u, 7u}) {
    ScanOptions options;
    options.threads = threads;
    std::string all;
    for (const auto& alert : analyse(rule, events, options).alerts) all += alert.json + "\n";
    CHECK(!all.empty());
    if (first.empty()) first = all;
    CHECK(all == first);
  }
}
