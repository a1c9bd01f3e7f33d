#include "sigma/rule_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "sigma/similar_name.h"

namespace sigrun::sigma {
namespace {

void report(DiagnosticSink& sink, Severity severity, const RuleHeader& header, Mark mark,
            std::string message) {
  sink.append({severity, header.file, mark, std::move(message)});
}

// Ids and names of rules, each to one rule.
template <class Target>
using Index = std::unordered_map<std::string_view, Target*>;

template <class Rule, class Target>
void index_rules(std::vector<Rule>& rules, Index<Target>& index) {
  for (Rule& rule : rules) {
    if (!rule.header.id.empty()) index.try_emplace(rule.header.id, &rule);
    if (!rule.header.name.empty()) index.try_emplace(rule.header.name, &rule);
  }
}

// Refuses every rule but the first that bears a name; warns of repeated ids.
class UniqueNames {
 public:
  explicit UniqueNames(DiagnosticSink& sink) : sink_(sink) {}

  template <class Rule>
  size_t keep_first(std::vector<Rule>& rules) {
    return std::erase_if(rules, [&](const Rule& rule) {
      const RuleHeader& header = rule.header;
      if (!header.id.empty())
        if (auto [first, fresh] = ids_.try_emplace(header.id, place(header)); !fresh)
          report(sink_, Severity::warning, header, header.mark,
                 fmt::format("the id {} is also that of {}", header.id, first->second));
      if (header.name.empty()) return false;
      auto [first, fresh] = names_.try_emplace(header.name, place(header));
      if (!fresh)
        report(sink_, Severity::error, header, header.mark,
               fmt::format("the name '{}' is also that of {}; names must be unique", header.name,
                           first->second));
      return !fresh;
    });
  }

 private:
  static std::string place(const RuleHeader& header) {
    return fmt::format("{}:{}", header.file, header.mark.line);
  }

  DiagnosticSink& sink_;
  std::unordered_map<std::string, std::string> names_, ids_;
};

using Reference = std::pair<std::string, Mark>;

// Which correlations refer to a name, by their place in the list.
std::unordered_map<std::string_view, std::vector<size_t>> index_references(
    const std::vector<CorrelationRule>& correlations) {
  std::unordered_map<std::string_view, std::vector<size_t>> index;
  for (size_t i = 0; i < correlations.size(); ++i)
    for (const auto& [name, mark] : correlations[i].rules) index[name].push_back(i);
  return index;
}

// What a name that no rule bears may stand for. Thousands of such names over thousands of rules must not be
// compared each with each.
class NameAdvice {
 public:
  NameAdvice(const std::vector<CorrelationRule>& correlations, const std::vector<DetectionRule>& detections)
      : correlations_(correlations), detections_(detections) {}

  // "; did you mean …?", or nothing.
  std::string of(std::string_view name) {
    if (asked_++ >= most_asked) return {};
    if (asked_ == 1) collect();
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      return "; the correlation of that name was refused";
    if (auto title = by_title_.find(name); title != by_title_.end())
      return fmt::format(
          "; that is a title: write the rule's id or name{}",
          title->second.empty() ? ", of which it has none" : fmt::format(", {}", title->second));
    const std::string_view meant = similar_name(name, names_);
    return meant.empty() ? std::string() : fmt::format("; did you mean {}?", meant);
  }

 private:
  static constexpr size_t most_asked = 20;

  void collect() {
    auto add = [&](const RuleHeader& header) {
      if (!header.id.empty()) names_.push_back(header.id);
      if (!header.name.empty()) names_.push_back(header.name);
      by_title_.try_emplace(header.title, header.name.empty() ? header.id : header.name);
    };
    for (const DetectionRule& rule : detections_) add(rule.header);
    for (const CorrelationRule& rule : correlations_) add(rule.header);
  }

