#include "cli/rule_test.h"

#include <filesystem>

#include "support/json_text.h"

namespace sigrun::cli {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// JSON's number grammar without exponent. Sigma's YAML numbers are nearly the same; what differs (`+1`, `.5`)
// stays text.
bool is_json_number(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  const size_t integer = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == integer || (text[integer] == '0' && at > integer + 1)) return false;
  if (at == text.size()) return true;
  if (text[at++] != '.' || at == text.size()) return false;
  while (at < text.size() && is_digit(text[at])) ++at;
  return at == text.size();
}

// One event: a map, or a string that holds JSON.
bool read_event(const sigma::YamlNode& node, RuleTest& test, DiagnosticSink& sink) {
  std::string text;
  if (node.is_map())
    append_json(node, text);
  else if (node.is_text())
    text = node.text;
  else {
    sink.error(node.mark, "an event is a map of fields, or a string that holds its JSON; this is " +
                              std::string(sigma::kind_name(node.kind)));
    return false;
  }
  test.events.push_back(std::move(text));
  return true;
}

bool read_source(const sigma::YamlEntry& entry, RuleTest& test, const std::string& rule_file,
                 DiagnosticSink& sink) {
  const sigma::YamlNode& value = entry.value;
  if (entry.key == "event") return read_event(value, test, sink);
  if (entry.key == "events") {
    if (!value.is_sequence() || value.items.empty()) {
      sink.error(value.mark, "`events` is a list with at least one event");
      return false;
    }
    bool good = true;
    for (const sigma::YamlNode& item : value.items) good = read_event(item, test, sink) && good;
    return good;
  }
  if (!value.is_text() || value.text.empty()) {
    sink.error(value.mark, "`file` is the path of an event file, relative to the rule");
    return false;
  }
  test.events_file = (std::filesystem::path(rule_file).parent_path() / value.text).string();
  return true;
}

bool read_test(const sigma::YamlNode& node, const std::string& rule_file, RuleTest& test,
               DiagnosticSink& sink) {
  if (!node.is_map()) {
    sink.error(node.mark, "a test is a map with name, expect, and event, events or file");
    return false;
  }
  const size_t errors = sink.error_count();
  bool named = false, expecting = false;
  const sigma::YamlEntry* source = nullptr;
  for (const sigma::YamlEntry& entry : node.entries) {
    const sigma::YamlNode& value = entry.value;
    if (entry.key == "name") {
      named = true;
      if (value.is_scalar() && !value.text.empty())
        test.name = value.text;
      else
        sink.error(value.mark, "`name` is a text that says what the test shows");
    } else if (entry.key == "expect") {
      expecting = true;
      if (value.is_text() && (value.text == "match" || value.text == "no match"))
        test.expect_match = value.text == "match";
      else
        sink.error(value.mark, "`expect` is `match` or `no match`");
    } else if (entry.key == "event" || entry.key == "events" || entry.key == "file") {
      if (source)
        sink.error(entry.key_mark,
                   "a test has one of event, events and file; this one has `" + source->key + "` already");
      else
        read_source(entry, test, rule_file, sink);
      source = &entry;
    } else {
      sink.error(entry.key_mark,
                 "a test has no key `" + entry.key + "`; it has name, expect, and event, events or file");
    }
  }
  if (!named) sink.error(node.mark, "the test has no `name`");
  if (!expecting) sink.error(node.mark, "the test does not say what to `expect`: match or no match");
  if (!source) sink.error(node.mark, "the test has no event: give event, events or file");
  return sink.error_count() == errors;
}

}  // namespace

void append_json(const sigma::YamlNode& node, std::string& out) {
  switch (node.kind) {
    case sigma::YamlKind::null: out += "null"; break;
    case sigma::YamlKind::boolean: out += node.truth() ? "true" : "false"; break;
    case sigma::YamlKind::number:
      if (is_json_number(node.text))
        out += node.text;
      else
        append_json_string(node.text, out);
      break;
    case sigma::YamlKind::text: append_json_string(node.text, out); break;
    case sigma::YamlKind::sequence: {
      out += '[';
      for (size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ',';
        append_json(node.items[i], out);
      }
      out += ']';
      break;
    }
    case sigma::YamlKind::map: {
      out += '{';
      for (size_t i = 0; i < node.entries.size(); ++i) {
        if (i > 0) out += ',';
        append_json_string(node.entries[i].key, out);
        out += ':';
        append_json(node.entries[i].value, out);
      }
      out += '}';
      break;
    }
  }
}

std::vector<RuleTest> read_rule_tests(const sigma::YamlNode& tests, const std::string& rule_file,
                                      DiagnosticSink& sink) {
  std::vector<RuleTest> out;
  if (tests.is_null() && tests.mark.line == 0) return out;  // no block at all
  if (!tests.is_sequence() || tests.items.empty()) {
    sink.error(tests.mark, "`tests` is a list with at least one test");
    return out;
  }
  for (const sigma::YamlNode& node : tests.items) {
    RuleTest test;
    test.file = rule_file;
    test.mark = node.mark;
    if (read_test(node, rule_file, test, sink)) out.push_back(std::move(test));
  }
  return out;
}

}  // namespace sigrun::cli
