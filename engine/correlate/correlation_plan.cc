#include "correlate/correlation_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "correlate/closed_cell.h"
#include "correlate/rule_fingerprint.h"

namespace sigrun {
namespace {

using sigma::CorrelationRule;
using sigma::CorrelationType;
using sigma::CountOrder;
using sigma::RuleExpression;

constexpr int64_t second = 1'000'000'000;
// Alternatives that the expression of a temporal_ordered may come to.
constexpr size_t most_sequences = 256;

double to_double(const Decimal& number) {
  const std::string text = number.canonical();
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered;
}

bool has_negation(const RuleExpression& expression) {
  return expression.kind == RuleExpression::Kind::negation ||
         std::any_of(expression.children.begin(), expression.children.end(), has_negation);
}

// Only lower bounds, of something that more events can only raise.
bool grows(const Correlation& correlation) {
  switch (correlation.type) {
    case CorrelationType::value_avg:
    case CorrelationType::value_percentile:
    case CorrelationType::value_median: return false;
    default:
      return std::all_of(correlation.bounds.begin(), correlation.bounds.end(),
                         [](const CorrelationBound& bound) {
                           return bound.order == CountOrder::gt || bound.order == CountOrder::gte;
                         });
  }
}

// The least whole number that satisfies lower bounds. At least one: what was never seen has no group.
uint64_t least_count(const std::vector<CorrelationBound>& bounds) {
  double least = 1;
  for (const CorrelationBound& bound : bounds)
    least = std::max(least,
                     bound.order == CountOrder::gt ? std::floor(bound.number) + 1 : std::ceil(bound.number));
  return least >= 1e18 ? uint64_t{1'000'000'000'000'000'000} : static_cast<uint64_t>(least);
}

class Builder {
 public:
  Builder(const std::vector<sigma::DetectionRule>& detections, const std::vector<CorrelationRule>& rules,
          DiagnosticSink& sink, const MakeKind& make_kind)
      : detections_(detections), rules_(rules), sink_(sink), make_kind_(make_kind) {
    plan_.detections = detections.size();
    for (size_t i = 0; i < detections.size(); ++i) {
      const sigma::RuleHeader& header = detections[i].header;
      name(header, static_cast<SourceId>(i));
      names_.push_back(!header.id.empty() ? header.id : !header.name.empty() ? header.name : header.title);
    }
  }

  CorrelationPlan build() {
    for (const size_t rule : in_order()) add(rule);
    mute();
    plan_.captured.resize(plan_.detections + plan_.correlations.size());
    plan_.feeds.resize(plan_.captured.size());
    for (uint32_t correlation = 0; correlation < plan_.correlations.size(); ++correlation)
      connect(correlation);
    name_sources();
    return std::move(plan_);
  }

 private:
  using Bearers = std::unordered_map<std::string, std::vector<SourceId>>;

  void name(const sigma::RuleHeader& header, SourceId source) {
    if (!header.id.empty()) bearers_[header.id].push_back(source);
    if (!header.name.empty() && header.name != header.id) bearers_[header.name].push_back(source);
  }

  // Those first that others refer to. Linking has refused cycles; what refers to nothing known goes last and is left out by add().
  std::vector<size_t> in_order() const {
    std::unordered_map<std::string_view, std::vector<size_t>> named;
    for (size_t i = 0; i < rules_.size(); ++i)
      for (const std::string* name : {&rules_[i].header.id, &rules_[i].header.name})
        if (!name->empty()) named[*name].push_back(i);
    std::vector<size_t> waiting_for(rules_.size());
    std::vector<std::vector<size_t>> referring(rules_.size());
    for (size_t i = 0; i < rules_.size(); ++i)
      for (const auto& [reference, mark] : rules_[i].rules)
        if (auto found = named.find(reference); found != named.end())
          for (size_t other : found->second) ++waiting_for[i], referring[other].push_back(i);
    std::vector<size_t> order;
    for (size_t i = 0; i < rules_.size(); ++i)
      if (waiting_for[i] == 0) order.push_back(i);
    for (size_t next = 0; next < order.size(); ++next)
      for (size_t i : referring[order[next]])
        if (--waiting_for[i] == 0) order.push_back(i);
    return order;
  }

