#include "differential/correlation_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "differential/correlation_timelines.h"

namespace sigrun::differential {
namespace {

using naive::CanonicalAlert;
using naive::Entry;
using naive::Key;
using naive::NaiveCorrelator;
using naive::Window;

std::string seconds(int64_t nanoseconds) { return fmt::format("{}", static_cast<double>(nanoseconds) / 1e9); }

std::string describe(const Fired& fired) {
  return fmt::format("{}{} value={} events={} from={}{}", seconds(fired.firing.time),
                     fired.firing.settled ? " settled" : "", fired.firing.value, fired.firing.events,
                     seconds(fired.firing.from), fired.firing.at_least ? " at least" : "");
}

std::string describe(const CanonicalAlert& alert) {
  return fmt::format("{} value={} events={} from={}", seconds(alert.time), alert.value, alert.events,
                     seconds(alert.from));
}

std::vector<Entry> arrived(const std::vector<Entry>& entries, size_t events) {
  std::vector<Entry> there;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(there),
               [&](const Entry& entry) { return entry.event < events; });
  return there;
}

bool says(const Firing& firing, const Window& window) {
  if (!window.holds) return false;
  if (firing.at_least)
    return firing.value <= window.value && firing.events <= window.events && firing.from >= window.first;
  return firing.value == window.value && firing.events == window.events && firing.from == window.first;
}

// One stream through both.
class Check {
 public:
  Check(const Stream& stream, const CorrelatorRun::Settings& settings)
      : stream_(stream),
        rules_(correlation_rules(stream.rules)),
        naive_(rules_),
        run_(rules_, with(settings, stream.lateness)) {
    for (const Stream::Arrival& arrival : stream.arrivals) events_.push_back(arrival.event);
  }

  std::string difference(ComparisonTotals* totals) {
    for (const Stream::Arrival& arrival : stream_.arrivals) {
      run_.arrive(arrival.event);
      if (arrival.ends_batch) end_batch();
    }
    end_batch();
    run_.close();
    takes_.push_back({events_.size(), run_.fired().size(), INT64_MAX});
    check_outcomes();
    for (size_t i = 0; i < naive_.correlations(); ++i) check(i);
    if (totals) count(*totals);
    if (problems_.empty()) return {};
    std::string all = "all that fired:\n";
    for (const Fired& fired : run_.fired())
      all +=
          fmt::format("  {} [{}] after {} events: {}\n", rules_.correlations[fired.correlation].header.name,
                      fmt::join(fired.firing.group, ","), fired.arrived, describe(fired));
    return problems_ + all;
  }

 private:
  // What had arrived, and fired, when a batch was done.
  struct Take {
    size_t arrived, fired;
    int64_t watermark;
  };
  struct Group {
    Key key;
    std::vector<Entry> entries;
    std::vector<const Fired*> fired;  // in the order of their firing
  };

  static CorrelatorRun::Settings with(CorrelatorRun::Settings settings, int64_t lateness) {
    settings.lateness = lateness;
    return settings;
  }

  void end_batch() {
    if (!takes_.empty() && takes_.back().arrived == run_.arrived()) return;
    run_.end_batch();
    takes_.push_back({run_.arrived(), run_.fired().size(), run_.watermark()});
  }

  void complain(const Group& group, size_t correlation, const std::string& what) {
    problems_ += fmt::format("{} [{}]: {}\n", rules_.correlations[correlation].header.name,
                             fmt::join(group.key, ","), what);
  }

  std::vector<CanonicalAlert> fired_below(size_t correlation) const {
    std::vector<CanonicalAlert> below;
    const std::set<size_t> correlations = naive_.correlations_below(correlation);
    for (const Fired& fired : run_.fired())
      if (correlations.contains(fired.correlation))
        below.push_back({fired.correlation, fired.firing.group, fired.firing.time, fired.firing.from,
                         fired.firing.value, fired.firing.events});
    return below;
  }

  bool naive_has_chains() const {
    for (size_t i = 0; i < naive_.correlations(); ++i)
      if (naive_.level(i) > 0) return true;
    return false;
  }

