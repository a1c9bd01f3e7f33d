#include "sigma/rule_reader.h"

#include <fmt/format.h>

#include <iterator>
#include <map>

#include "sigma/analytic_reader.h"
#include "sigma/analytic_rule.h"
#include "sigma/detection_reader.h"
#include "sigma/header_reader.h"

namespace sigrun::sigma {
namespace {

// Writes `over` onto `base`: maps are merged key by key, anything else is replaced.
void merge(YamlNode& base, const YamlNode& over) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  std::map<std::string_view, size_t> known;  // keys of `base` before the merge; keys are unique in a map
  for (size_t i = 0; i < base.entries.size(); ++i) known.emplace(base.entries[i].key, i);
  std::vector<YamlEntry> added;
  for (const YamlEntry& entry : over.entries) {
    auto found = known.find(entry.key);
    if (found == known.end()) {
      added.push_back(entry);
      continue;
    }
    YamlEntry& existing = base.entries[found->second];
    merge(existing.value, entry.value);
    existing.key_mark = entry.key_mark;
  }
  std::move(added.begin(), added.end(), std::back_inserter(base.entries));
}

size_t count_nodes(const YamlNode& node) {
  size_t count = 1;
  for (const YamlNode& item : node.items) count += count_nodes(item);
  for (const YamlEntry& entry : node.entries) count += 1 + count_nodes(entry.value);
  return count;
}

void erase_key(YamlNode& map, std::string_view key) {
  std::erase_if(map.entries, [&](const YamlEntry& entry) { return entry.key == key; });
}

// Resolves the actions of one file: what comes out are plain rule documents.
class Collection {
 public:
  Collection(const Limits& limits, DiagnosticSink& sink) : limits_(limits), sink_(sink) {}

  // The document to read as a rule, or empty: it was an action, or wrong (then `refused`).
  std::optional<YamlNode> take(YamlNode document, bool& refused) {
    refused = false;
    const Mark mark = document.mark;
    std::optional<YamlNode> taken = take_unbounded(std::move(document), refused);
    // What actions copy counts as if it were written out: a short file must not become a huge one.
    if (taken) nodes_ += count_nodes(*taken);
    if (nodes_ <= limits_.yaml_nodes) return taken;
    sink_.error(
        mark,
        fmt::format(
            "with what its actions repeat, this file has more than {} values; the rest of it is refused",
            limits_.yaml_nodes));
    full_ = refused = true;
    return {};
  }

  // Nothing more of this file is to be read.
  bool full() const { return full_; }

 private:
  std::optional<YamlNode> take_unbounded(YamlNode document, bool& refused) {
    if (!document.is_map()) {
      sink_.error(document.mark,
                  fmt::format("a rule must be a map with title, logsource and detection, not {}",
                              kind_name(document.kind)));
      refused = true;
      return {};
    }
    const YamlEntry* action = document.find_entry("action");
    std::string name = action && action->value.is_scalar() ? action->value.text : std::string();
    Mark action_mark = action ? action->key_mark : Mark{};
    bool has_action = action != nullptr;
    erase_key(document, "action");
    if (!has_action) {
      YamlNode merged = global_;
      merge(merged, document);
      merged.mark = document.mark;
      previous_ = merged;
      return merged;
    }
    if (name == "global") {
      merge(global_, document);
      return {};
    }
    if (name == "reset") {
      global_ = empty_map();
      return {};
    }
    if (name == "repeat") {
      if (!previous_) {
        sink_.error(action_mark, "'action: repeat' has no rule before it to repeat");
        refused = true;
        return {};
      }
      merge(*previous_, document);
      previous_->mark = document.mark;
      return previous_;
    }
    sink_.error(action_mark, fmt::format("unknown action '{}'; write global, reset or repeat", name));
    refused = true;
    return {};
  }

  static YamlNode empty_map() {
    YamlNode map;
    map.kind = YamlKind::map;
    return map;
  }

  const Limits& limits_;
  DiagnosticSink& sink_;
  size_t nodes_ = 0;
  bool full_ = false;
  YamlNode global_ = empty_map();
  std::optional<YamlNode> previous_;
};

}  // namespace

