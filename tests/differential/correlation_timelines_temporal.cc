#include "differential/correlation_timelines.h"

namespace sigrun::differential {

const std::vector<Timeline>& temporal_timelines() {
  static const std::vector<Timeline> timelines{
      {"temporal: all rules, in any order", "n: {type: temporal, rules: [a, b, c], timespan: 10s}",
       R"(0 c
          1 a
          2 a
          3 b)",
       "3 n - value=3 events=4 from=0"},
      {"temporal: a rule is missing", "n: {type: temporal, rules: [a, b, c], timespan: 10s}",
       R"(0 c
          1 a
          2 a
          3 d)",
       ""},
      {"temporal: exactly a timespan old, and older by a nanosecond", "n: {type: temporal, rules: [a, b], timespan: 10s}",
       R"(0 a
          10 b
          100 b
          110.000000001 a)",
       "10 n - value=2 events=2 from=0"},
      {"temporal: one event that matches several rules satisfies all of them",
       "n: {type: temporal, rules: [a, b], group-by: [user], timespan: 10s}", "0 a+b user=x",
       "0 n x value=2 events=2 from=0"},
      {"temporal: groups apart, absent fields, arrays", "n: {type: temporal, rules: [a, b], group-by: [user], timespan: 10s}",
       R"(0 a user=x
          1 b user=y
          2 b
          3 a
          4 b user=z|x)",
       "4 n x value=2 events=2 from=0"},
      {"temporal: the episode ends when a rule leaves the window", "n: {type: temporal, rules: [a, b], timespan: 10s}",
       R"(0 a
          1 b
          11 b
          11.5 a
          12 b)",
       // At 11 the event of 0 is gone. 11.5 is within the timespan of the alert at 1, yet an episode of its own? It is not: 1 + 10 < 11.5.
       R"(1 n - value=2 events=2 from=0
          11.5 n - value=2 events=2 from=11)"},
      {"temporal: a new episode within the timespan of the last alert", "n: {type: temporal, rules: [a, b], timespan: 10s}",
       R"(0 a
          9 b
          12 b
          13 a)",
       R"(9 n - value=2 events=2 from=0
          13 n - value=2 events=3 from=9)"},
      {"temporal: a number of rules", "n: {type: temporal, rules: [a, b, c], timespan: 10s, condition: {gte: 2}}",
       R"(0 c
          1 c
          2 a)",
       "2 n - value=2 events=3 from=0"},
      {"temporal: an expression", "n: {type: temporal, rules: [a, b, c], timespan: 10s, condition: a and (b or c)}",
       R"(0 b
          1 c
          2 a
          20 a
          21 c)",
       R"(2 n - value=3 events=3 from=0
          21 n - value=2 events=2 from=20)"},
      {"temporal: an expression with not waits for the window's end",
       "n: {type: temporal, rules: [a, b], timespan: 10s, condition: a and not b}",
       R"(0 a
          10 b
          20 a
          30.000000001 b
          50 b
          51 a)",
       "30 n - value=1 events=1 from=20"},
      {"temporal: not alone fires for keys that were seen", "n: {type: temporal, rules: [a, b], group-by: [user], timespan: 10s, condition: not b}",
       R"(0 a user=x
          1 b user=y)",
       "10 n x value=1 events=1 from=0"},
      {"temporal: an upper bound is decided in closed windows", "n: {type: temporal, rules: [a, b, c], timespan: 10s, condition: {lt: 2}}",
       R"(0 a
          10 a
          20 a
          30 b)",
       "10 n - value=1 events=2 from=0"},

      {"temporal_ordered: in order", "n: {type: temporal_ordered, rules: [a, b], timespan: 10s}",
       R"(0 a
          10 b)",
       "10 n - value=2 events=2 from=0"},
      {"temporal_ordered: not in order", "n: {type: temporal_ordered, rules: [a, b], timespan: 10s}",
       R"(0 b
          1 a
          11.000000001 b)",
       ""},
      {"temporal_ordered: equal times satisfy an order, whichever comes first",
       "n: {type: temporal_ordered, rules: [a, b, c], timespan: 10s}",
       R"(5 c
          5 b
          5 a)",
       "5 n - value=3 events=3 from=5"},
      {"temporal_ordered: the sequence may begin anywhere in the window",
       "n: {type: temporal_ordered, rules: [a, b, c], timespan: 10s}",
       R"(0 b
          1 a
          2 c
          3 b
          4 a
          5 c)",
       "5 n - value=3 events=6 from=0"},
      {"temporal_ordered: the last step is in the window, the first is not",
       "n: {type: temporal_ordered, rules: [a, b, c], timespan: 10s}",
       R"(0 a
          5 b
          10.000000001 c
          11 a
          12 c)",
       ""},
      {"temporal_ordered: one event that matches two rules is two steps",
       "n: {type: temporal_ordered, rules: [a, b, c], timespan: 10s}",
       R"(0 a+b
          1 c)",
       "1 n - value=3 events=3 from=0"},
      {"temporal_ordered: arrival does not matter, time does", "n: {type: temporal_ordered, rules: [a, b], timespan: 10s}",
       R"(3 b
          1 b
          2 a)",
       "3 n - value=2 events=3 from=1", "2"},
      {"temporal_ordered: a sequence that came in a wrong order", "n: {type: temporal_ordered, rules: [a, b], timespan: 10s}",
       R"(2 a
          1 b)",
       "", "1"},
      {"temporal_ordered: the episode goes on while the sequence is in the window",
       "n: {type: temporal_ordered, rules: [a, b], timespan: 10s}",
       R"(0 a
          1 b
          9 a
          10 d
          11 a
          11.5 b
          12 b)",
       // At 9 the sequence still stands. At 11 it is gone: a (9, 11) without b behind; the b of 1 is before them.
       R"(1 n - value=2 events=2 from=0
          11.5 n - value=2 events=3 from=9)"},
      {"temporal_ordered: an expression asks for some, in the order of the list",
       "n: {type: temporal_ordered, rules: [a, b, c], timespan: 10s, condition: (a or b) and c}",
       R"(0 c
          1 b
          20 c
          21 a
          22 b
          23 c
          40 a
          40 c)",
       R"(23 n - value=3 events=4 from=20
          40 n - value=2 events=2 from=40)"},
      {"temporal_ordered: an expression with not asks for what is nowhere in the window",
       "n: {type: temporal_ordered, rules: [a, b, c], timespan: 10s, condition: a and c and not b}",
       R"(0 a
          5 c
          20 c
          21 a
          40 a
          41 c
          50 b)",
       "10 n - value=2 events=2 from=0"},
      {"temporal_ordered: an alert of the watermark is not told again when a late event makes one before it",
       "n: {type: temporal_ordered, rules: [d, b], timespan: 10s}",
       R"(47 d
          44.500000002 d
          59.750000002 b
          59.000000004 d
          64.250000002 a
          54.750000002 b)",
       R"(54.750000002 n - value=2 events=2 from=47
          59.750000002 n - value=2 events=3 from=54.750000002)",
       "10.000000001"},
      {"temporal_ordered: groups apart",
       "n: {type: temporal_ordered, rules: [a, b], group-by: [user], timespan: 10s}",
       R"(0 a user=x
          1 b user=y
          2 a user=y
          3 b user=x)",
       "3 n x value=2 events=2 from=0"},

      {"aliases: each rule's own field", "n: {type: temporal, rules: [a, b], group-by: [who], aliases: {who: {a: user, b: account}}, timespan: 10s}",
       R"(0 a user=x account=y
          1 b user=y account=z
          2 b account=x)",
       "2 n x value=2 events=2 from=0"},
      {"aliases: a rule that the alias leaves out has the field of that name",
       "n: {type: temporal, rules: [a, b], group-by: [who], aliases: {who: {a: user}}, timespan: 10s}",
       R"(0 a user=x who=y
          1 b user=y who=x)",
       "1 n x value=2 events=2 from=0"},
      {"aliases: beside plain fields", "n: {type: event_count, rules: [a, b], group-by: [who, host], aliases: {who: {a: user, b: account}}, timespan: 10s, condition: {gte: 2}}",
       R"(0 a user=x host=h
          1 b account=x host=i
          2 b account=x host=h)",
       "2 n x,h value=2 events=2 from=0"},
  };
  return timelines;
}

}  // namespace sigrun::differential
