// exists: whether the field is there. fieldref: compare with another field of the event.
#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {

std::string apply_exists(const ModifierContext& context, Operand& operand) {
  if (context.keyword) return "needs a field; keywords have none";
  auto* truth = std::get_if<BoolEquals>(&operand.value);
  if (!truth || !context.first)
    return "needs true or false (unquoted, lower case), and no other modifier before it";
  operand.value = Exists{truth->truth};
  return {};
}

std::string apply_fieldref(const ModifierContext& context, Operand& operand) {
  if (context.keyword) return "needs a field; keywords have none";
  auto* pattern = std::get_if<TextPattern>(&operand.value);
  if (!pattern) return "needs the name of a field";
  if (!pattern->is_literal() || pattern->literal_text().empty())
    return "needs the name of one field, without wildcards; contains, startswith and endswith stand behind "
           "it";
  FieldReference reference;
  reference.field = pattern->literal_text();
  reference.cased = pattern->cased;
  operand.value = std::move(reference);
  return {};
}

}  // namespace sigrun::sigma
