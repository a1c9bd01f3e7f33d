#include "sigma/analytic_reader.h"

#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

// What is said of a detection with this block, which begins on line 4.
std::string said(const std::string& analytic) {
  return test::diagnostics_of("title: T\nlogsource: {product: any}\ndetection: {s: {a: b}, condition: s}\nanalytic: " + analytic +
                              "\n");
}

// Of a correlation with it, on line 7.
std::string said_beside_correlation(const std::string& analytic) {
  return test::diagnostics_of(
      "title: B\nname: base\nlogsource: {product: any}\ndetection: {s: {a: b}, condition: s}\n---\ntitle: C\n"
      "correlation: {type: event_count, rules: [base], group-by: [u], timespan: 1h, condition: {gte: 10}}\nanalytic: " +
      analytic + "\n");
}

}  // namespace

TEST_CASE("analytic: what is sound is read without a word") {
  CHECK(said("{type: novelty, of: [u, h], per: [u], history: 30d, warmup: 7d}") == "");
  CHECK(said("{type: novelty, of: h, across: [u], condition: {lte: 2}}") == "");
  CHECK(said("{type: burst, of: [a, b], every: 1m, score: {gte: 99.9}, mode: shadow}") == "");
  CHECK(said_beside_correlation("{type: deviation, baseline: self, season: hour-of-week, history: 14d, condition: {gte: 4}}") == "");
  CHECK(said_beside_correlation("{type: deviation, budget: 5/d, direction: both}") == "");
}

TEST_CASE("analytic: what is wrong is told with its place and the way out") {
  CHECK(said("{type: noveltie, of: h}") == "r.yml:4:18: error: unknown analytic type 'noveltie'; did you mean novelty?");
  CHECK(said("{of: h}").find("r.yml:4:1: error: the analytic has no type; write one of ") == 0);
  CHECK(said("[]").find("r.yml:4:1: error: analytic must be a map") == 0);
  CHECK(said("{type: novelty, of: h, histroy: 3d}") == "r.yml:4:34: error: unknown key 'histroy'; did you mean history?");
  CHECK(said("{type: novelty, of: h, season: hour-of-day}") ==
        "r.yml:4:34: error: season means nothing to an analytic of the type novelty; leave it out");
  CHECK(said("{type: novelty}") == "r.yml:4:1: error: novelty needs of: the fields whose values are new");
  CHECK(said("{type: novelty, of: [h, h]}") == "r.yml:4:35: error: of names 'h' twice");
  CHECK(said("{type: novelty, of: h, history: 3 days}").find("r.yml:4:43: error: '3 days' is no timespan; write ") == 0);
  CHECK(said("{type: novelty, of: h, history: 900y}").find("error: history may be 100 years at most") != std::string::npos);
  CHECK(said("{type: novelty, of: h, per: u, across: u, condition: {lte: 2}}") ==
        "r.yml:4:1: error: across counts who has the value: per means nothing beside it");
  CHECK(said("{type: burst, of: [a, b]}") == "r.yml:4:1: error: burst needs a condition, a score or a budget");
  CHECK(said("{type: burst, of: [a, b], score: {gte: 101}}").find("error: a score lies between 0 and 100") != std::string::npos);
  CHECK(said("{type: burst, of: [a, b], budget: 5}").find("error: budget is a number of alerts a day: write for example budget: 5/d") !=
        std::string::npos);
  CHECK(said("{type: burst, of: [a, b], budget: 5/d, score: {gte: 90}}").find("error: budget stands for a score") !=
        std::string::npos);
  CHECK(said("{type: deviation, condition: {gte: 4}}") ==
        "r.yml:4:1: error: deviation narrows a correlation: write it beside correlation:, not detection:");
  CHECK(said_beside_correlation("{type: deviation}").find("error: deviation needs a condition: {gte: 4}, in standard deviations") !=
        std::string::npos);
  CHECK(said_beside_correlation("{type: deviation, condition: {gte: many}}").find("error: 'gte' needs a number") != std::string::npos);
  CHECK(said_beside_correlation("{type: deviation, condition: {above: 4}}").find("error: unknown operator 'above'") !=
        std::string::npos);
}
