// The public corpora that some tests read: not part of this project. $SIGRUN_CORPUS names their folder, ../shared/corpus if unset.
#pragma once

#include <string>
#include <vector>

#include "support/json_value.h"

namespace sigrun::test {

// The path of a part of the corpora; empty, after a line "SKIPPED: …" on stderr, where it is not there.
std::string corpus_path(const std::string& part, const char* test);

// The lines of an NDJSON file. The texts must outlive the values: both are here.
struct Rows {
  std::string text;
  std::vector<JsonValue> values;
};
// Fails the test on a line that is no JSON.
void read_rows(const std::string& path, Rows& rows);

}  // namespace sigrun::test
