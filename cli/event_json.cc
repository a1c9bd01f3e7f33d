#include "cli/event_json.h"

#include <string_view>

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

}  // namespace sigrun::cli
