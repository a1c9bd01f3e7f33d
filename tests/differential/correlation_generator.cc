#include "differential/correlation_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sigrun::differential {
namespace {

constexpr int64_t second = 1'000'000'000;

class Generator {
 public:
  Generator(Random& random, const CorrelationWishes& wishes) : random_(random), wishes_(wishes) {}

  GeneratedCorrelations generate() {
    const size_t rules = random_.between(1, 4);
    for (size_t i = 0; i < rules; ++i) result_.rules += rule(std::string(1, static_cast<char>('n' + i)));
    for (int64_t time : times()) add_events(time);
    return std::move(result_);
  }

 private:
  std::string rule(const std::string& name) {
    const std::string type =
        wishes_.only_counts ? random_.pick({"event_count", "value_count", "temporal"})
        : wishes_.dense     ? random_.pick({"event_count", "value_count", "temporal", "temporal_ordered"})
                        : random_.pick({"event_count", "event_count", "value_count", "temporal", "temporal",
                                        "temporal_ordered", "temporal_ordered", "value_sum", "value_avg",
                                        "value_percentile", "value_median"});
    const std::vector<std::string> inputs = references(type.starts_with("temporal"));
    const auto timespan = static_cast<int64_t>(random_.pick(std::vector<size_t>{1, 2, 4, 10}));
    timespans_.push_back(timespan * second);
    result_.longest_timespan = std::max(result_.longest_timespan, timespan * second);
    std::string text = fmt::format("{}: {{type: {}, rules: [{}], timespan: {}s{}", name, type,
                                   fmt::join(inputs, ", "), timespan, group_by(inputs));
    if (const std::string wanted = condition(type, inputs); !wanted.empty()) text += ", condition: " + wanted;
    names_.push_back(name);
    return text + "}\n";
  }

  std::vector<std::string> references(bool several) {
    std::vector<std::string> known{"a", "b", "c", "d"};
    if (wishes_.chains && random_.chance(35)) known.insert(known.begin(), names_.begin(), names_.end());
    std::vector<std::string> inputs;
    const size_t wanted = several ? random_.between(2, 3) : random_.chance(70) ? 1 : 2;
    while (inputs.size() < wanted) {
      // The last ones first: what is above should be used.
      const size_t at = random_.chance(40) ? 0 : random_.below(known.size());
      inputs.push_back(known[at]);
      known.erase(known.begin() + static_cast<ptrdiff_t>(at));
    }
    return inputs;
  }

  std::string group_by(const std::vector<std::string>& inputs) {
    const size_t choice = random_.below(20);
    if (choice < 4) return "";
    if (choice < 13) return ", group-by: [user]";
    if (choice < 17) return ", group-by: [user, host]";
    std::vector<std::string> fields;
    for (const std::string& input : inputs)
      if (random_.chance(80)) fields.push_back(input + ": " + random_.pick({"user", "account"}));
    if (fields.empty()) return ", group-by: account";
    return fmt::format(", group-by: [who{}], aliases: {{who: {{{}}}}}", random_.pick({"", ", host"}),
                       fmt::join(fields, ", "));
  }

  std::string bounds(size_t least, size_t most, bool only_lower) {
    const size_t bound = random_.between(least, wishes_.dense && most > 3 ? 150 : most);
    if (only_lower) return fmt::format("{}: {}", random_.pick({"gte", "gt"}), bound);
    if (random_.chance(30))
      return fmt::format("{}: {}, {}: {}", random_.pick({"gte", "gt"}), bound,
                         random_.pick({"lte", "lt", "neq"}), bound + random_.between(1, 3));
    return fmt::format("{}: {}", random_.pick({"gt", "gte", "lt", "lte", "eq", "neq"}), bound);
  }

  std::string expression(const std::vector<std::string>& inputs, size_t depth) {
    if (depth == 0 || random_.chance(30)) return (random_.chance(15) ? "not " : "") + random_.pick(inputs);
    const std::string text = expression(inputs, depth - 1) + random_.pick({" and ", " or ", " AND "}) +
                             expression(inputs, depth - 1);
    return random_.chance(50) ? "(" + text + ")" : text;
  }

