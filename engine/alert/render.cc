#include "alert/render.h"

#include <fmt/format.h>

#include <iterator>

#include "support/json_text.h"

namespace sigrun {
namespace {

void append_member(std::string_view name, std::string_view value, std::string& out) {
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ':';
  append_json_string(value, out);
}

// The event stands on one line in the alert: line breaks between its tokens become spaces. Inside strings there are none.
// Values that no rule wants are not validated when events are matched, so that an event may be no JSON for others: it becomes
// a text, for an alert must be readable always.
void append_event(std::string_view event, std::string& out) {
  if (!is_valid_json(event)) return append_json_string(event, out);
  for (char c : event) out += c == '\n' || c == '\r' ? ' ' : c;
}

}  // namespace

void render_ndjson(const Alert& alert, std::string& out) {
  out += R"({"schema":1)";
  append_member("id", alert.id, out);
  append_member("kind", alert.kind == AlertKind::health ? "health" : "detection", out);
  if (!alert.time.empty()) append_member("time", alert.time, out);

  if (!alert.message.empty()) append_member("message", alert.message, out);

  out += R"(,"rule":{)";
  append_member("id", alert.rule->id, out);
  append_member("title", alert.rule->title, out);
  if (alert.rule->level != sigma::Level::none)
    append_member("level", sigma::level_name(alert.rule->level), out);
  out += R"(,"tags":[)";
  for (size_t i = 0; i < alert.rule->tags.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(alert.rule->tags[i], out);
  }
  out += ']';
  if (!alert.rule->author.empty()) append_member("author", alert.rule->author, out);

  out += R"(},"source":{)";
  append_member("file", alert.file, out);
  fmt::format_to(std::back_inserter(out), R"(,"line":{},"offset":{}}},"matches":[)", alert.line,
                 alert.offset);
  std::string scratch;
  for (size_t i = 0; i < alert.matches.size(); ++i) {
    const Match& match = alert.matches[i];
    out += i > 0 ? ",{" : "{";
    append_member("field", match.field, out);
    append_member("value", match.value.text(scratch), out);
    append_member("modifier", match.modifier, out);
    append_member("pattern", match.pattern, out);
    out += '}';
  }
  out += R"(],"event":)";
  append_event(alert.event, out);
  out += "}\n";
}

}  // namespace sigrun