  const std::vector<CorrelationRule>& correlations_;
  const std::vector<DetectionRule>& detections_;
  std::vector<std::string_view> names_;
  std::unordered_map<std::string_view, std::string_view> by_title_;
  size_t asked_ = 0;
};

// Correlations that refer to what is not loaded, and those that refer to one of them. Each rule and each reference is
// looked at a fixed number of times: long chains are loaded in linear time.
std::vector<bool> find_unresolved(const std::vector<CorrelationRule>& correlations,
                                  const std::vector<DetectionRule>& detections, DiagnosticSink& sink) {
  std::unordered_map<std::string_view, size_t> bearers;  // of an id or name
  auto count = [&](const RuleHeader& header) {
    ++bearers[header.id];
    ++bearers[header.name];
  };
  for (const DetectionRule& rule : detections) count(rule.header);
  for (const CorrelationRule& rule : correlations) count(rule.header);
  bearers[std::string_view()] = 0;

  NameAdvice advice(correlations, detections);
  const auto referring = index_references(correlations);
  std::vector<bool> gone(correlations.size());
  std::vector<size_t> suspects(correlations.size());
  std::iota(suspects.begin(), suspects.end(), size_t{0});
  while (!suspects.empty()) {
    std::vector<size_t> fallen;
    for (size_t i : suspects) {
      const std::vector<Reference>& rules = correlations[i].rules;
      auto missing = std::find_if(rules.begin(), rules.end(),
                                  [&](const Reference& reference) { return bearers[reference.first] == 0; });
      if (gone[i] || missing == rules.end()) continue;
      report(
          sink, Severity::error, correlations[i].header, missing->second,
          fmt::format("no loaded rule has the id or name '{}'{}", missing->first, advice.of(missing->first)));
      gone[i] = true;
      fallen.push_back(i);
    }
    suspects.clear();
    for (size_t i : fallen) {
      for (std::string_view name :
           {std::string_view(correlations[i].header.id), std::string_view(correlations[i].header.name)}) {
        if (name.empty() || --bearers[name] > 0) continue;
        if (auto found = referring.find(name); found != referring.end())
          suspects.insert(suspects.end(), found->second.begin(), found->second.end());
      }
    }
    std::sort(suspects.begin(), suspects.end());
  }
  return gone;
}

// Which correlations refer to which, by their places in the list.
struct Chain {
  explicit Chain(std::vector<CorrelationRule>& correlations)
      : waiting_for(correlations.size()), referring(correlations.size()) {
    Index<CorrelationRule> index;
    index_rules(correlations, index);
    for (size_t i = 0; i < correlations.size(); ++i) {
      for (const auto& [name, mark] : correlations[i].rules) {
        auto target = index.find(name);
        if (target == index.end()) continue;
        ++waiting_for[i];
        referring[static_cast<size_t>(target->second - correlations.data())].push_back(i);
      }
    }
  }
  // Those first that others refer to; what is in or behind a cycle is left out.
  std::vector<size_t> bottom_up() const {
    std::vector<size_t> waiting = waiting_for, sound;
    for (size_t i = 0; i < waiting.size(); ++i)
      if (waiting[i] == 0) sound.push_back(i);
    for (size_t next = 0; next < sound.size(); ++next)
      for (size_t i : referring[sound[next]])
        if (--waiting[i] == 0) sound.push_back(i);
    return sound;
  }

  std::vector<size_t> waiting_for;  // how many references to others each has
  std::vector<std::vector<size_t>> referring;
};

// Correlations in or behind a cycle: a correlation is sound once all the correlations it refers to are.
std::vector<bool> find_cyclic(std::vector<CorrelationRule>& correlations) {
  std::vector<bool> cyclic(correlations.size(), true);
  for (size_t i : Chain(correlations).bottom_up()) cyclic[i] = false;
  return cyclic;
}

size_t erase_marked(std::vector<CorrelationRule>& correlations, const std::vector<bool>& marked) {
  std::vector<CorrelationRule> kept;
  for (size_t i = 0; i < correlations.size(); ++i)
    if (!marked[i]) kept.push_back(std::move(correlations[i]));
  const size_t erased = correlations.size() - kept.size();
  correlations = std::move(kept);
  return erased;
}

// Correlations whose references cannot be resolved are refused; so are those that refer to a refused one, and cycles.
size_t refuse_broken_correlations(std::vector<CorrelationRule>& correlations,
                                  std::vector<DetectionRule>& detections, DiagnosticSink& sink) {
  size_t refused = erase_marked(correlations, find_unresolved(correlations, detections, sink));
  const std::vector<bool> cyclic = find_cyclic(correlations);
  for (size_t i = 0; i < correlations.size(); ++i)
    if (cyclic[i])
      report(sink, Severity::error, correlations[i].header, correlations[i].header.mark,
             "this correlation refers to itself, directly or through others");
  return refused + erase_marked(correlations, cyclic);
}

// Those above limits.correlation_depth; there are no cycles any more.
size_t refuse_high_correlations(std::vector<CorrelationRule>& correlations, const Limits& limits,
                                DiagnosticSink& sink) {
  const Chain chain(correlations);
  std::vector<size_t> depth(correlations.size(), 1);
  std::vector<bool> high(correlations.size());
  for (size_t lower : chain.bottom_up()) {
    high[lower] = depth[lower] > limits.correlation_depth;
    for (size_t upper : chain.referring[lower]) depth[upper] = std::max(depth[upper], depth[lower] + 1);
  }
  for (size_t i = 0; i < correlations.size(); ++i)
    if (high[i])
      report(
          sink, Severity::error, correlations[i].header, correlations[i].header.mark,
          fmt::format("{} correlations stand on each other here; at most {} may (limits: correlation-depth)",
                      depth[i], limits.correlation_depth));
  return erase_marked(correlations, high);
}

void shift_selections(Condition& condition, size_t by) {
  condition.selection += by;
  for (size_t& selection : condition.selections) selection += by;
  for (Condition& child : condition.children) shift_selections(child, by);
}

// rule := (rule's condition) and (filter's condition); the filter's selections stand apart behind the rule's.
void apply_filter(const FilterRule& filter, DetectionRule& rule) {
  Condition added = filter.condition;
  shift_selections(added, rule.selections.size());
  rule.selections.insert(rule.selections.end(), filter.selections.begin(), filter.selections.end());
  // Another `and` at the same level, never one around it: thousands of filters must not nest thousands deep.
  if (rule.condition.kind != Condition::Kind::all_of) {
    Condition both;
    both.kind = Condition::Kind::all_of;
    both.children.push_back(std::move(rule.condition));
    rule.condition = std::move(both);
  }
  rule.condition.children.push_back(std::move(added));
}

// The names that a filter lists, looked up in constant time: long lists over many rules stay linear.
class FilteredRules {
 public:
  explicit FilteredRules(const FilterRule& filter) : any_(filter.any_rule) {
    for (const auto& [name, mark] : filter.rules) names_.insert(name);
  }
  bool names(const DetectionRule& rule) const {
    return any_ || names_.contains(rule.header.id) ||
           (!rule.header.name.empty() && names_.contains(rule.header.name));
  }