  void check_outcomes() {
    naive::Outcomes outcomes;
    for (size_t i = 0; i < naive_.correlations(); ++i) naive_.groups(i, events_, fired_below(i), &outcomes);
    const CorrelationCounters counters = run_.counters();
    auto same = [&](const char* name, uint64_t correlator, uint64_t naive) {
      if (correlator != naive) problems_ += fmt::format("{}: {}, not {}\n", name, correlator, naive);
    };
    same("occurrences and late ones", counters.occurrences + counters.late, outcomes.entered);
    same("without group", counters.without_group, outcomes.without_group);
    same("without value", counters.without_value, outcomes.without_value);
    same("not numeric", counters.values_not_numeric, outcomes.not_numeric);
    same("firings", counters.firings, run_.fired().size());
    same("groups left", counters.groups, 0);
    if (counters.groups_made < counters.expired + counters.evicted)
      problems_ += "more groups are gone than were made\n";
    same("late", !naive_has_chains() ? counters.late : 0, 0);
    std::set<Identity> ids;
    for (const Fired& fired : run_.fired())
      if (!ids.insert(fired.firing.id).second)
        problems_ += "two firings have one id: " + to_text(fired.firing) + "\n";
  }

  void check(size_t correlation) {
    if (below_is_late(correlation)) return;
    std::map<Key, Group> groups;
    for (auto& [key, entries] : naive_.groups(correlation, events_, fired_below(correlation)))
      groups[key] = {key, std::move(entries), {}};
    for (const Fired& fired : run_.fired()) {
      if (fired.correlation != correlation) continue;
      Group& group = groups[fired.firing.group];
      group.key = fired.firing.group;
      group.fired.push_back(&fired);
    }
    for (const auto& [key, group] : groups) {
      if (!naive_.on_arrival(correlation)) {
        check_closed(correlation, group);
        continue;
      }
      const bool plain = naive_.level(correlation) == 0;
      // What a full log lets go of is settled between arrivals, and counts as emitted from then on.
      if (plain && run_.counters().settled_early == 0) check_arrivals(correlation, group);
      check_settled(correlation, group);
      if (can_shrink(correlation, group)) continue;
      check_pairs(correlation, group, naive_.alerts_of_group(correlation, key, group.entries));
      if (plain) check_promptness(correlation, group);
    }
  }

  // Alerts that the watermark brings for a group out of order may lie behind it; as events of a correlation above they are late then.
  bool below_is_late(size_t correlation) const {
    const std::set<size_t> below = naive_.correlations_below(correlation);
    int64_t watermark = INT64_MIN;
    size_t i = 0;
    for (const Take& take : takes_) {
      for (; i < take.fired; ++i)
        if (below.contains(run_.fired()[i].correlation) && run_.fired()[i].firing.time < watermark)
          return true;
      watermark = take.watermark;
    }
    return std::any_of(below.begin(), below.end(), [&](size_t other) { return below_is_late(other); });
  }

  // Negative numbers: more events may make the condition false.
  bool can_shrink(size_t correlation, const Group& group) const {
    if (rules_.correlations[correlation].type != sigma::CorrelationType::value_sum) return false;
    return std::any_of(group.entries.begin(), group.entries.end(), [](const Entry& entry) {
      return std::any_of(entry.numbers.begin(), entry.numbers.end(),
                         [](double number) { return number < 0; });
    });
  }

  void check_closed(size_t correlation, const Group& group) {
    const std::vector<CanonicalAlert> alerts = naive_.alerts_of_group(correlation, group.key, group.entries);
    bool same = alerts.size() == group.fired.size();
    for (size_t i = 0; same && i < alerts.size(); ++i) {
      const Firing& firing = group.fired[i]->firing;
      same = firing.settled && !firing.at_least && firing.time == alerts[i].time &&
             firing.from == alerts[i].from && firing.value == alerts[i].value &&
             firing.events == alerts[i].events;
      if (same && group.fired[i]->watermark <= firing.time)
        complain(group, correlation, "a window was decided before the watermark had passed it");
    }
    if (same) return;
    complain_of_lists(correlation, group, alerts);
  }

