// Routing fails open: a process creation event that lost its channel, event id and provider on the way gives the alerts that
// it gave before, and no others.
//
// Exempt are the rules that test one of the lost fields, because without the field the answer may change either way:
// the rule may miss (it asked for EventID 4688), or hit (it asked for `not Channel: x`). A rule that only names a log
// source is not exempt: telling that from the remaining fields is what is tested here.
#include <doctest/doctest.h>

#include <simdjson.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "differential/corpus.h"
#include "engine.h"
#include "sigma/rule_reader.h"
#include "support/json_text.h"

namespace sigrun::differential {
namespace {

// As rules name them, and as the flat events of the corpus do.
const std::set<std::string> lost_fields = {"Channel", "EventID", "EventId", "event_id", "EventCode", "Provider_Name", "ProviderName", "Provider",
                                           "Provider_Guid", "ProviderGuid", "SourceName", "Source", "EventSource", "log_name"};

bool tests_lost_field(const sigma::Detection& detection) {
  if (detection.item) {
    if (lost_fields.contains(detection.item->field)) return true;
    for (const sigma::ItemValue& value : detection.item->values)
      if (auto* reference = std::get_if<sigma::FieldReference>(&value.value); reference && lost_fields.contains(reference->field)) return true;
  }
  return std::any_of(detection.children.begin(), detection.children.end(), tests_lost_field);
}

std::set<std::string> exempt_rules(const std::string& folder) {
  std::set<std::string> ids;
  Limits limits;
  for (const std::string& path : files_below(folder, ".yml")) {
    DiagnosticSink sink(path);
    for (const sigma::DetectionRule& rule : sigma::read_rules(read_text(path), limits, sink).detections)
      for (const sigma::Selection& selection : rule.selections)
        if (tests_lost_field(selection.detection)) ids.insert(rule.header.id);
  }
  return ids;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// The event without the lost fields; empty when it is no process creation of Sysmon or Security with fields of its own
// (Log Analytics' WindowsEvent keeps them as JSON text inside a string: docs/taxonomy.md, known gaps).
std::string stripped(std::string_view event, simdjson::dom::parser& parser) {
  simdjson::dom::object object;
  if (parser.parse(event.data(), event.size(), true).get(object)) return {};
  int64_t id = 0;
  std::string_view channel;
  if (object["EventID"].get(id) || object["Channel"].get(channel)) return {};
  bool sysmon = id == 1 && same_text(channel, "Microsoft-Windows-Sysmon/Operational"), security = id == 4688 && same_text(channel, "Security");
  if (!sysmon && !security) return {};
  if (object[sysmon ? "Image" : "NewProcessName"].error()) return {};
  std::string kept;
  for (auto [key, value] : object) {
    if (lost_fields.contains(std::string(key))) continue;
    kept += kept.empty() ? "{" : ",";
    append_json_string(key, kept);
    kept += ":" + simdjson::minify(value);
  }
  return kept + "}";
}

// The ids of the rules that hit, with how often.
std::map<std::string, size_t> hits(const Engine& engine, Engine::Scratch& scratch, const std::string& event, Counters& counters) {
  EventBatch batch;
  batch.bytes = PaddedBytes(event);
  batch.events = {{0, event.size(), 0, 1}};
  std::vector<Alert> alerts;
  engine.evaluate(batch, "test", scratch, alerts, counters);
  std::map<std::string, size_t> ids;
  for (const Alert& alert : alerts) ++ids[alert.rule->id];
  return ids;
}

}  // namespace

TEST_CASE("process creation without channel, event id and provider gives the same alerts") {
  auto corpus = corpus_folder("process creation without channel, event id and provider");
  if (!corpus) return;
  const std::string rules = *corpus + "/sigmahq/rules";
  LoadOptions options;
  options.rule_paths = {rules};
  LoadReport report;
  auto engine = Engine::load(options, report);
  REQUIRE(engine);
  auto scratch = engine->make_scratch();
  const std::set<std::string> exempt = exempt_rules(rules);
  REQUIRE(exempt.size() > 100);

  simdjson::dom::parser parser;
  size_t events = 0, alerts = 0, differences = 0;
  Counters whole, partial;
  auto compare = [&](std::string_view event) {
    std::string rest = stripped(event, parser);
    if (rest.empty()) return;
    ++events;
    auto before = hits(*engine, *scratch, std::string(event), whole);
    auto after = hits(*engine, *scratch, rest, partial);
    auto is_exempt = [&](const auto& hit) { return exempt.contains(hit.first); };
    std::erase_if(before, is_exempt);
    std::erase_if(after, is_exempt);
    alerts += before.size();
    if (before == after) return;
    if (++differences > 10) return;
    for (const auto& [id, count] : before)
      if (!after.contains(id)) std::cerr << "LOST " << id << ": " << rest.substr(0, 300) << "\n";
    for (const auto& [id, count] : after)
      if (!before.contains(id)) std::cerr << "GAINED " << id << ": " << rest.substr(0, 300) << "\n";
  };
  for (const std::string& path : files_below(*corpus + "/events", ".zst")) CHECK(for_each_event(path, {}, compare) == "");
  CHECK(for_each_event(*corpus + "/regression/cases.ndjson", {"flat_events"}, compare) == "");
  CHECK(for_each_event(*corpus + "/regression/near_miss.ndjson", {"event"}, compare) == "");

  MESSAGE("events ", events, ", alerts ", alerts, ", exempt rules ", exempt.size(), ", unrecognised ", partial.unrecognised);
  CHECK(events > 700);
  CHECK(alerts > 100);
  CHECK(differences == 0);
}

}  // namespace sigrun::differential