 private:
  bool any_;
  std::unordered_set<std::string_view> names_;
};

size_t count_tests(const Detection& detection) {
  size_t count = 1 + (detection.item ? detection.item->values.size() : 0);
  for (const Detection& child : detection.children) count += count_tests(child);
  return count;
}

size_t count_terms(const Condition& condition) {
  size_t count = 1 + condition.selections.size();
  for (const Condition& child : condition.children) count += count_terms(child);
  return count;
}

size_t count_tests(const FilterRule& filter) {
  size_t count = count_terms(filter.condition);
  for (const Selection& selection : filter.selections) count += count_tests(selection.detection);
  return count;
}

// Every filter is copied into every rule that it applies to: `room`, the tests that all may add, bounds the product. Returns how many
// filters were refused for it; a filter that is left out silences nothing.
size_t apply_filters(std::vector<FilterRule>& filters, std::vector<DetectionRule>& detections, size_t room,
                     DiagnosticSink& sink) {
  Index<DetectionRule> index;
  index_rules(detections, index);
  const size_t limit = room;
  return std::erase_if(filters, [&](const FilterRule& filter) {
    for (const auto& [name, mark] : filter.rules)
      if (!index.contains(name))
        report(sink, Severity::warning, filter.header, mark,
               fmt::format("no loaded detection rule has the id or name '{}'", name));
    const FilteredRules wanted(filter);
    std::vector<DetectionRule*> filtered;
    for (DetectionRule& rule : detections)
      if (wanted.names(rule) && filter.logsource.covers(rule.logsource)) filtered.push_back(&rule);
    if (filtered.empty())
      report(sink, Severity::warning, filter.header, filter.logsource.mark,
             "the filter applies to no loaded rule: none that it names has this logsource");
    const size_t tests = count_tests(filter);
    if (tests * filtered.size() > room) {
      report(sink, Severity::error, filter.header, filter.header.mark,
             fmt::format(
                 "{} tests for each of {} rules: all filters together may add {} tests; name fewer rules, or "
                 "give the logsource",
                 tests, filtered.size(), limit));
      return true;
    }
    room -= tests * filtered.size();
    for (DetectionRule* rule : filtered) apply_filter(filter, *rule);
    return false;
  });
}

void mute_referenced(const std::vector<CorrelationRule>& correlations,
                     std::vector<DetectionRule>& detections) {
  std::unordered_set<std::string_view> muted, generated;
  for (const CorrelationRule& correlation : correlations)
    for (const auto& [name, mark] : correlation.rules)
      (correlation.generate ? generated : muted).insert(name);
  for (DetectionRule& rule : detections) {
    auto in = [&](const auto& set) {
      return set.contains(rule.header.id) || (!rule.header.name.empty() && set.contains(rule.header.name));
    };
    rule.muted = rule.muted || (in(muted) && !in(generated));
  }
}

template <class T>
void move_append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void RuleSet::add(RuleFile file) {
  move_append(detections, file.detections);
  move_append(correlations, file.correlations);
  move_append(filters, file.filters);
  refused += file.refused;
}

void RuleSet::link(const Limits& limits, DiagnosticSink& sink) {
  UniqueNames names(sink);
  refused += names.keep_first(detections);
  refused += names.keep_first(correlations);
  refused += names.keep_first(filters);
  refused += apply_filters(filters, detections, limits.filter_tests, sink);
}

void RuleSet::link_correlations(const Limits& limits, DiagnosticSink& sink) {
  refused += refuse_broken_correlations(correlations, detections, sink);
  refused += refuse_high_correlations(correlations, limits, sink);
  mute_referenced(correlations, detections);
}

}  // namespace sigrun::sigma