  void complain_of_lists(size_t correlation, const Group& group, const std::vector<CanonicalAlert>& alerts) {
    std::string text = "fired";
    for (const Fired* fired : group.fired) text += "\n    " + describe(*fired);
    text += "\n  canonical";
    for (const CanonicalAlert& alert : alerts) text += "\n    " + describe(alert);
    complain(group, correlation, text);
  }

  // What must fire on arrival follows from what arrived, and what fired before.
  void check_arrivals(size_t correlation, const Group& group) {
    const int64_t timespan = naive_.timespan(correlation);
    size_t next = 0;
    std::optional<int64_t> newest, last;
    // What sequences a late event completes may be left to the watermark: they would have to be sought anew with each.
    const bool sequences = rules_.correlations[correlation].type == sigma::CorrelationType::temporal_ordered;
    bool disordered = false;
    auto entry = group.entries.begin();
    for (const Take& take : takes_) {
      for (; entry != group.entries.end() && entry->event < take.arrived; ++entry) {
        disordered = disordered || (newest && entry->time < *newest);
        newest = std::max(newest.value_or(entry->time), entry->time);
        const Window window =
            naive_.window(correlation, arrived(group.entries, entry->event + 1), *newest - timespan, *newest);
        if (!window.holds || (last && *newest <= *last + timespan)) continue;
        const auto before = std::exchange(last, *newest);
        if (next < group.fired.size() && group.fired[next]->arrived <= take.arrived &&
            !group.fired[next]->firing.settled && group.fired[next]->firing.time == *newest &&
            (!sequences || !disordered || says(group.fired[next]->firing, window))) {
          const Firing& firing = group.fired[next++]->firing;
          if (!says(firing, window))
            complain(group, correlation,
                     fmt::format("on arrival of number {}: value={} events={} from={} expected, fired {}",
                                 entry->event + 1, window.value, window.events, seconds(window.first),
                                 describe(*group.fired[next - 1])));
          check_evidence(correlation, group, firing, entry->event);
          continue;
        }
        if (sequences && disordered) {
          last = before;
          continue;
        }
        return complain(
            group, correlation,
            fmt::format("must fire at {} on arrival of number {}; fires {}", seconds(*newest),
                        entry->event + 1,
                        next < group.fired.size() ? describe(*group.fired[next]) : "nothing more"));
      }
      // Then what the watermark brought.
      for (; next < group.fired.size() && index_of(group.fired[next]) < take.fired; ++next) {
        if (!group.fired[next]->firing.settled)
          return complain(group, correlation, "must not fire on arrival: " + describe(*group.fired[next]));
        last = std::max(last.value_or(INT64_MIN), group.fired[next]->firing.time);
      }
    }
  }

  size_t index_of(const Fired* fired) const { return static_cast<size_t>(fired - run_.fired().data()); }

  void check_evidence(size_t correlation, const Group& group, const Firing& firing, size_t maker) {
    std::string wrong;
    if (!firing.at_least && firing.evidence.size() + firing.evidence_missing != firing.events)
      wrong = "does not add up with what is missing";
    std::set<uint64_t> lines;
    int64_t before = INT64_MIN;
    for (const Evidence& evidence : firing.evidence) {
      const bool entered = std::any_of(group.entries.begin(), group.entries.end(), [&](const Entry& entry) {
        return entry.event + 1 == evidence.line && entry.time == evidence.time;
      });
      if (!entered) wrong = "is no event of the group";
      if (evidence.time < firing.from || evidence.time > firing.time) wrong = "lies outside the window";
      if (evidence.time < before) wrong = "is not sorted by time";
      if (!lines.insert(evidence.line).second) wrong = "has an event twice";
      before = evidence.time;
    }
    if (maker != SIZE_MAX && !lines.contains(maker + 1)) wrong = "lacks the event that made it fire";
    if (!wrong.empty())
      complain(group, correlation, fmt::format("the evidence {}: {}", wrong, to_text(firing)));
  }