  void add(size_t number) {
    const CorrelationRule& rule = rules_[number];
    Correlation correlation;
    correlation.rule = number;
    correlation.type = rule.type;
    correlation.timespan = rule.timespan_seconds > static_cast<uint64_t>(INT64_MAX / 4 / second)
                               ? INT64_MAX / 4
                               : static_cast<int64_t>(rule.timespan_seconds) * second;
    correlation.group_by = rule.group_by;
    if (rule.type == CorrelationType::value_percentile)
      correlation.quantile = to_double(*rule.percentile) / 100;
    for (const auto& [order, bound] : rule.bounds) correlation.bounds.push_back({order, to_double(bound)});
    std::map<SourceId, std::string_view> named;
    for (const auto& [reference, mark] : rule.rules) {
      CorrelationInput input;
      if (auto found = bearers_.find(reference); found != bearers_.end()) input.sources = found->second;
      for (SourceId source : input.sources)
        if (const auto [first, fresh] = named.try_emplace(source, reference); !fresh) {
          sink_.append(
              {Severity::warning, rule.header.file, mark,
               fmt::format("'{}' is {}: one event counts as two; name it once", reference,
                           reference == first->second ? std::string("named twice")
                                                      : fmt::format("the rule '{}' again", first->second))});
          break;
        }
      for (const std::string& field : rule.group_by)
        input.group_by.push_back(spelling(rule, reference, field));
      for (const std::string& field : rule.fields) input.fields.push_back(spelling(rule, reference, field));
      for (SourceId source : input.sources)
        if (source >= plan_.detections)
          correlation.level =
              std::max(correlation.level, plan_.correlations[source - plan_.detections].level + 1);
      correlation.inputs.push_back(std::move(input));
    }
    if (is_temporal(rule.type) && !read_temporal(rule, correlation)) return;
    correlation.closed = !grows(correlation) || (rule.expression && has_negation(*rule.expression));
    correlation.least = least_count(correlation.bounds);
    correlation.identity = identity(rule.header);
    if (rule.analytic && make_kind_) correlation.kind = make_kind_(rule, correlation);
    correlation.counted = counted(correlation);
    correlation.base = base(correlation);
    correlation.reset = rule.reset;
    warn_of_estimates(rule, correlation);
    plan_.levels = std::max(plan_.levels, correlation.level + 1);
    name(rule.header, plan_.source_of(static_cast<uint32_t>(plan_.correlations.size())));
    plan_.correlations.push_back(std::move(correlation));
  }

  // Titles, levels, thresholds and prose may change without losing what was counted; two that count the same are told apart by number.
  std::string counted(const Correlation& correlation) {
    std::string text =
        fmt::format("{} {} {}", static_cast<int>(correlation.type), correlation.closed, correlation.timespan);
    auto add = [&](std::string_view part) { text += fmt::format(" {}:{}", part.size(), part); };
    for (const CorrelationInput& input : correlation.inputs) {
      text += " |";
      for (SourceId source : input.sources)
        add(source < plan_.detections ? names_[source]
                                      : plan_.correlations[source - plan_.detections].counted);
      for (const std::string& field : input.group_by) add(field);
      text += " /";
      for (const std::string& field : input.fields) add(field);
    }
    for (const Correlation::Sequence& sequence : correlation.sequences) {
      text += " >";
      for (uint32_t input : sequence.inputs) text += fmt::format(" {}", input);
    }
    if (correlation.kind) text += " analytic " + correlation.kind->counted();
    const int number = ++counted_[text];
    return make_identity("counted", {text, fmt::to_string(number)}).text().c_str();
  }

  // What the rules ask for that are counted; of a correlation among them, when it fires as well.
  Identity base(const Correlation& correlation) {
    std::string text;
    for (const CorrelationInput& input : correlation.inputs)
      for (SourceId source : input.sources) {
        if (source < plan_.detections) {
          text += fingerprint(source).text();
          continue;
        }
        const Correlation& below = plan_.correlations[source - plan_.detections];
        text += fmt::format(" {} {} {}", std::string_view(below.base.text()), below.counted, below.quantile);
        for (const CorrelationBound& bound : below.bounds)
          text += fmt::format(" {}:{}", static_cast<int>(bound.order), bound.number);
        for (const SeenExpression::Step& step : below.expression.steps)
          text += fmt::format(" {}/{}", static_cast<int>(step.kind), step.number);
      }
    return make_identity("base", {text});
  }

  const Identity& fingerprint(SourceId detection) {
    const auto [known, fresh] = fingerprints_.try_emplace(detection);
    if (fresh) known->second = fingerprint_of(detections_[detection]);
    return known->second;
  }

