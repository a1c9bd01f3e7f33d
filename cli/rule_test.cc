#include "cli/rule_test.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "cli/event_json.h"

namespace sigrun::cli {
namespace {

// One event: a map, or a string that holds JSON.
void read_event(const sigma::YamlNode& node, RuleTest& test, DiagnosticSink& sink) {
  std::string text;
  if (node.is_map())
    append_json(node, text);
  else if (node.is_text())
    text = node.text;
  else
    sink.error(node.mark, "an event is a map of fields, or a string that holds its JSON; this is " +
                              std::string(sigma::kind_name(node.kind)));
  test.events.push_back(std::move(text));
}

// Of event, events and file.
void read_source(const sigma::YamlEntry& entry, RuleTest& test, const TestedRule& rule,
                 DiagnosticSink& sink) {
  const sigma::YamlNode& value = entry.value;
  if (entry.key == "file") {
    if (value.is_text() && !value.text.empty())
      test.events_file = (std::filesystem::path(rule.file).parent_path() / value.text).string();
    else
      sink.error(value.mark, "`file` is the path of an event file, relative to the rule");
  } else if (rule.correlation) {
    sink.error(entry.key_mark, "a correlation is tested with a `timeline`, or a `file` of events; `" +
                                   entry.key + "` runs events one by one, each by itself");
  } else if (entry.key == "event") {
    read_event(value, test, sink);
  } else if (!value.is_sequence() || value.items.empty()) {
    sink.error(value.mark, "`events` is a list with at least one event");
  } else {
    for (const sigma::YamlNode& item : value.items) read_event(item, test, sink);
  }
}

// What stands in a test, before it is known what it belongs to.
struct TestKeys {
  const sigma::YamlEntry *name = nullptr, *expect = nullptr, *source = nullptr, *start = nullptr;
};

TestKeys find_keys(const sigma::YamlNode& node, DiagnosticSink& sink) {
  constexpr std::string_view sources[] = {"event", "events", "file", "timeline"};
  TestKeys keys;
  for (const sigma::YamlEntry& entry : node.entries) {
    if (entry.key == "name") {
      keys.name = &entry;
    } else if (entry.key == "expect") {
      keys.expect = &entry;
    } else if (entry.key == "start") {
      keys.start = &entry;
    } else if (std::find(std::begin(sources), std::end(sources), entry.key) != std::end(sources)) {
      if (keys.source)
        sink.error(entry.key_mark, "a test has one of event, events, file and timeline; this one has `" +
                                       keys.source->key + "` already");
      else
        keys.source = &entry;
    } else {
      sink.error(entry.key_mark,
                 "a test has no key `" + entry.key +
                     "`; it has name, expect, and event, events, file or timeline, which may have "
                     "a start");
    }
  }
  return keys;
}

bool read_test(const sigma::YamlNode& node, const TestedRule& rule, RuleTest& test, DiagnosticSink& sink) {
  if (!node.is_map()) {
    sink.error(node.mark, "a test is a map with name, expect, and event, events, file or timeline");
    return false;
  }
  const size_t errors = sink.error_count();
  const TestKeys keys = find_keys(node, sink);
  if (!keys.name)
    sink.error(node.mark, "the test has no `name`");
  else if (keys.name->value.is_scalar() && !keys.name->value.text.empty())
    test.name = keys.name->value.text;
  else
    sink.error(keys.name->value.mark, "`name` is a text that says what the test shows");

  ExpectationScope scope{rule.correlation, rule.group_by, {}};
  if (!keys.source) {
    sink.error(node.mark, "the test has no event: give event, events, file or timeline");
  } else if (keys.source->key == "timeline") {
    const auto start = keys.start ? read_start(keys.start->value, sink) : default_start;
    scope.start = start.value_or(default_start);
    test.timeline = read_timeline(keys.source->value, *scope.start, sink);
  } else {
    read_source(*keys.source, test, rule, sink);
  }
  if (keys.start && !test.timeline) sink.error(keys.start->key_mark, "`start` is that of a `timeline`");

  if (!keys.expect)
    sink.error(node.mark, "the test does not say what to `expect`: match or no match");
  else if (auto expectation = read_expectation(keys.expect->value, scope, sink))
    test.expect = std::move(*expectation);
  return sink.error_count() == errors;
}

}  // namespace

std::vector<RuleTest> read_rule_tests(const sigma::YamlNode& tests, const TestedRule& rule,
                                      DiagnosticSink& sink) {
  std::vector<RuleTest> out;
  if (tests.is_null() && tests.mark.line == 0) return out;  // no block at all
  if (!tests.is_sequence() || tests.items.empty()) {
    sink.error(tests.mark, "`tests` is a list with at least one test");
    return out;
  }
  for (const sigma::YamlNode& node : tests.items) {
    RuleTest test;
    test.file = rule.file;
    test.mark = node.mark;
    if (read_test(node, rule, test, sink)) out.push_back(std::move(test));
  }
  return out;
}

}  // namespace sigrun::cli
