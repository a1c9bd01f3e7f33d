#include "differential/correlation_timelines.h"

namespace sigrun::differential {

const std::vector<Timeline>& chain_timelines() {
  static const std::vector<Timeline> timelines{
      {"chain: alerts are events", R"(n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}
          o: {type: event_count, rules: [n], timespan: 60s, condition: {gte: 2}})",
       R"(0 a user=x
          1 a user=x
          2 a user=x
          60 a user=y
          61 a user=y)",
       R"(1 n x value=2 events=2 from=0
          61 n y value=2 events=2 from=60
          61 o - value=2 events=2 from=1)"},
      {"chain: their time is the end of the window", R"(n: {type: event_count, rules: [a], timespan: 10s, condition: {lt: 2}}
          o: {type: temporal_ordered, rules: [b, n, c], timespan: 5s})",
       R"(0 a
          6 b
          10 c
          11 c)",
       // The window of n ends at 10: b (6), n (10), c (10).
       R"(10 n - value=1 events=1 from=0
          10 o - value=3 events=3 from=6)"},
      {"chain: their fields are the group-by fields, by the names of aliases too",
       R"(n: {type: event_count, rules: [a], group-by: [who, host], aliases: {who: {a: user}}, timespan: 10s, condition: {gte: 2}}
          o: {type: value_count, rules: [n], group-by: [who], timespan: 60s, condition: {gte: 2, field: host}}
          p: {type: event_count, rules: [n], group-by: [user], timespan: 60s, condition: {gte: 1}}
          q: {type: temporal, rules: [n, b], group-by: [account], aliases: {account: {n: who}}, timespan: 60s})",
       R"(0 a user=x host=h
          1 a user=x host=h
          2 a user=x host=i
          3 a user=x host=i
          4 b account=x)",
       R"(1 n x,h value=2 events=2 from=0
          3 n x,i value=2 events=2 from=2
          3 o x value=2 events=2 from=1
          4 q x value=2 events=3 from=1)"},
      {"chain: three levels", R"(n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}
          o: {type: temporal, rules: [n, b], group-by: [user], timespan: 10s}
          p: {type: event_count, rules: [o, n], timespan: 10s, condition: {gte: 4}})",
       R"(0 a user=x
          1 a user=x
          2 b user=x
          3 a user=y
          4 a user=y
          5 b user=y)",
       R"(1 n x value=2 events=2 from=0
          4 n y value=2 events=2 from=3
          2 o x value=2 events=2 from=1
          5 o y value=2 events=2 from=4
          5 p - value=4 events=4 from=1)"},
      {"chain: a window of windows", R"(n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {lte: 2}}
          o: {type: event_count, rules: [n], timespan: 10s, condition: {eq: 2}})",
       R"(0 a user=x
          3 a user=y
          20 a user=x)",
       R"(10 n x value=1 events=1 from=0
          13 n y value=1 events=1 from=3
          30 n x value=1 events=1 from=20
          20 o - value=2 events=2 from=10)"},
  };
  return timelines;
}

}  // namespace sigrun::differential