  // Rules of one name are told apart by number, in the order in which they were loaded.
  void name_sources() {
    plan_.source_names.resize(plan_.feeds.size());
    std::map<std::string, int> numbers;
    for (SourceId source = 0; source < plan_.feeds.size(); ++source) {
      if (plan_.feeds[source].empty()) continue;
      std::string name = source < plan_.detections
                             ? "rule " + names_[source]
                             : "correlation " + plan_.correlations[source - plan_.detections].identity;
      const int number = ++numbers[name];
      plan_.source_names[source] = fmt::format("{}#{}", name, number);
    }
  }

  // As a detection: silent where it is only referred to, unless one that refers to it wants it heard.
  void mute() {
    std::vector<bool> heard(plan_.correlations.size());
    for (Correlation& correlation : plan_.correlations)
      for (const CorrelationInput& input : correlation.inputs)
        for (SourceId source : input.sources) {
          if (source < plan_.detections) continue;
          const size_t below = source - plan_.detections;
          plan_.correlations[below].muted = true;
          if (rules_[correlation.rule].generate) heard[below] = true;
        }
    for (size_t i = 0; i < heard.size(); ++i)
      if (heard[i]) plan_.correlations[i].muted = false;
  }

  std::string identity(const sigma::RuleHeader& header) {
    const std::string id = header.identity();
    const int number = ++identities_[id];
    return number == 1 ? id : fmt::format("{}#{}", id, number);
  }

  static std::string spelling(const CorrelationRule& rule, const std::string& reference,
                              const std::string& field) {
    for (const CorrelationRule::Alias& alias : rule.aliases)
      if (alias.name == field)
        for (const auto& [of, name] : alias.fields)
          if (of == reference) return name;
    return field;
  }

  // ---- temporal ----------------------------------------------------------------------------------------------

  static uint32_t input_of(const CorrelationRule& rule, const std::string& name) {
    for (uint32_t i = 0; i < rule.rules.size(); ++i)
      if (rule.rules[i].first == name) return i;
    return 0;  // the reader has refused other names
  }

  static void flatten(const CorrelationRule& rule, const RuleExpression& expression, SeenExpression& out) {
    for (const RuleExpression& child : expression.children) flatten(rule, child, out);
    using Kind = SeenExpression::Kind;
    const auto operands = static_cast<uint32_t>(expression.children.size());
    switch (expression.kind) {
      case RuleExpression::Kind::rule:
        out.steps.push_back({Kind::input, input_of(rule, expression.rule)});
        break;
      case RuleExpression::Kind::all_of: out.steps.push_back({Kind::all_of, operands}); break;
      case RuleExpression::Kind::any_of: out.steps.push_back({Kind::any_of, operands}); break;
      case RuleExpression::Kind::negation: out.steps.push_back({Kind::negation, operands}); break;
    }
  }

  using Sequence = Correlation::Sequence;
  using Sequences = std::vector<Sequence>;

  // The expression, or its denial, as a disjunction of conjunctions; empty when there are too many.
  static std::optional<Sequences> alternatives(const CorrelationRule& rule, const RuleExpression& expression,
                                               bool denied) {
    if (expression.kind == RuleExpression::Kind::rule) {
      Sequence one;
      (denied ? one.forbidden : one.inputs).push_back(input_of(rule, expression.rule));
      return Sequences{one};
    }
    if (expression.kind == RuleExpression::Kind::negation)
      return alternatives(rule, expression.children.front(), !denied);
    const bool conjunction = (expression.kind == RuleExpression::Kind::all_of) != denied;
    Sequences result;
    if (conjunction) result.emplace_back();
    for (const RuleExpression& child : expression.children) {
      const auto part = alternatives(rule, child, denied);
      if (!part) return {};
      if (!conjunction) {
        result.insert(result.end(), part->begin(), part->end());
      } else {
        Sequences product;
        for (const Sequence& left : result)
          for (const Sequence& right : *part) product.push_back(both(left, right));
        result = std::move(product);
      }
      if (result.size() > most_sequences) return {};
    }
    return result;
  }

  static Sequence both(const Sequence& left, const Sequence& right) {
    auto merged = [](std::vector<uint32_t> all, const std::vector<uint32_t>& more) {
      all.insert(all.end(), more.begin(), more.end());
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
      return all;
    };
    return {merged(left.inputs, right.inputs), merged(left.forbidden, right.forbidden)};
  }

