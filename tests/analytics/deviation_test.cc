#include "analytics/deviation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "analytics/analytic_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using test::analyse;
using test::event_at;
using test::time_text;

namespace {

constexpr int64_t hour = 3600, day = 24 * hour;

std::string rule(const std::string& analytic, const std::string& correlation = "event_count", const std::string& condition = "gte: 10") {
  return fmt::format(R"(title: Failure
name: failure
logsource: {{product: any}}
detection: {{s: {{action: failure}}, condition: s}}
---
title: Far above the own norm
id: 0d9e3c1a-91a5-44d0-a3b5-0d6f3f2b7c02
correlation: {{type: {}, rules: [failure], group-by: [user], timespan: 1h, condition: {{{}}}}}
analytic: {{type: deviation, {}}}
)",
                     correlation, condition, analytic);
}

std::string failures(int64_t seconds, const std::string& user, int count, const std::string& more = {}) {
  std::string events;
  for (int i = 0; i < count; ++i)
    events += event_at(seconds + i * 3000 / count, fmt::format(R"("action":"failure","user":"{}"{})", user, more));
  return events;
}

// Two an hour at work, and now and then one at night.
std::string working_weeks(int weeks, const std::string& user) {
  std::string events;
  for (int64_t at = 0; at < weeks * 7 * day; at += hour) {
    const int64_t weekday = at / day % 7, clock = at % day / hour;
    const bool works = weekday < 5 && clock >= 8 && clock < 17;
    events += failures(at, user, works ? 2 + static_cast<int>(at / hour % 3) : at / hour % 17 == 0);
  }
  return events;
}

// Hours of many users whose counts have a heavy tail, all alike; in the order of time.
std::string heavy_tailed(int days, double most, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string events;
  for (int64_t at = 0; at < days * day; at += hour) {
    std::vector<std::pair<int64_t, int>> of_hour;
    for (int user = 0; user < 20; ++user) {
      const double u = static_cast<double>(random() >> 11) * 0x1p-53;
      const int count = static_cast<int>(std::min(most, 1 / std::sqrt(1 - u)));
      for (int i = 0; i < count; ++i) of_hour.emplace_back(at + i * 3000 / count, user);
    }
    std::sort(of_hour.begin(), of_hour.end());
    for (const auto& [when, user] : of_hour) events += failures(when, fmt::format("u{}", user), 1);
  }
  return events;
}

const std::string own_norm = "baseline: self, history: 14d, warmup: 7d, condition: {gte: 4}";

}  // namespace

TEST_CASE("deviation: a planted deviation is found in its hour, once, and nothing else is") {
  const int64_t when = 21 * day + 10 * hour;
  const auto told = analyse(rule(own_norm), working_weeks(3, "ann") + failures(when, "ann", 60) + failures(when + hour, "ann", 2));
  REQUIRE(told.alerts.size() == 1);
  CHECK(told.alerts[0].group == "ann");
  CHECK(told.alerts[0].time >= time_text(when + 9 * 50));
  CHECK(told.alerts[0].time < time_text(when + hour));
  CHECK(told.alerts[0].value > 4);
  CHECK(told.alerts[0].unit == "z");
  CHECK(told.alerts[0].score > 99);
  CHECK(told.alerts[0].contributions[0].starts_with("value="));
}

TEST_CASE("deviation: every bucket trains, and the floor gates alerts only") {
  // Eight an hour, always: below the floor, and yet what is usual.
  std::string events;
  for (int64_t at = 0; at < 14 * day; at += hour) events += failures(at, "ann", 8);
  events += failures(14 * day, "ann", 12);
  CHECK(analyse(rule(own_norm), events).alerts.empty());
  // Who never failed has ten at once.
  std::string quiet;
  for (int64_t at = 0; at < 14 * day; at += day) quiet += failures(at, "bob", 1);
  CHECK(analyse(rule(own_norm), quiet + failures(14 * day, "bob", 12)).lines() == time_text(14 * day + 9 * 250) + " bob\n");
  CHECK(analyse(rule(own_norm), quiet + failures(14 * day, "bob", 9)).alerts.empty());
}

