// A second, deliberately naive reading of Sigma: one rule against one event, written from the rule language's
// description alone, to be compared with the engine's matcher. It shares no code with the engine and favours
// the obvious over the fast, except that a rule and an event are parsed once and then evaluated any number of
// times.
//
// Threads: a Rule and an Event never change after parsing; any number of threads may evaluate them.
// Lifetimes: both own all they need; the texts they were parsed from may go away.
// It does not do: log sources, correlations, filters, pipelines, documents merged by `action`, diagnostics
// with lines.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun::naive {

class Rule;   // one detection rule
class Event;  // one JSON object

// Values for the `expand` modifier by placeholder name: Sigma strings, so `*` and `?` in them are wildcards.
using Placeholders = std::map<std::string, std::vector<std::string>>;

// Candidate spellings of a rule's field name in events; the first that is present wins. Default: the name.
using Spelling = std::function<std::vector<std::string>(const std::string&)>;

// Parses one YAML document that holds one detection rule; null and a reason in `error` (if given) on failure.
std::shared_ptr<const Rule> parse_rule(std::string_view yaml, const Placeholders& placeholders,
                                       std::string* error);

// Parses one JSON object, leniently where a field alone is damaged: invalid UTF-8 and lone surrogates become
// U+FFFD, numbers keep their text and may be out of any range. Null and a reason in `error` (if
// given) on failure.
std::shared_ptr<const Event> parse_event(std::string_view json, std::string* error);

bool matches(const Rule& rule, const Event& event, const Spelling& spelling = {});

}  // namespace sigrun::naive
