#include "sigma/rule_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

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

// Correlations whose references cannot be resolved are refused; so are those that refer to a refused one, and cycles.
size_t refuse_broken_correlations(std::vector<CorrelationRule>& correlations,
                                  std::vector<DetectionRule>& detections, DiagnosticSink& sink) {
  size_t refused = 0;
  for (bool changed = true; changed;) {
    changed = false;
    Index<DetectionRule> base;
    Index<CorrelationRule> chain;
    index_rules(detections, base);
    index_rules(correlations, chain);
    size_t gone = std::erase_if(correlations, [&](const CorrelationRule& rule) {
      for (const auto& [name, mark] : rule.rules) {
        if (base.contains(name) || chain.contains(name)) continue;
        report(sink, Severity::error, rule.header, mark,
               fmt::format("no loaded rule has the id or name '{}'", name));
        return true;
      }
      return false;
    });
    refused += gone;
    changed = gone > 0;
  }

  // A correlation is sound once all the correlations it refers to are: what never becomes sound is in or behind a cycle.
  Index<CorrelationRule> chain;
  index_rules(correlations, chain);
  std::unordered_set<const CorrelationRule*> sound;
  for (bool changed = true; changed;) {
    changed = false;
    for (const CorrelationRule& rule : correlations) {
      if (sound.contains(&rule)) continue;
      bool ready = std::all_of(rule.rules.begin(), rule.rules.end(), [&](const auto& reference) {
        auto target = chain.find(reference.first);
        return target == chain.end() || sound.contains(target->second);
      });
      if (ready) sound.insert(&rule), changed = true;
    }
  }
  std::vector<CorrelationRule> kept;
  for (CorrelationRule& rule : correlations) {
    if (sound.contains(&rule)) {
      kept.push_back(std::move(rule));
    } else {
      ++refused;
      report(sink, Severity::error, rule.header, rule.header.mark,
             "this correlation refers to itself, directly or through others");
    }
  }
  correlations = std::move(kept);
  return refused;
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
  Condition both;
  both.kind = Condition::Kind::all_of;
  both.children.push_back(std::move(rule.condition));
  both.children.push_back(std::move(added));
  rule.condition = std::move(both);
}

bool names_rule(const FilterRule& filter, const DetectionRule& rule) {
  if (filter.any_rule) return true;
  return std::any_of(filter.rules.begin(), filter.rules.end(), [&](const auto& reference) {
    return reference.first == rule.header.id ||
           (!rule.header.name.empty() && reference.first == rule.header.name);
  });
}

void apply_filters(const std::vector<FilterRule>& filters, std::vector<DetectionRule>& detections,
                   DiagnosticSink& sink) {
  Index<DetectionRule> index;
  index_rules(detections, index);
  for (const FilterRule& filter : filters) {
    for (const auto& [name, mark] : filter.rules)
      if (!index.contains(name))
        report(sink, Severity::warning, filter.header, mark,
               fmt::format("no loaded detection rule has the id or name '{}'", name));
    size_t applied = 0;
    for (DetectionRule& rule : detections) {
      if (!names_rule(filter, rule) || !filter.logsource.covers(rule.logsource)) continue;
      apply_filter(filter, rule);
      ++applied;
    }
    if (applied == 0)
      report(sink, Severity::warning, filter.header, filter.logsource.mark,
             "the filter applies to no loaded rule: none that it names has this logsource");
  }
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

void RuleSet::link(DiagnosticSink& sink) {
  UniqueNames names(sink);
  refused += names.keep_first(detections);
  refused += names.keep_first(correlations);
  refused += names.keep_first(filters);
  apply_filters(filters, detections, sink);
}

void RuleSet::link_correlations(DiagnosticSink& sink) {
  refused += refuse_broken_correlations(correlations, detections, sink);
  mute_referenced(correlations, detections);
}

}  // namespace sigrun::sigma
