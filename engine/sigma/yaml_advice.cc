#include "sigma/yaml_advice.h"

#include <fmt/format.h>

#include <algorithm>

#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

constexpr size_t quoted_bytes = 60;

// The line around the failure.
struct Place {
  std::string_view before;  // from the line's begin
  std::string_view rest;    // to its end, from the failure on

  Place(std::string_view text, size_t at) {
    at = std::min(at, text.size());
    size_t begin = at == 0 ? 0 : text.rfind('\n', at - 1);
    begin = begin == text.npos || at == 0 ? 0 : begin + 1;
    before = text.substr(begin, at - begin);
    rest = text.substr(at, std::min(text.find_first_of("\r\n", at), text.size()) - at);
  }

  bool indented_by_tab() const {
    const std::string_view line = before.empty() ? rest : before;
    return line.substr(0, line.find_first_not_of(" \t")).find('\t') != line.npos;
  }
  bool behind_quote() const {
    size_t last = before.find_last_not_of(" \t");
    return last != before.npos && (before[last] == '\'' || before[last] == '"');
  }
  bool inside_value() const { return before.find(": ") != before.npos; }
  // The value that begins here, in single quotes.
  std::string quoted_value() const {
    std::string_view value = rest.substr(0, rest.find(" #"));
    value = value.substr(0, value.find_last_not_of(" \t") + 1);
    std::string out = "'";
    for (char c : value.substr(0, quoted_bytes)) out += c == '\'' ? "''" : std::string(1, c);
    return repair_utf8(out) + (value.size() > quoted_bytes ? "…'" : "'");
  }
};

constexpr std::string_view tab_advice = "a tab indents this line; YAML needs blanks, replace the tab by them";

std::string value_advice(const Place& place) {
  return fmt::format("a value cannot begin with '{}'; put it in single quotes: {}", place.rest.substr(0, 1),
                     place.quoted_value());
}

std::string misplaced_key(const Place& place) {
  if (place.indented_by_tab()) return std::string(tab_advice);
  if (place.inside_value())
    return "a value with ': ' inside needs quotes; write key: 'one: two', or begin a new line for a new key";
  return "no key can stand here; indent it like the other keys of its map, and write ': ' between key and "
         "value on the line before";
}

std::string misplaced_line(const Place& place) {
  if (place.behind_quote())
    return "text follows behind a closing quote; write '' for a quote inside single quotes (\\\" inside "
           "double ones), or close a quote that was left open before";
  if (place.indented_by_tab()) return std::string(tab_advice);
  return "this line does not continue what stands before it; indent it like the lines it belongs to";
}

std::string escape_advice(const Place&) {
  return "in double quotes a backslash begins an escape; put the value in single quotes, or write \\\\ for "
         "each backslash";
}

std::string block_entry_advice(const Place& place) {
  if (place.indented_by_tab()) return std::string(tab_advice);
  return "no list entry can stand here; begin the list on a new line, or put a value that begins with "
         "'- ' in single quotes";
}

std::string flow_end_advice(const Place& place) {
  return fmt::format("'{}' closes nothing that is open here; leave it out, or put the value in single quotes",
                     place.rest.substr(0, 1));
}

// A collection in brackets that is still open.
template <char Begin, char End>
std::string flow_advice(const Place&) {
  return fmt::format(
      "what begins with '{0}' is not closed before this; write '{1}', or put a value that begins "
      "with '{0}' in single quotes",
      Begin, End);
}

template <char Begin>
std::string beginning_advice(const Place&) {
  return fmt::format("a value cannot begin with '{}'; put it in single quotes", Begin);
}

struct Advice {
  std::string_view failure;  // how yaml-cpp's message begins
  std::string (*give)(const Place&);
};

constexpr Advice advices[] = {
    {"illegal map value", misplaced_key},
    {"illegal tab", [](const Place&) { return std::string(tab_advice); }},
    {"end of map not found", misplaced_line},
    {"end of sequence not found", misplaced_line},
    {"end of map flow not found", flow_advice<'{', '}'>},
    {"end of sequence flow not found", flow_advice<'[', ']'>},
    {"illegal flow end", flow_end_advice},
    {"illegal block entry", block_entry_advice},
    {"illegal map key", value_advice},
    {"unknown token", value_advice},
    {"the referenced anchor is not defined", value_advice},
    {"alias not found after *", beginning_advice<'*'>},
    {"anchor not found after &", beginning_advice<'&'>},
    {"unexpected character in block scalar",
     [](const Place&) {
       return std::string(
           "the text of '|' and '>' begins on the next line; put a value that begins with them "
           "in single quotes");
     }},
    {"unknown escape character", escape_advice},
    {"bad character found while scanning hex number", escape_advice},
    {"invalid unicode", escape_advice},
};

}  // namespace

std::string advise_on_yaml(std::string_view failure, std::string_view text, size_t at) {
  const Place place(text, at);
  for (const Advice& advice : advices)
    if (failure.starts_with(advice.failure)) return advice.give(place);
  return fmt::format("broken YAML: {}", failure);
}

}  // namespace sigrun::sigma
