// Patterns as pipelines see them: text in which `*` and `?` are wildcards, `\*` and `\?` the characters, %name% is a
// placeholder, and a backslash elsewhere is itself. (TextPattern::to_sigma also escapes backslashes; expressions in
// pipelines are written against this form.)
//
// A keyword's pattern carries a `*` at both ends that its author did not write: written_pattern leaves them off, and
// as_item_value puts them back. Pure functions.
#pragma once

#include <string>

#include "sigma/rule.h"

namespace sigrun::sigma {

std::string plain_text(const TextPart& part);
std::string plain_text(const TextPattern& pattern);

// The pattern without the wildcards that only being a keyword gave it.
TextPattern written_pattern(const DetectionItem& item, const TextPattern& pattern);
// The value as it must stand in `item`: the inverse.
Value as_item_value(const DetectionItem& item, Value value);

}  // namespace sigrun::sigma