  // What the watermark brings is what had arrived by then.
  void check_settled(size_t correlation, const Group& group) {
    const int64_t timespan = naive_.timespan(correlation);
    for (const Fired* fired : group.fired) {
      const Firing& firing = fired->firing;
      if (!firing.settled) continue;
      std::vector<Entry> there = arrived(group.entries, fired->arrived);
      if (naive_.level(correlation) > 0) {
        // Alerts stand behind all events: those that fired before this one.
        const size_t before =
            events_.size() +
            static_cast<size_t>(std::count_if(run_.fired().data(), fired, [&](const Fired& other) {
              return naive_.correlations_below(correlation).contains(other.correlation);
            }));
        for (const Entry& entry : group.entries)
          if (entry.event >= events_.size() && entry.event < before) there.push_back(entry);
      }
      const Window window = naive_.window(correlation, there, firing.time - timespan, firing.time);
      // What a full log settles may be of a time that more events are still to come of.
      const bool early = run_.counters().settled_early > 0 && window.holds &&
                         firing.events <= window.events && firing.value <= window.value;
      if (!early && !says(firing, window))
        complain(
            group, correlation,
            fmt::format("settled {}, value={} events={} from={}{} expected", describe(*fired), window.value,
                        window.events, seconds(window.first), window.holds ? "" : " (does not hold)"));
      if (naive_.level(correlation) == 0) check_evidence(correlation, group, firing, SIZE_MAX);
    }
  }

  void check_pairs(size_t correlation, const Group& group, const std::vector<CanonicalAlert>& alerts) {
    const int64_t timespan = naive_.timespan(correlation);
    std::vector<int64_t> times;
    for (const Fired* fired : group.fired) times.push_back(fired->firing.time);
    std::sort(times.begin(), times.end());
    // Both sorted: if they pair up in any way, they do so in this one.
    bool pair = times.size() == alerts.size();
    for (size_t i = 0; pair && i < times.size(); ++i) pair = std::abs(times[i] - alerts[i].time) <= timespan;
    if (!pair) return complain_of_lists(correlation, group, alerts);

    auto ordered = [](const std::vector<Entry>& entries) {
      return std::is_sorted(entries.begin(), entries.end(),
                            [](const Entry& a, const Entry& b) { return a.time < b.time; });
    };
    if (naive_.level(correlation) > 0 || !ordered(group.entries)) return;
    for (size_t i = 1; i < alerts.size(); ++i)
      if (alerts[i].time <= alerts[i - 1].time + timespan) return;
    for (size_t i = 0; i < alerts.size(); ++i)
      if (group.fired[i]->firing.time != alerts[i].time || group.fired[i]->firing.settled)
        return complain_of_lists(correlation, group, alerts);
  }

  // When the watermark is behind all that a group has, nothing is left to be settled.
  void check_promptness(size_t correlation, const Group& group) {
    for (const Take& take : takes_) {
      const std::vector<Entry> there = arrived(group.entries, take.arrived);
      if (there.empty() || std::any_of(there.begin(), there.end(),
                                       [&](const Entry& entry) { return entry.time >= take.watermark; }))
        continue;
      const size_t due = naive_.alerts_of_group(correlation, group.key, there).size();
      const auto fired =
          static_cast<size_t>(std::count_if(group.fired.begin(), group.fired.end(),
                                            [&](const Fired* one) { return index_of(one) < take.fired; }));
      if (fired != due)
        return complain(group, correlation,
                        fmt::format("{} alerts are due when the watermark is {}; fired {}", due,
                                    seconds(take.watermark), fired));
    }
  }

  void count(ComparisonTotals& totals) const {
    ++totals.streams;
    totals.events += events_.size();
    totals.firings += run_.fired().size();
    for (const Fired& fired : run_.fired()) {
      totals.on_arrival += !fired.firing.settled;
      totals.closed += !naive_.on_arrival(fired.correlation);
    }
    totals.differences += !problems_.empty();
  }

  const Stream& stream_;
  sigma::RuleSet rules_;
  NaiveCorrelator naive_;
  CorrelatorRun run_;
  std::vector<naive::RuleEvent> events_;
  std::vector<Take> takes_;
  std::string problems_;
};

}  // namespace

std::string difference(const Stream& stream, const CorrelatorRun::Settings& settings,
                       ComparisonTotals* totals) {
  return Check(stream, settings).difference(totals);
}

}  // namespace sigrun::differential
