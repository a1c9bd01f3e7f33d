// re and its flags i, m, s: a regular expression in RE2 syntax, searched in the value, case-sensitive unless told.
#include <fmt/format.h>
#include <re2/re2.h>

#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {

std::string compile_problem(const std::string& expression, const Limits& limits) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits.regex_memory);
  RE2 compiled(expression, options);
  if (compiled.ok()) return {};
  std::string hint;
  if (compiled.error_code() == RE2::ErrorBadPerlOp || compiled.error_code() == RE2::ErrorRepeatArgument ||
      compiled.error_code() == RE2::ErrorBadEscape)
    hint =
        "; RE2 has no lookaround, backreferences or atomic groups: use a second item with neq, or a filter "
        "selection";
  return fmt::format("the regular expression does not compile: {}{}", compiled.error(), hint);
}

std::string apply_re(const ModifierContext& context, Operand& operand) {
  if (!context.first) return "must be the first modifier: write re|contains, not contains|re";
  if (std::holds_alternative<IsNull>(operand.value)) return "needs a regular expression";
  if (operand.written.size() > context.limits.regex_bytes)
    return fmt::format("the regular expression has {} bytes; at most {} are taken", operand.written.size(),
                       context.limits.regex_bytes);
  if (std::string problem = compile_problem(operand.written, context.limits); !problem.empty())
    return problem;
  operand.value = RegexPattern{operand.written};
  return {};
}

namespace {

std::string set_flag(Operand& operand, bool RegexPattern::*flag) {
  auto* regex = std::get_if<RegexPattern>(&operand.value);
  if (!regex) return "stands only after re";
  regex->*flag = true;
  return {};
}

}  // namespace

std::string apply_ignorecase(const ModifierContext&, Operand& operand) {
  return set_flag(operand, &RegexPattern::ignore_case);
}
std::string apply_multiline(const ModifierContext&, Operand& operand) {
  return set_flag(operand, &RegexPattern::multiline);
}
std::string apply_dotall(const ModifierContext&, Operand& operand) {
  return set_flag(operand, &RegexPattern::dot_all);
}

}  // namespace sigrun::sigma
