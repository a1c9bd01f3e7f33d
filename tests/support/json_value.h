// A strict JSON reader for tests: what the engine writes must satisfy it, and the corpora are read with it. It shares no code with the engine's
// own reading of JSON, so that it can judge it. Numbers and whole values keep the text they were written as.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun::test {

struct JsonMember;

struct JsonValue {
  enum class Kind { null, truth, number, text, array, object };
  Kind kind = Kind::null;
  bool truth = false;
  std::string text;      // text: decoded; number: as written
  std::string_view raw;  // the value's bytes in the text that was read
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;

  bool is(Kind wanted) const { return kind == wanted; }
  // The first member of that name, or null.
  const JsonValue* find(std::string_view name) const;
  // The text of a member, or "".
  std::string text_of(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

// Empty unless `text` is exactly one JSON value (RFC 8259) in valid UTF-8. `text` must outlive the result.
std::optional<JsonValue> parse_json(std::string_view text);

// What of `value` contradicts an alert's schema (docs/alert.schema.json), or "".
std::string alert_schema_problem(const JsonValue& value);

}  // namespace sigrun::test