std::optional<DetectionRule> read_detection_rule(const YamlNode& document, const Limits& limits,
                                                 DiagnosticSink& sink) {
  DetectionRule rule;
  bool good = true;
  if (auto header = read_header(document, limits, sink))
    rule.header = std::move(*header);
  else
    good = false;
  if (auto logsource = read_logsource(document, sink))
    rule.logsource = std::move(*logsource);
  else
    good = false;

  const YamlEntry* detection = document.find_entry("detection");
  if (!detection) {
    sink.error(document.mark, "the detection is missing; write detection: with selections and a condition");
    return {};
  }
  if (!detection->value.is_map()) {
    sink.error(detection->key_mark,
               fmt::format("the detection must be a map of selections and a condition, not {}",
                           kind_name(detection->value.kind)));
    return {};
  }
  constexpr std::string_view reserved[] = {"condition", "timeframe"};
  if (!read_selections(detection->value, reserved, limits, sink, rule.selections)) return {};
  if (rule.selections.empty()) {
    sink.error(detection->key_mark, "the detection has no selection");
    return {};
  }
  auto condition = read_condition(detection->value, detection->key_mark, rule.selections, limits, sink,
                                  rule.condition_text);
  warn_of_unused(reserved, rule.selections, condition, sink);
  if (!condition || !good) return {};
  rule.condition = std::move(*condition);
  if (const YamlEntry* timeframe = detection->value.find_entry("timeframe"))
    sink.warning(timeframe->key_mark, "timeframe has no effect; write a correlation rule with a timespan");

  if (const YamlNode* tests = document.find("tests")) rule.tests = *tests;
  if (const YamlNode* path = document.find("regression_tests_path"); path && path->is_scalar())
    rule.regression_tests_path = path->text;
  return rule;
}

RuleFile read_rules(std::string_view text, const Limits& limits, DiagnosticSink& sink) {
  RuleFile file;
  YamlStream stream = parse_yaml(text, limits, sink);
  auto refuse = [&](std::string title, Mark mark, size_t first_diagnostic) {
    ++file.refused;
    file.refused_documents.push_back({std::move(title), mark, first_diagnostic, sink.diagnostics().size()});
  };
  if (!stream.complete) refuse({}, sink.diagnostics().back().mark, sink.diagnostics().size() - 1);
  Collection collection(limits, sink);
  size_t number = 0;
  for (YamlNode& node : stream.documents) {
    bool refused = false;
    const size_t said = sink.diagnostics().size();
    const Mark mark = node.mark;
    std::optional<YamlNode> document = collection.take(std::move(node), refused);
    number += document || refused;
    if (document) {
      bool read = false;
      if (document->find("correlation")) {
        if (auto rule = read_correlation_rule(*document, limits, sink))
          rule->header.number = number, file.correlations.push_back(std::move(*rule)), read = true;
      } else if (document->find("filter")) {
        if (auto rule = read_filter_rule(*document, limits, sink))
          rule->header.number = number, file.filters.push_back(std::move(*rule)), read = true;
      } else if (const YamlEntry* analytic = document->find_entry("analytic")) {
        auto rule = read_detection_rule(*document, limits, sink);
        auto narrowing = read_analytic(*analytic, false, sink);
        if (rule && narrowing) {
          rule->header.number = number;
          AnalyticRule split = split_analytic_rule(std::move(*rule), std::move(*narrowing));
          file.detections.push_back(std::move(split.base));
          file.correlations.push_back(std::move(split.analytic)), read = true;
        }
      } else {
        if (auto rule = read_detection_rule(*document, limits, sink))
          rule->header.number = number, file.detections.push_back(std::move(*rule)), read = true;
      }
      refused = !read;
    }
    if (refused) {
      const YamlNode* title = document ? document->find("title") : nullptr;
      refuse(title && title->is_scalar() ? title->text : std::string(), mark, said);
    }
    if (collection.full()) break;
  }
  if (stream.complete && stream.documents.empty()) sink.warning({}, "the file holds no rule");
  return file;
}

}  // namespace sigrun::sigma
