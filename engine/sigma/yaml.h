// A YAML document as the rule reader sees it: an immutable tree in which every scalar keeps its text and its place.
//
// yaml-cpp is used only for its event parser, and only in yaml.cc: its node tree shares aliased nodes (1 KB walks as
// millions), accepts duplicate keys, and reads `010` as 8. This reader refuses anchors' aliases, merge keys, duplicate keys
// and foreign tags, holds the byte, depth and node limits of support/limits.h, checks UTF-8, and types plain scalars as
// Sigma needs them: decimal numbers without a leading zero, true, false, null, ~ and empty; everything else is text.
// Threads: parse_yaml is reentrant; a tree is a plain value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostic.h"
#include "support/limits.h"

namespace sigrun::sigma {

enum class YamlKind : uint8_t { null, boolean, number, text, sequence, map };

struct YamlEntry;

struct YamlNode {
  YamlKind kind = YamlKind::null;
  Mark mark;
  std::string text;                // scalars: as written, quotes and escapes resolved
  Mark text_mark;  // where `text` begins, if the file has it to the letter in one line; else line 0
  std::vector<YamlNode> items;     // sequences
  std::vector<YamlEntry> entries;  // maps, in document order; keys are unique

  bool is_scalar() const { return kind != YamlKind::sequence && kind != YamlKind::map; }
  bool is_text() const { return kind == YamlKind::text; }
  bool is_map() const { return kind == YamlKind::map; }
  bool is_sequence() const { return kind == YamlKind::sequence; }
  bool is_null() const { return kind == YamlKind::null; }
  bool truth() const;  // for booleans
  // Where the byte `at` of the text stands in the file; the value's own place where that is not known.
  Mark mark_at(size_t at) const;
  // The value of a key of this map, or null.
  const YamlNode* find(std::string_view key) const;
  const YamlEntry* find_entry(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Mark key_mark;
  YamlNode value;
};

// "text", "a number", "a list"…: for messages.
std::string_view kind_name(YamlKind kind);

// All documents of a file. Empty after a diagnostic in `sink`; documents before a broken one are still returned with
// `complete` false, so that the good rules of a file load.
struct YamlStream {
  std::vector<YamlNode> documents;
  bool complete = false;
};
YamlStream parse_yaml(std::string_view text, const Limits& limits, DiagnosticSink& sink);

}  // namespace sigrun::sigma
