// Log source tables: how to recognise the events of a source, which Sigma log sources they are, and how they spell their
// fields. docs/taxonomy.md describes the YAML. Read once at load; plain values.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::sigma {

// A rule's field name and the names under which events may hold it, in order of preference.
struct FieldSpelling {
  std::string field;
  std::vector<std::string> spellings;
};

struct TaxonomyEntry {
  LogSource logsource;
  std::optional<Detection> when;      // none: always
  std::vector<FieldSpelling> fields;  // tried before the table's
};

struct TaxonomyTable {
  std::string name, title, file;
  Mark mark;
  int64_t order = 100;
  std::optional<Detection> recognise;  // none: never by itself (a table that only serves --logsource)
  std::vector<TaxonomyEntry> entries;
  std::vector<FieldSpelling> fields;
  std::vector<std::string> templates;  // of `'*'`: "{}" stands for the field's name; never empty

  std::vector<std::string> time_fields;
  int64_t zone_seconds = 0;  // of zoneless times, east of UTC
  int64_t lateness_seconds = 120;
  std::vector<std::vector<std::string>> id_fields;  // alternatives
  std::vector<std::string> envelopes;

  // Spellings of `field` under an entry of this table (null: the table alone), without repetitions.
  std::vector<std::string> spellings(std::string_view field, const TaxonomyEntry* entry) const;
};

// One table for each document. Errors go to the sink; broken tables are left out.
std::vector<TaxonomyTable> read_taxonomy(std::string_view text, const Limits& limits, DiagnosticSink& sink);

}  // namespace sigrun::sigma