TEST_CASE("deviation: a benign season is learnt") {
  // Sixty each Sunday at two, as a job makes them.
  std::string events;
  for (int64_t at = 0; at < 8 * 7 * day; at += hour) {
    const bool job = at / day % 7 == 6 && at % day == 2 * hour;
    events += failures(at, "job", job ? 60 : at % (6 * hour) == 0);
  }
  const auto plain = analyse(rule("history: 14d, warmup: 20d, condition: {gte: 4}"), events);
  const auto seasonal = analyse(rule("history: 14d, warmup: 20d, season: hour-of-week, condition: {gte: 4}"), events);
  CHECK(plain.alerts.size() >= 4);
  CHECK(seasonal.alerts.empty());
  // The same an hour later is none.
  const auto elsewhere = analyse(rule("history: 14d, warmup: 20d, season: hour-of-week, condition: {gte: 4}"),
                                 events + failures(8 * 7 * day + 3 * hour, "job", 60));
  CHECK(elsewhere.alerts.size() == 1);
}

TEST_CASE("deviation: an attack that goes on does not become usual") {
  std::string events;
  for (int64_t at = 0; at < 21 * day; at += hour) events += failures(at, "ann", 2);
  for (int64_t at = 21 * day; at < 23 * day; at += hour) events += failures(at, "ann", 80);
  const auto told = analyse(rule(own_norm), events);
  CHECK(told.alerts.size() >= 40);
}

TEST_CASE("deviation: direction down is decided when the bucket is over") {
  std::string events;
  for (int64_t at = 0; at < 20 * day; at += hour) events += failures(at, "ann", at == 15 * day ? 1 : 30);
  const auto told = analyse(rule("history: 14d, warmup: 7d, direction: down, condition: {gte: 4}", "event_count", "lt: 5"), events);
  CHECK(told.lines() == time_text(15 * day + hour) + " ann\n");
}

TEST_CASE("deviation: distinct values and sums have series of their own") {
  std::string hosts, bytes;
  for (int64_t at = 0; at < 10 * day; at += hour) {
    hosts += failures(at, "ann", 3, R"(,"host":"h1")");
    bytes += failures(at, "ann", 2, R"(,"size":1000)");
  }
  for (int i = 0; i < 40; ++i) hosts += failures(10 * day + i, "ann", 1, fmt::format(R"(,"host":"scan-{}")", i));
  bytes += failures(10 * day, "ann", 2, R"(,"size":500000)");
  const auto scan = analyse(rule(own_norm, "value_count", "field: host, gte: 10"), hosts);
  REQUIRE(scan.alerts.size() == 1);
  CHECK(scan.alerts[0].time >= time_text(10 * day + 9));
  CHECK(scan.alerts[0].time < time_text(10 * day + 40));
  const auto volume = analyse(rule(own_norm, "value_sum", "field: size, gte: 100000"), bytes);
  CHECK(volume.lines() == time_text(10 * day) + " ann\n");
}

TEST_CASE("deviation: the score's share of observations is what it says") {
  const std::string events = heavy_tailed(20, 40, test::announce_seed("deviation scores"));
  const auto told = analyse(rule("history: 52w, condition: {gte: 100}, direction: both"), events);
  for (const double bound : {50.0, 90.0, 99.0}) {
    size_t above = 0, all = 0;
    for (size_t i = told.scores.size() / 2; i < told.scores.size(); ++i) ++all, above += told.scores[i].score > bound;
    REQUIRE(all > 3000);
    CHECK(static_cast<double>(above) / static_cast<double>(all) == doctest::Approx((100 - bound) / 100).epsilon(0.5));
  }
}

TEST_CASE("deviation: a budget is kept") {
  const std::string events = heavy_tailed(30, 60, test::announce_seed("deviation budget"));
  const auto told = analyse(rule("history: 52w, warmup: 5d, budget: 3/d, direction: both", "event_count", "gte: 1"), events);
  CHECK(told.alerts.size() > 25);
  CHECK(told.alerts.size() < 150);
}

TEST_CASE("deviation: in the shadow nothing is told, and it is counted") {
  const int64_t when = 21 * day + 10 * hour;
  const auto told = analyse(rule(own_norm + ", mode: shadow"), working_weeks(3, "ann") + failures(when, "ann", 60));
  CHECK(told.alerts.empty());
  CHECK(told.result.correlation.shadowed == 1);
}
