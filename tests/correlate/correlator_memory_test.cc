// A correlator's memory stays within its budget, whatever groups and decisions wait.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "correlate/correlator.h"
#include "support/engine_fixture.h"

using namespace sigrun;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t start = 1'763'900'000 * second;

constexpr const char* rules = R"(
title: Failure
name: failure
logsource: {product: any}
detection: {s: {outcome: failure}, condition: s}
---
title: Few
correlation: {type: event_count, rules: [failure], group-by: [user], timespan: 1d, condition: {lte: 1}}
)";

class Run {
 public:
  explicit Run(const CorrelatorOptions& options) {
    loaded_.write("rules/all.yml", rules).load();
    REQUIRE_MESSAGE(loaded_.engine, loaded_.said());
    correlator_.emplace(loaded_.engine->correlations(), options, loaded_.engine->limits());
  }
  // One event of each user from `first` on, a microsecond apart.
  void take(int first, int users, int64_t watermark) {
    batch_.clear();
    for (int i = first; i < first + users; ++i) {
      Occurrence& occurrence = batch_.occurrences.emplace_back();
      occurrence.time = start + i * 1'000;
      occurrence.id = make_identity("test", {std::to_string(i)});
      occurrence.first_captured = static_cast<uint32_t>(batch_.captured.size());
      if (batch_.places.empty()) batch_.places.emplace_back();
      batch_.add_field();
      batch_.add_value(fmt::format("user {}", i));
    }
    correlator_->take(batch_, watermark, fired);
  }
  const CorrelationCounters& counters() const { return correlator_->counters(); }

  std::vector<Firing> fired;

 private:
  test::Loaded loaded_;
  std::optional<Correlator> correlator_;
  OccurrenceBatch batch_;
};

}  // namespace

TEST_CASE("decisions that are pending are within the budget, and go with the groups that are evicted") {
  CorrelatorOptions options;
  options.state_bytes = options.rule_bytes = 8 << 20;
  options.evidence_bytes = 0;
  Run run(options);
  constexpr int batch = 10'000, all = 600'000;  // 9.6 MB of pending decisions alone
  for (int i = 0; i < all; i += batch) {
    run.take(i, batch, start - second);
    CHECK(run.counters().bytes <= options.state_bytes);
  }
  const uint64_t left = run.counters().groups;
  CHECK(left == all - run.counters().evicted);
  // Most of the memory is groups', not of decisions about groups that are gone.
  CHECK(left * 150 > options.state_bytes / 2);
  // Those that are left are decided, each once, and the others not.
  run.fired.clear();
  run.take(0, 0, start + 2 * 86'400 * second);
  CHECK(run.fired.size() == left);
  CHECK(run.counters().groups == 0);
}
