// The modifiers of Sigma's field syntax, `Field|contains|all`: each turns the value that an author wrote into what is asked
// of the field.
//
// Modifiers apply from left to right to each value of an item. One family per file; the table in modifier.cc names them
// all. `all` and `neq` say how values combine, not what a value is; they live in the item (detection_reader.cc).
// Source: Sigma specification 2.1, appendix "Modifiers". Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "sigma/value.h"
#include "support/limits.h"

namespace sigrun::sigma {

// A value on its way through the chain.
struct Operand {
  Value value;
  std::string written;  // the scalar as the author wrote it; `re` takes it raw
};

// Where in the chain a modifier stands.
struct ModifierContext {
  const Limits& limits;
  bool keyword = false;  // the item has no field
  bool first = true;     // no other value modifier has been applied
  bool encoded = false;  // base64 or base64offset has been applied
};

// Rewrites the operand; returns what is wrong, or an empty text.
using Modifier = std::string (*)(const ModifierContext&, Operand&);

// Null when there is no value modifier of this name.
Modifier find_modifier(std::string_view name);

// The known name nearest to a mistyped one, or empty: for "did you mean".
std::string_view suggest_modifier(std::string_view name);

// Families, one file each.
std::string apply_contains(const ModifierContext&, Operand&);
std::string apply_startswith(const ModifierContext&, Operand&);
std::string apply_endswith(const ModifierContext&, Operand&);
std::string apply_cased(const ModifierContext&, Operand&);
std::string apply_windash(const ModifierContext&, Operand&);
std::string apply_expand(const ModifierContext&, Operand&);
std::string apply_re(const ModifierContext&, Operand&);
std::string apply_ignorecase(const ModifierContext&, Operand&);
std::string apply_multiline(const ModifierContext&, Operand&);
std::string apply_dotall(const ModifierContext&, Operand&);
std::string apply_base64(const ModifierContext&, Operand&);
std::string apply_base64offset(const ModifierContext&, Operand&);
std::string apply_utf16le(const ModifierContext&, Operand&);
std::string apply_utf16be(const ModifierContext&, Operand&);
std::string apply_utf16(const ModifierContext&, Operand&);
std::string apply_lt(const ModifierContext&, Operand&);
std::string apply_lte(const ModifierContext&, Operand&);
std::string apply_gt(const ModifierContext&, Operand&);
std::string apply_gte(const ModifierContext&, Operand&);
std::string apply_minute(const ModifierContext&, Operand&);
std::string apply_hour(const ModifierContext&, Operand&);
std::string apply_day(const ModifierContext&, Operand&);
std::string apply_week(const ModifierContext&, Operand&);
std::string apply_month(const ModifierContext&, Operand&);
std::string apply_year(const ModifierContext&, Operand&);
std::string apply_cidr(const ModifierContext&, Operand&);
std::string apply_exists(const ModifierContext&, Operand&);
std::string apply_fieldref(const ModifierContext&, Operand&);

// What is wrong with an RE2 expression, as `re` says it, or an empty text.
std::string compile_problem(const std::string& expression, const Limits& limits);

// Shared by the families: a number or truth value becomes the text as written. Null pointer when the operand is no text.
TextPattern* as_text(Operand& operand);

}  // namespace sigrun::sigma
