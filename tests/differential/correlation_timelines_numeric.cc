#include "differential/correlation_timelines.h"

namespace sigrun::differential {

const std::vector<Timeline>& numeric_timelines() {
  static const std::vector<Timeline> timelines{
      {"value_sum: exactly at the threshold, on arrival", "n: {type: value_sum, rules: [a], timespan: 10s, condition: {gte: 10, field: f}}",
       R"(0 a f=4
          5 a f=5.5
          10 a f=0.5
          11 a f=1)",
       // At 11 the sum is 7: the episode is over.
       "10 n - value=10 events=3 from=0"},
      {"value_sum: gt needs more", "n: {type: value_sum, rules: [a], timespan: 10s, condition: {gt: 10, field: f}}",
       R"(0 a f=4
          5 a f=6
          10 a f=0
          10 a f=0.25)",
       "10 n - value=10.25 events=4 from=0"},
      {"value_sum: one event is enough", "n: {type: value_sum, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 10, field: f}}",
       R"(0 a user=x f=9
          1 a user=y f=10)",
       "1 n y value=10 events=1 from=1"},
      {"value_sum: what is no number is not counted", "n: {type: value_sum, rules: [a], timespan: 10s, condition: {gte: 3, field: f}}",
       R"(0 a f=1
          1 a f=many
          2 a
          3 a f=|
          4 a f=2)",
       "4 n - value=3 events=2 from=0"},
      {"value_sum: a value leaves the window", "n: {type: value_sum, rules: [a], timespan: 10s, condition: {gte: 10, field: f}}",
       R"(0 a f=6
          10.000000001 a f=6
          20 a f=4)",
       "20 n - value=10 events=2 from=10.000000001"},
      {"value_sum: the sum is what it is: negative values", "n: {type: value_sum, rules: [a], timespan: 10s, condition: {gte: 10, field: f}}",
       R"(0 a f=9
          1 a f=-3
          2 a f=3
          3 a f=1)",
       "3 n - value=10 events=4 from=0"},
      {"value_sum: an upper bound closes the window", "n: {type: value_sum, rules: [a], timespan: 10s, condition: {lt: 10, field: f}}",
       R"(0 a f=4
          10 a f=5
          20 a f=5
          30 a f=5)",
       "10 n - value=9 events=2 from=0"},
      {"value_avg: of a closed window", "n: {type: value_avg, rules: [a], timespan: 10s, condition: {gte: 5, field: f}}",
       R"(0 a f=9
          9 a f=2
          10 a f=4
          20 a f=9
          30 a f=0.5)",
       "10 n - value=5 events=3 from=0"},
      {"value_avg: what is no number opens no window", "n: {type: value_avg, rules: [a], timespan: 10s, condition: {gte: 5, field: f}}",
       R"(0 a f=none
          1 a f=5
          11 a f=5
          12 a f=4)",
       R"(11 n - value=5 events=2 from=1)"},
      {"value_median: odd and even counts", "n: {type: value_median, rules: [a], timespan: 10s, condition: {gt: 2, field: f}}",
       R"(0 a f=1
          1 a f=100
          2 a f=3
          20 a f=2
          21 a f=3
          22 a f=1
          23 a f=100
          40 a f=1
          41 a f=3)",
       R"(10 n - value=3 events=3 from=0
          30 n - value=2.5 events=4 from=20)"},
      {"value_percentile: between the closest ranks", "n: {type: value_percentile, rules: [a], timespan: 10s, condition: {gte: 4, percentile: 75, field: f}}",
       R"(0 a f=1
          1 a f=2
          2 a f=3
          3 a f=4
          4 a f=5
          20 a f=4
          21 a f=3
          40 a f=3
          41 a f=5)",
       R"(10 n - value=4 events=5 from=0
          50 n - value=4.5 events=2 from=40)"},
      {"value_percentile: 0 is the least, 100 the greatest",
       R"(n: {type: value_percentile, rules: [a], timespan: 10s, condition: {lte: 1, percentile: 0, field: f}}
          m: {type: value_percentile, rules: [a], timespan: 10s, condition: {gte: 9, percentile: 100, field: f}})",
       R"(0 a f=9
          1 a f=1
          2 a f=4)",
       R"(10 n - value=1 events=3 from=0
          10 m - value=9 events=3 from=0)"},
      {"value_percentile: a range", "n: {type: value_percentile, rules: [a], timespan: 10s, condition: {gt: 2, lte: 4, percentile: 50, field: f}}",
       R"(0 a f=2
          20 a f=4
          40 a f=4.25)",
       "30 n - value=4 events=1 from=20"},
  };
  return timelines;
}

}  // namespace sigrun::differential