  bool read_temporal(const CorrelationRule& rule, Correlation& correlation) {
    if (rule.expression) {
      flatten(rule, *rule.expression, correlation.expression);
    } else if (correlation.bounds.empty()) {
      correlation.bounds.push_back({CountOrder::gte, static_cast<double>(rule.rules.size())});
    }
    if (rule.type != CorrelationType::temporal_ordered) return true;
    if (!rule.expression) {
      Sequence all;
      all.inputs.resize(rule.rules.size());
      std::iota(all.inputs.begin(), all.inputs.end(), uint32_t{0});
      correlation.sequences.push_back(std::move(all));
      return true;
    }
    auto sequences = alternatives(rule, *rule.expression, false);
    if (!sequences) {
      sink_.append({Severity::error, rule.header.file, rule.header.mark,
                    fmt::format("the condition comes to more than {} sequences; write several correlations",
                                most_sequences)});
      return false;
    }
    correlation.sequences = std::move(*sequences);
    return true;
  }

  // ---- captured fields ---------------------------------------------------------------------------------------

  uint32_t capture(SourceId source, const std::string& field) {
    std::vector<std::string>& fields = plan_.captured[source];
    auto known = std::find(fields.begin(), fields.end(), field);
    if (known == fields.end()) known = fields.insert(fields.end(), field);
    return static_cast<uint32_t>(known - fields.begin());
  }

  void connect(uint32_t number) {
    const Correlation& correlation = plan_.correlations[number];
    for (uint32_t i = 0; i < correlation.inputs.size(); ++i) {
      const CorrelationInput& input = correlation.inputs[i];
      for (SourceId source : input.sources) {
        CorrelationFeed feed{number, i, {}, {}};
        for (const std::string& field : input.group_by) feed.group_by.push_back(capture(source, field));
        for (const std::string& field : input.fields) feed.fields.push_back(capture(source, field));
        if (source >= plan_.detections) warn_of_fields(correlation, input, source);
        plan_.feeds[source].push_back(std::move(feed));
      }
    }
  }

  void warn_of_estimates(const CorrelationRule& rule, const Correlation& correlation) {
    if (!correlation.closed || correlation.type != CorrelationType::value_count) return;
    for (const CorrelationBound& bound : correlation.bounds)
      if (bound.number > ClosedCell::most_exact_values)
        sink_.append(
            {Severity::warning, rule.header.file, rule.header.mark,
             fmt::format("more than {} distinct values are estimated, with a standard error of 2.2 %; "
                         "what they are compared with is beyond that",
                         ClosedCell::most_exact_values)});
  }

  void warn_of_fields(const Correlation& correlation, const CorrelationInput& input, SourceId source) {
    const Correlation& below = plan_.correlations[source - plan_.detections];
    const sigma::RuleHeader& header = rules_[correlation.rule].header;
    for (const auto* fields : {&input.group_by, &input.fields})
      for (const std::string& field : *fields)
        if (std::find(below.group_by.begin(), below.group_by.end(), field) == below.group_by.end())
          sink_.append(
              {Severity::warning, header.file, header.mark,
               fmt::format(
                   "'{}' has no field '{}': a correlation's alerts have the fields that it groups by; "
                   "add it to that group-by, or nothing is counted here",
                   rules_[below.rule].header.title, field)});
  }

  const std::vector<sigma::DetectionRule>& detections_;
  const std::vector<CorrelationRule>& rules_;
  DiagnosticSink& sink_;
  const MakeKind& make_kind_;
  CorrelationPlan plan_;
  Bearers bearers_;
  std::map<std::string, int> identities_, counted_;
  std::unordered_map<SourceId, Identity> fingerprints_;
  std::vector<std::string> names_;  // by detection: what tells it from others when rules are loaded again
};

}  // namespace

bool CorrelationBound::holds(double value) const {
  switch (order) {
    case CountOrder::gt: return value > number;
    case CountOrder::gte: return value >= number;
    case CountOrder::lt: return value < number;
    case CountOrder::lte: return value <= number;
    case CountOrder::eq: return value == number;
    case CountOrder::neq: return value != number;
  }
  return false;
}

CorrelationPlan build_correlation_plan(const std::vector<sigma::DetectionRule>& detections,
                                       const std::vector<sigma::CorrelationRule>& correlations,
                                       DiagnosticSink& sink, const MakeKind& make_kind) {
  return Builder(detections, correlations, sink, make_kind).build();
}

}  // namespace sigrun