  std::string condition(const std::string& type, const std::vector<std::string>& inputs) {
    const bool arrival = wishes_.dense || random_.chance(65);
    if (type.starts_with("temporal")) {
      if (random_.chance(50)) return "";
      // More rules than are named cannot be asked for.
      if (type == "temporal" && random_.chance(40))
        return inputs.size() == 1 || random_.chance(20) ? fmt::format("{{gte: {}}}", inputs.size())
                                                        : "{" + bounds(1, inputs.size() - 1, arrival) + "}";
      return expression(inputs, 2);
    }
    if (type == "event_count") return "{" + bounds(1, 5, arrival) + "}";
    if (type == "value_count")
      return fmt::format("{{{}, field: {}}}", bounds(1, 4, arrival),
                         random_.pick({"f", "f", "[f, user]", "g"}));
    if (type == "value_sum")
      return fmt::format("{{{}, field: {}}}", bounds(1, 12, arrival), wishes_.negative_sums ? "g" : "f");
    // Averages and quantiles that come out as quarters are exact.
    const std::string percentile =
        type == "value_percentile"
            ? fmt::format(", percentile: {}", random_.pick({"0", "25", "50", "75", "100"}))
            : "";
    return fmt::format("{{{}{}, field: {}}}", bounds(0, 4, false), percentile, random_.pick({"f", "g"}));
  }

  // Mostly where another one makes a difference.
  std::vector<int64_t> times() {
    std::vector<int64_t> times{0};
    const size_t count = random_.between(3, wishes_.most_events);
    while (times.size() < count) {
      const int64_t timespan = random_.pick(timespans_);
      if (wishes_.dense && random_.chance(97)) {
        times.push_back(times.back() + static_cast<int64_t>(random_.below(3)) * timespan / 400);
        continue;
      }
      const int64_t from = random_.chance(60) ? times.back() : random_.pick(times);
      switch (random_.below(9)) {
        case 0: times.push_back(from); break;
        case 1: times.push_back(from + timespan); break;
        case 2: times.push_back(from + timespan + 1); break;
        case 3: times.push_back(from + timespan - 1); break;
        case 4: times.push_back(from + 1); break;
        case 5: times.push_back(from + 3 * timespan); break;
        default: times.push_back(from + timespan / 4 * static_cast<int64_t>(random_.below(4))); break;
      }
    }
    std::sort(times.begin(), times.end());
    return times;
  }

  void set(naive::RuleEvent& event, const std::string& name, const std::vector<std::string>& choices,
           size_t absent, size_t array) {
    if (random_.chance(absent)) return;
    std::vector<std::string>& values = event.fields[name];
    do values.push_back(random_.pick(choices));
    while (random_.chance(array));
  }

  void add_events(int64_t time) {
    static const std::vector<std::string> all_users{"x",  "y",  "z",  "u1", "u2", "u3",
                                                    "u4", "u5", "u6", "u7", "u8", "u9"};
    const std::vector<std::string> users(all_users.begin(),
                                         all_users.begin() + static_cast<ptrdiff_t>(wishes_.keys));
    naive::RuleEvent event;
    event.time = time;
    set(event, "user", users, 4, 6);
    set(event, "account", users, 4, 0);
    set(event, "host", {"h", "i"}, 4, 6);
    set(event, "f", {"0", "1", "1", "2", "2.5", "3", "5", "none"}, 5, 0);
    set(event, "g", {"-2", "-0.25", "0", "1", "2", "4", "7", ""}, 5, 0);
    if (wishes_.dense) event.fields["f"] = {std::to_string(random_.below(200))};
    event.rule = random_.below(4);
    result_.events.push_back(event);
    if (!random_.chance(6)) return;
    event.rule = (event.rule + 1) % 4;
    result_.events.push_back(event);
  }

  Random& random_;
  CorrelationWishes wishes_;
  GeneratedCorrelations result_;
  std::vector<std::string> names_;
  std::vector<int64_t> timespans_;
};

}  // namespace

GeneratedCorrelations generate_correlations(Random& random, const CorrelationWishes& wishes) {
  return Generator(random, wishes).generate();
}

std::vector<naive::RuleEvent> delayed(std::vector<naive::RuleEvent> events, int64_t lateness,
                                      Random& random) {
  std::vector<std::pair<int64_t, size_t>> arrivals;  // a tie is decided by the number
  for (size_t i = 0; i < events.size(); ++i) {
    int64_t delay = 0;
    switch (random.below(4)) {
      case 0: break;
      case 1: delay = lateness; break;
      default: delay = static_cast<int64_t>(random.next() % (static_cast<uint64_t>(lateness) + 1)); break;
    }
    arrivals.emplace_back(events[i].time + delay, i);
  }
  // Ties any way round.
  for (size_t i = arrivals.size(); i > 1; --i) std::swap(arrivals[i - 1], arrivals[random.below(i)]);
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<naive::RuleEvent> order;
  for (const auto& [time, i] : arrivals) order.push_back(std::move(events[i]));
  return order;
}

}  // namespace sigrun::differential
