#include "engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analytics/analytic_plan.h"
#include "alert/alert_id.h"
#include "event/byte_source.h"
#include "event/event_reader.h"
#include "event/timestamp.h"
#include "match/matcher.h"
#include "plan/plan_builder.h"
#include "rule_loader.h"
#include "support/give_back_memory.h"
#include "table_loader.h"

namespace sigrun {
namespace {

// Kinds of unrecognised events that are told apart.
constexpr size_t most_key_sets = 256;

struct RuleTests {
  sigma::YamlNode tests;
  std::string regression_path;
};

// Two rules with one id, or several without one in a file, must not give their alerts one id: the second is told apart by number.
// `taken`: the number given last for each id, so that thousands of rules with one id stay cheap.
std::string make_distinct(const std::string& id, std::map<std::string, int>& taken) {
  auto [known, fresh] = taken.try_emplace(id, 1);
  if (fresh) return id;
  for (;;) {
    std::string distinct = fmt::format("{}#{}", id, ++known->second);
    if (taken.try_emplace(distinct, 1).second) return distinct;
  }
}

// Takes the texts of a rule's header.
std::shared_ptr<RuleInfo> make_info(sigma::RuleHeader header) {
  auto info = std::make_shared<RuleInfo>();
  info->id = header.identity();
  info->title = std::move(header.title);
  info->author = std::move(header.author);
  info->name = std::move(header.name);
  info->file = std::move(header.file);
  info->line = header.mark.line;
  info->level = header.level;
  info->status = header.status;
  info->tags = std::move(header.tags);
  return info;
}

CorrelationInfo make_info(const Correlation& correlation, const sigma::CorrelationRule& rule) {
  CorrelationInfo info;
  info.rule = make_info(rule.header);
  info.group_by = correlation.group_by;
  info.bounds = correlation.bounds;
  if (rule.analytic) {
    info.analytic = true;
    info.bounds.clear();
    for (const sigma::NumberBound& bound : rule.analytic->condition) info.bounds.push_back({bound.order, bound.number});
  }
  info.muted = correlation.muted;
  return info;
}

// About, and without the event, which is the batch's.
size_t memory_of(const Alert& alert) { return sizeof(Alert) + alert.matches.size() * sizeof(Match); }

std::string over_budget_message(const Limits& limits) {
  return fmt::format(
      "the rule was stopped on this event after {} ms for each MiB, so whether it matches is unknown; later "
      "events are tried, and this is said once",
      static_cast<double>(limits.rule_budget_microseconds) / 1000);
}

bool known_to_a_table(const sigma::LogSource& logsource, const std::vector<sigma::TaxonomyTable>& tables) {
  return std::any_of(tables.begin(), tables.end(), [&](const sigma::TaxonomyTable& table) {
    return std::any_of(table.entries.begin(), table.entries.end(),
                       [&](const sigma::TaxonomyEntry& entry) { return logsource.covers(entry.logsource); });
  });
}

}  // namespace

struct Engine::Impl {
  Limits limits;
  CostClock clock;
  std::unique_ptr<const Plan> plan;
  std::unique_ptr<const CandidateIndex> candidates;
  std::vector<std::shared_ptr<const RuleInfo>> rules;
  CorrelationPlan correlations;
  std::vector<CorrelationInfo> correlation_rules;
  std::vector<std::shared_ptr<const RuleInfo>> sources;
  std::vector<sigma::YamlNode> correlation_tests;  // the same order
  std::vector<std::string> identities;  // what alert ids are made of: the rules' ids, made distinct
  std::vector<RuleTests> tests;
  std::vector<std::string> envelopes;
};

class Engine::Scratch {
 public:
  Scratch(const Impl& engine, TimeRange time_range)
      : matcher(*engine.plan, *engine.candidates, engine.limits, engine.clock),
        range(time_range),
        told_of_budget(engine.rules.size(), false) {}
  Matcher matcher;
  TimeRange range;
  std::vector<Hit> hits;
  uint64_t nanoseconds = 0;
  std::vector<bool> told_of_budget;  // by rule
  std::vector<Match> matches;        // of one alert, before it gets just as many
  bool live = false;
  std::atomic<uint64_t>* rule_hits = nullptr;  // by rule, of all scratches
  std::optional<int64_t> received;
  std::string event_text;  // of an event that was not JSON
  std::optional<int64_t> time() {
    const std::optional<int64_t> told = matcher.time();
    return told ? told : received;
  }
  uint64_t place_in_id(const EventSpan& span) const { return live ? 0 : span.offset; }
  // Matches the event that was read, counts it, adds its alerts and occurrences. Returns about the memory that its alerts take. `text_of`
  // gives its text, where that is needed.
  template <class EventText>
  size_t conclude(const Impl& engine, const EventSpan& span, std::string_view input, EventText&& text_of,
                  std::vector<Alert>& alerts, Counters& counters, EventOccurrences* occurrences);
  void add_occurrences(const Impl& engine, std::string_view event, const EventSpan& span,
                       std::string_view input, std::string_view own_id, EventOccurrences& occurrences);
};

void Engine::ScratchDeleter::operator()(Scratch* scratch) const { delete scratch; }

uint64_t Counters::alerts() const {
  uint64_t sum = 0;
  for (uint64_t count : alerts_by_level) sum += count;
  return sum;
}

void Counters::add(const Counters& other) {
  in += other.in;
  processed += other.processed;
  degraded += other.degraded;
  rejected += other.rejected;
  dropped += other.dropped;
  unrecognised += other.unrecognised;
  bytes += other.bytes;
  rules_over_budget += other.rules_over_budget;
  envelope_fields.add(other.envelope_fields);
  for (size_t i = 0; i < alerts_by_level.size(); ++i) alerts_by_level[i] += other.alerts_by_level[i];
  for (const auto& [keys, count] : other.unrecognised_keys) count_unrecognised(keys, count);
}

void Counters::count_unrecognised(std::string_view keys, uint64_t count) {
  if (auto known = unrecognised_keys.find(keys); known != unrecognised_keys.end()) {
    known->second += count;
  } else if (unrecognised_keys.size() < most_key_sets) {
    unrecognised_keys.emplace(keys, count);
  } else {
    // The newcomer takes the place of the rarest, and its count.
    auto place = unrecognised_keys.extract(
        std::min_element(unrecognised_keys.begin(), unrecognised_keys.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; }));
    place.key() = keys;
    place.mapped() += count;
    unrecognised_keys.insert(std::move(place));
  }
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

std::unique_ptr<Engine> Engine::load(const LoadOptions& options, LoadReport& report, RuleCache* cache) {
  if (options.literal_search == LiteralSearch::vectorscan && !LiteralAutomata::available()) {
    report.fatal = "literals cannot be searched for by vectorscan: this build or this processor lacks it";
    return {};
  }
  const ForEach for_each = options.for_each ? options.for_each : ForEach(one_by_one);
  auto tables = load_tables(options, report);
  if (!tables) return {};
  auto rules = load_rules(options, report, cache);
  if (!rules) return {};

  auto impl = std::make_unique<Impl>();
  impl->limits = options.limits;
  impl->clock = options.cost_clock;
  DiagnosticSink sink;
  impl->correlations =
      build_correlation_plan(rules->detections, rules->correlations, sink, make_analytic_kind);
  report.diagnostics.insert(report.diagnostics.end(), sink.diagnostics().begin(), sink.diagnostics().end());
  for (const Correlation& correlation : impl->correlations.correlations) {
    sigma::CorrelationRule& rule = rules->correlations[correlation.rule];
    impl->correlation_rules.push_back(make_info(correlation, rule));
    if (!options.muting) impl->correlation_rules.back().muted = false;
    impl->correlation_tests.push_back(std::move(rule.tests));
  }
  std::vector<bool> correlated;
  for (size_t rule = 0; rule < rules->detections.size(); ++rule)
    correlated.push_back(!impl->correlations.feeds[rule].empty());
  std::map<std::string, int> ids;
  std::vector<std::shared_ptr<RuleInfo>> infos;
  for (sigma::DetectionRule& rule : rules->detections) {
    std::string logsource = rule.logsource.to_string();
    ++report.per_logsource[logsource];
    if (options.use_taxonomy && !known_to_a_table(rule.logsource, *tables))
      ++report.unknown_logsource[logsource];
    infos.push_back(make_info(std::move(rule.header)));
    infos.back()->logsource = rule.logsource;
    impl->identities.push_back(make_distinct(infos.back()->id, ids));
    impl->tests.push_back({std::move(rule.tests), std::move(rule.regression_tests_path)});
  }
  std::set<std::string> envelopes;
  for (const sigma::TaxonomyTable& table : *tables)
    envelopes.insert(table.envelopes.begin(), table.envelopes.end());
  impl->envelopes.assign(envelopes.begin(), envelopes.end());

  Routing routing = options.logsource.kind == LogSourceMode::Kind::automatic ? Routing::automatic
                    : options.logsource.kind == LogSourceMode::Kind::off     ? Routing::off
                                                                             : Routing::fixed;
  auto fits = [&](const sigma::DetectionRule& rule) {
    return !rule.logsource.contradicts(options.logsource.logsource);
  };
  if (routing == Routing::fixed && std::none_of(rules->detections.begin(), rules->detections.end(), fits)) {
    report.fatal = fmt::format("none of the {} loaded rules is for {}", rules->detections.size(),
                               options.logsource.logsource.to_string());
    return {};
  }
  impl->plan = build_plan({rules->detections, *tables, routing, options.logsource.logsource, impl->limits,
                           for_each, options.time, &impl->correlations.captured, &correlated,
                           &rules->detections});
  for (size_t rule = 0; rule < infos.size(); ++rule)
    infos[rule]->explanations = impl->plan->rules[rule].explanations;
  impl->rules.assign(infos.begin(), infos.end());
  impl->sources = impl->rules;
  for (const CorrelationInfo& correlation : impl->correlation_rules) impl->sources.push_back(correlation.rule);
  // The plan holds all that is needed of them; the indexes take their memory.
  rules.reset();
  tables.reset();
  impl->candidates = std::make_unique<CandidateIndex>(*impl->plan, for_each, options.literal_search);
  give_back_memory();
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

Engine::ScratchPointer Engine::make_scratch(TimeRange range) const {
  return ScratchPointer(new Scratch(*impl_, range));
}

Engine::ScratchPointer Engine::make_live_scratch(std::atomic<uint64_t>* hits) const {
  ScratchPointer scratch = make_scratch();
  scratch->live = true;
  scratch->rule_hits = hits;
  return scratch;
}

void Engine::set_received(Scratch& scratch, std::optional<int64_t> time) const { scratch.received = time; }

void Engine::forget(Scratch& scratch) const { scratch.matcher.forget(); }

void Engine::evaluate(const EventBatch& batch, std::string_view input, Scratch& scratch,
                      std::vector<Alert>& alerts, Counters& counters,
                      std::vector<Rejection>* rejected) const {
  evaluate_some(batch, 0, SIZE_MAX, input, scratch, alerts, counters, rejected);
}

size_t Engine::evaluate_some(const EventBatch& batch, size_t first, size_t alert_bytes,
                             std::string_view input, Scratch& scratch, std::vector<Alert>& alerts,
                             Counters& counters, std::vector<Rejection>* rejected,
                             EventOccurrences* occurrences) const {
  if (impl_->correlations.empty()) occurrences = nullptr;
  if (first == 0) {
    counters.in += batch.rejected.size();
    counters.rejected += batch.rejected.size();
    counters.envelope_fields.add(batch.envelope_fields);
  }
  Matcher& matcher = scratch.matcher;
  const uint64_t began = impl_->clock.now();
  size_t taken = 0, at = first;
  for (; at < batch.events.size() && taken < alert_bytes; ++at) {
    const EventSpan& span = batch.events[at];
    std::string_view event = batch.event(span);
    ++counters.in;
    counters.bytes += event.size();
    if (matcher.read(event, batch.tokens_of(span)) == JsonWalker::Outcome::broken) {
      ++counters.rejected;
      if (rejected) rejected->push_back({span.offset, span.line, matcher.problem()});
      continue;
    }
    taken += scratch.conclude(
        *impl_, span, input, [&] { return event; }, alerts, counters, occurrences);
  }
  scratch.nanoseconds += impl_->clock.nanoseconds(began, impl_->clock.now());
  return at;
}

template <class EventText>
size_t Engine::Scratch::conclude(const Impl& engine, const EventSpan& span, std::string_view input,
                                 EventText&& text_of, std::vector<Alert>& alerts, Counters& counters,
                                 EventOccurrences* occurrences) {
  if (range.bounded() && !range.contains(time())) {
    ++counters.dropped;
    return 0;
  }
  matcher.evaluate(hits);
  ++(matcher.outcome() == JsonWalker::Outcome::degraded ? counters.degraded : counters.processed);
  if (matcher.unrecognised()) {
    ++counters.unrecognised;
    counters.count_unrecognised(matcher.top_level_keys(), 1);
  }
  if (occurrences) occurrences->stamps.push_back({time(), matcher.lateness_seconds() * 1'000'000'000});
  counters.rules_over_budget += matcher.over_budget().size();
  if (hits.empty() && matcher.over_budget().empty()) return 0;
  if (rule_hits)
    for (const Hit& hit : hits) rule_hits[hit.rule].fetch_add(1, std::memory_order_relaxed);
  size_t taken = 0;
  const std::string_view event = text_of();
  const std::string_view own_id = matcher.own_id();
  const std::shared_ptr<const std::string> repaired = matcher.repaired();
  if (repaired) taken += repaired->size();
  TimeText time_text;
  if (auto told = time()) time_text = format_time(*told);
  if (occurrences) add_occurrences(engine, event, span, input, own_id, *occurrences);
  auto add_alert = [&](RuleIndex rule, std::string_view identity) -> Alert& {
    Alert& alert = alerts.emplace_back();
    alert.rule = engine.rules[rule];
    alert.id = make_alert_id(identity, own_id, event, place_in_id(span));
    alert.time = time_text;
    alert.file = input;
    alert.line = span.line;
    alert.offset = span.offset;
    alert.event = event;
    return alert;
  };
  for (const Hit& hit : hits) {
    if (engine.plan->rules[hit.rule].muted) continue;
    Alert& alert = add_alert(hit.rule, engine.identities[hit.rule]);
    matches.clear();
    matcher.explain(hit, matches);
    alert.matches.assign(matches.begin(), matches.end());
    alert.repaired = repaired;
    ++counters.alerts_by_level[static_cast<size_t>(alert.rule->level)];
    taken += memory_of(alert);
  }
  for (RuleIndex rule : matcher.over_budget()) {
    if (told_of_budget[rule]) continue;
    told_of_budget[rule] = true;
    Alert& alert = add_alert(rule, "health " + engine.identities[rule]);
    alert.kind = AlertKind::health;
    alert.message = over_budget_message(engine.limits);
    taken += memory_of(alert) + alert.message.size();
  }
  return taken;
}

void Engine::evaluate_record(const HostRecord& record, std::string_view input, Scratch& scratch,
                             std::vector<Alert>& alerts, Counters& counters, std::string& problem,
                             EventOccurrences* occurrences) const {
  if (impl_->correlations.empty()) occurrences = nullptr;
  Matcher& matcher = scratch.matcher;
  ++counters.in;
  JsonWalker::Outcome outcome;
  if (record.form == HostRecord::Form::msgpack) {
    counters.bytes += record.bytes.size();
    outcome = matcher.read_msgpack(record.bytes);
  } else {
    for (const NamedValue& pair : record.pairs) counters.bytes += pair.name.size() + pair.value.size();
    outcome = matcher.read_pairs(record.pairs);
  }
  if (outcome == JsonWalker::Outcome::broken) {
    ++counters.rejected;
    problem = matcher.problem();
    return;
  }
  auto text = [&]() -> std::string_view {
    scratch.event_text.clear();
    matcher.write_json(scratch.event_text);
    return scratch.event_text;
  };
  scratch.conclude(*impl_, EventSpan{}, input, text, alerts, counters, occurrences);
}

void Engine::Scratch::add_occurrences(const Impl& engine, std::string_view event, const EventSpan& span,
                                      std::string_view input, std::string_view own_id,
                                      EventOccurrences& occurrences) {
  OccurrenceBatch& batch = occurrences.batch;
  bool placed = false;
  for (const Hit& hit : hits) {
    if (engine.correlations.feeds[hit.rule].empty()) continue;
    if (!std::exchange(placed, true)) {
      batch.places.push_back({input, span.line, span.offset, event});
      occurrences.event_of_place.push_back(static_cast<uint32_t>(occurrences.stamps.size() - 1));
    }
    Occurrence& occurrence = batch.occurrences.emplace_back();
    occurrence.source = hit.rule;
    occurrence.time = occurrences.stamps.back().time.value_or(0);
    occurrence.id = make_alert_identity(engine.identities[hit.rule], own_id, event, place_in_id(span));
    occurrence.place = static_cast<uint32_t>(batch.places.size() - 1);
    occurrence.first_captured = static_cast<uint32_t>(batch.captured.size());
    for (size_t i = 0; i < engine.correlations.captured[hit.rule].size(); ++i) {
      batch.add_field();
      matcher.captured_values(hit, i, [&](std::string_view value) { batch.add_value(value); });
    }
  }
}

EventStamp Engine::first_stamp(std::string_view text, Scratch& scratch) const {
  // Mostly the first line is the event; of a longer one the first part of the text has to do.
  constexpr size_t looked_at = 1 << 16;
  for (size_t size : {std::min(text.find('\n'), text.size()), std::min(text.size(), looked_at)}) {
    const auto source = memory_byte_source(text.substr(0, size));
    EventReader reader(*source, impl_->envelopes, impl_->limits);
    EventBatch batch;
    if (!reader.next(batch) || batch.events.empty()) continue;
    const EventSpan& span = batch.events.front();
    Matcher& matcher = scratch.matcher;
    if (matcher.read(batch.event(span), batch.tokens_of(span)) == JsonWalker::Outcome::broken) continue;
    return {matcher.time(), matcher.lateness_seconds() * 1'000'000'000};
  }
  return {};
}

TimeOfEvent Engine::time_of_event(std::string_view text, Scratch& scratch) const {
  TimeOfEvent told;
  const auto source = memory_byte_source(text);
  EventReader reader(*source, impl_->envelopes, impl_->limits);
  EventBatch batch;
  reader.next(batch);
  const bool envelope = !batch.events.empty() && batch.events[0].offset != text.find_first_not_of(" \t\r\n");
  if (envelope || batch.events.size() + batch.rejected.size() != 1) {
    told.problem = envelope ? "this is an envelope; write the event that is in it" : "an event is one JSON object";
    return told;
  }
  Matcher& matcher = scratch.matcher;
  if (!batch.rejected.empty()) {
    told.problem = "the event would be rejected: " + batch.rejected[0].reason;
  } else if (const EventSpan& span = batch.events[0];
             matcher.read(batch.event(span), batch.tokens_of(span)) == JsonWalker::Outcome::broken) {
    told.problem = "the event would be rejected: " + matcher.problem();
  } else {
    const View* view = matcher.view();
    told.table = view ? view->name : std::string();
    told.field = view && !view->time_field.empty() ? view->time_field : impl_->plan->open.time_field;
    told.time = matcher.time();
  }
  return told;
}

void Engine::add_costs(const Scratch& scratch, RuleCosts& costs) const {
  costs.nanoseconds += scratch.nanoseconds;
  costs.add(scratch.matcher.costs());
}

const std::vector<std::shared_ptr<const RuleInfo>>& Engine::rules() const { return impl_->rules; }
const CorrelationPlan& Engine::correlations() const { return impl_->correlations; }
const std::vector<std::shared_ptr<const RuleInfo>>& Engine::sources() const { return impl_->sources; }
const std::vector<CorrelationInfo>& Engine::correlation_rules() const { return impl_->correlation_rules; }
const sigma::YamlNode& Engine::rule_tests(size_t rule) const { return impl_->tests[rule].tests; }
const sigma::YamlNode& Engine::correlation_tests(size_t correlation) const {
  return impl_->correlation_tests[correlation];
}
const std::string& Engine::regression_tests_path(size_t rule) const {
  return impl_->tests[rule].regression_path;
}
const std::vector<std::string>& Engine::envelopes() const { return impl_->envelopes; }
const Limits& Engine::limits() const { return impl_->limits; }

}  // namespace sigrun
