#include "differential/correlation_timelines.h"

namespace sigrun::differential {

const std::vector<Timeline>& correlation_timelines() {
  static const std::vector<Timeline> timelines{
      // ----------------------------------------------------------------------------------------- event_count
      {"event_count: one below the threshold", "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          1 a)",
       ""},
      {"event_count: exactly at the threshold", "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          1 a
          2 a)",
       "2 n - value=3 events=3 from=0"},
      {"event_count: one more than the threshold is the same episode",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          1 a
          2 a
          3 a)",
       "2 n - value=3 events=3 from=0"},
      {"event_count: gt needs one more", "n: {type: event_count, rules: [a], timespan: 10s, condition: {gt: 3}}",
       R"(0 a
          1 a
          2 a
          3 a)",
       "3 n - value=4 events=4 from=0"},
      {"event_count: an event exactly a timespan old is in the window",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          5 a
          10 a)",
       "10 n - value=3 events=3 from=0"},
      {"event_count: an event older than the timespan by a nanosecond is not",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          5 a
          10.000000001 a)",
       ""},
      {"event_count: gte 1 fires at once, and again when the timespan has passed",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 1}}",
       R"(0 a
          4 a
          10 a
          10.000000001 a
          20.000000001 a
          20.000000002 a)",
       R"(0 n - value=1 events=1 from=0
          10.000000001 n - value=3 events=3 from=4
          20.000000002 n - value=2 events=2 from=20.000000001)"},
      {"event_count: the condition that no longer holds ends the episode within the timespan",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       // At 11.5 the window holds the events of 2 and 11.5 alone; at 11.6 three again, although 2 + 10 has not passed.
       R"(0 a
          1 a
          2 a
          11.5 a
          11.6 a)",
       R"(2 n - value=3 events=3 from=0
          11.6 n - value=3 events=3 from=2)"},
      {"event_count: an episode that goes on alerts once each timespan",
       "n: {type: event_count, rules: [a], timespan: 4s, condition: {gte: 2}}",
       R"(0 a
          1 a
          2 a
          3 a
          4 a
          5 a
          6 a
          7 a
          8 a
          9 a
          10 a
          11 a)",
       R"(1 n - value=2 events=2 from=0
          6 n - value=5 events=5 from=2
          11 n - value=5 events=5 from=7)"},
      {"event_count: of equal times the last one stands for all",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(5 a
          5 a
          5 a
          5 a)",
       "5 n - value=4 events=4 from=5"},
      {"event_count: the same event twice counts twice",
       "n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}",
       R"(5 a user=x
          5 a user=x)",
       "5 n x value=2 events=2 from=5"},
      {"event_count: out of order", "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(2 a
          0 a
          1 a)",
       "2 n - value=3 events=3 from=0", "2"},
      {"event_count: what comes late makes an earlier alert than the one on arrival",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          1 a
          3 a
          2 a)",
       "2 n - value=3 events=3 from=0", "2"},
      {"event_count: the missing event comes last and is the oldest",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(5 a
          15 a
          14.5 a
          4 a)",
       "15 n - value=3 events=3 from=5", "11"},
      {"event_count: an alert that waits for the watermark, in a key that becomes disordered meanwhile",
       "n: {type: event_count, rules: [a], timespan: 4s, condition: {gt: 2}}",
       // What is emitted at 10 stands for the alert of 6.000000003, which waits since the late event of 4.000000002.
       R"(0.000000001 a
          4 a
          0 a
          6.000000003 a
          4.000000002 a
          10 a
          6.999999999 a)",
       R"(4 n - value=3 events=3 from=0
          6.000000003 n - value=3 events=3 from=4)",
       "4.000000001"},
      {"event_count: an emission that is possible again stands for the alert that waits",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          1 a
          2 a
          11.5 a
          11.6 a
          12.1 a)",
       R"(2 n - value=3 events=3 from=0
          11.6 n - value=3 events=3 from=2)",
       "3"},
      {"event_count: groups count apart", "n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=x
          1 a user=y
          2 a user=y
          3 a user=x)",
       R"(2 n y value=2 events=2 from=1
          3 n x value=2 events=2 from=0)"},
      {"event_count: group-by over two fields", "n: {type: event_count, rules: [a], group-by: [user, host], timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=x host=h
          1 a user=x host=i
          2 a user=h host=x
          3 a user=x host=h)",
       "3 n x,h value=2 events=2 from=0"},
      {"event_count: letters of keys stay as they are", "n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=x
          1 a user=X)",
       ""},
      {"event_count: group-by absent, whole or in part", "n: {type: event_count, rules: [a], group-by: [user, host], timespan: 10s, condition: {gte: 2}}",
       R"(0 a
          1 a
          2 a user=x
          3 a user=x
          4 a host=h user=x)",
       ""},
      {"event_count: an empty text is a group", "n: {type: event_count, rules: [a], group-by: [user, host], timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=| host=h
          1 a user=| host=h)",
       "1 n ,h value=2 events=2 from=0"},
      {"event_count: an array enters the group of each element, once each",
       "n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=x|y|x
          1 a user=y|z)",
       "1 n y value=2 events=2 from=0"},
      {"event_count: several arrays enter each combination", "n: {type: event_count, rules: [a], group-by: [user, host], timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=x|y host=h|i
          1 a user=x host=h|i)",
       R"(1 n x,h value=2 events=2 from=0
          1 n x,i value=2 events=2 from=0)"},
      {"event_count: events of several rules, each counted", "n: {type: event_count, rules: [a, b], timespan: 10s, condition: {gte: 3}}",
       R"(0 a
          1 b
          2 c
          3 a)",
       "3 n - value=3 events=3 from=0"},
      {"several correlations of one rule all fire",
       R"(n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 2}}
          m: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 2}}
          o: {type: event_count, rules: [a], timespan: 1s, condition: {gte: 2}})",
       R"(0 a
          2 a)",
       R"(2 n - value=2 events=2 from=0
          2 m - value=2 events=2 from=0)"},
      {"times before 1970", "n: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 2}}",
       R"(-5 a
          5 a
          5.5 a)",
       "5 n - value=2 events=2 from=-5"},

      // ---------------------------------------------------------------------------------- counts in closed windows
      {"upper bound: the window is closed; its end is in it", "n: {type: event_count, rules: [a], timespan: 10s, condition: {lt: 3}}",
       R"(0 a
          10 a
          10.000000001 a
          11 a
          12 a)",
       "10 n - value=2 events=2 from=0"},
      {"upper bound: the first event behind a window opens the next, wherever it is",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {lte: 1}}",
       R"(0 a
          17 a
          20 a
          27.000000001 a)",
       R"(10 n - value=1 events=1 from=0
          37.000000001 n - value=1 events=1 from=27.000000001)"},
      {"eq", "n: {type: event_count, rules: [a], timespan: 10s, condition: {eq: 2}}",
       R"(0 a
          1 a
          20 a
          21 a
          22 a)",
       "10 n - value=2 events=2 from=0"},
      {"neq", "n: {type: event_count, rules: [a], timespan: 10s, condition: {neq: 2}}",
       R"(0 a
          1 a
          20 a
          21 a
          22 a)",
       "30 n - value=3 events=3 from=20"},
      {"a range: the upper bound closes the window", "n: {type: event_count, rules: [a], timespan: 10s, condition: {gt: 1, lte: 3}}",
       R"(0 a
          20 a
          21 a
          40 a
          41 a
          42 a
          60 a
          61 a
          62 a
          63 a)",
       R"(30 n - value=2 events=2 from=20
          50 n - value=3 events=3 from=40)"},
      {"closed windows: an event out of order opens the window that it is first of",
       "n: {type: event_count, rules: [a], timespan: 10s, condition: {lte: 2}}",
       R"(5 a
          4 a
          14.5 a)",
       R"(14 n - value=2 events=2 from=4
          24.5 n - value=1 events=1 from=14.5)",
       "1"},
      {"closed windows: groups have windows of their own", "n: {type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: {lt: 2}}",
       R"(0 a user=x
          3 a user=y
          12 a user=x
          12 a user=y)",
       R"(10 n x value=1 events=1 from=0
          22 n x value=1 events=1 from=12)"},

      // ----------------------------------------------------------------------------------------- value_count
      {"value_count: distinct values, letters as they are",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 3, field: f}}",
       R"(0 a f=1
          1 a f=1
          2 a f=x
          3 a f=X)",
       "3 n - value=3 events=4 from=0"},
      {"value_count: the only event of a value that is exactly a timespan old counts",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 2, field: f}}",
       R"(0 a f=1
          10 a f=2
          20.000000001 a f=1)",
       "10 n - value=2 events=2 from=0"},
      {"value_count: a value seen again stays",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 2, field: f}}",
       R"(0 a f=1
          5 a f=1
          15 a f=2)",
       "15 n - value=2 events=2 from=5"},
      {"value_count: without the field there is no event",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 2, field: f}}",
       R"(0 a f=1
          1 a
          2 a g=2
          3 a f=2)",
       "3 n - value=2 events=2 from=0"},
      {"value_count: without the field no window opens",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {lte: 1, field: f}}",
       R"(0 a
          1 a f=1
          11 a f=1)",
       "11 n - value=1 events=2 from=1"},
      {"value_count: each element of an array is a value",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 3, field: f}}",
       R"(0 a f=1|2|1
          1 a f=2|3)",
       "1 n - value=3 events=2 from=0"},
      {"value_count: several fields are one value together",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 3, field: [f, g]}}",
       R"(0 a f=1 g=2
          1 a f=2 g=1
          2 a f=1
          3 a f=1 g=2
          4 a f=1 g=1)",
       "4 n - value=3 events=4 from=0"},
      {"value_count: several fields with arrays are each combination",
       "n: {type: value_count, rules: [a], group-by: [user], timespan: 10s, condition: {gt: 2, field: [f, user]}}",
       R"(0 a f=1 user=x|z
          10 a f=2 user=x)",
       "10 n x value=3 events=2 from=0"},
      {"value_count: an event with several values is decided with all of them",
       "n: {type: value_count, rules: [a], timespan: 10s, condition: {gte: 1, field: f}}",
       R"(0 a f=1|2)",
       "0 n - value=2 events=1 from=0"},
      {"value_count: several rules bring values",
       "n: {type: value_count, rules: [a, b], group-by: [user], timespan: 10s, condition: {gte: 2, field: f}}",
       R"(0 a user=x f=1
          1 b user=x f=1
          2 b user=x f=2)",
       "2 n x value=2 events=3 from=0"},
      {"value_count: gt with an upper bound", "n: {type: value_count, rules: [a], timespan: 10s, condition: {gt: 1, lt: 3, field: f}}",
       R"(0 a f=1
          10 a f=2
          20 a f=1
          21 a f=2
          22 a f=3)",
       "10 n - value=2 events=2 from=0"},
  };
  static const std::vector<Timeline> all = [] {
    std::vector<Timeline> joined = timelines;
    for (const std::vector<Timeline>* more : {&temporal_timelines(), &numeric_timelines(), &chain_timelines()})
      joined.insert(joined.end(), more->begin(), more->end());
    return joined;
  }();
  return all;
}

}  // namespace sigrun::differential
