// libFuzzer: any bytes as the condition of a rule. A condition that is accepted names only selections that exist; one that is refused
// says why.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/boolean_expression.h"
#include "sigma/condition.h"

namespace {

void check(const sigrun::sigma::Condition& condition, size_t selections) {
  using Kind = sigrun::sigma::Condition::Kind;
  if (condition.kind == Kind::selection && condition.selection >= selections) std::abort();
  if (condition.kind == Kind::negation && condition.children.size() != 1) std::abort();
  for (size_t index : condition.selections) {
    if (index >= selections) std::abort();
  }
  for (const auto& child : condition.children) check(child, selections);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sigrun::Limits limits;
  static const std::vector<sigrun::sigma::Selection> selections = [] {
    std::vector<sigrun::sigma::Selection> out;
    for (const char* name : {"selection", "selection_img", "selection_cli", "filter_main_a", "filter_optional_b", "keywords",
                             "_hidden", "1", "all", "them"}) {
      out.emplace_back().name = name;
    }
    return out;
  }();
  sigrun::DiagnosticSink sink("fuzz.yml");
  const auto condition = sigrun::sigma::parse_condition(text, selections, sigrun::Mark{1, 1}, limits, sink);
  if (condition) check(*condition, selections.size());
  if (!condition && sink.error_count() == 0) std::abort();

  std::string problem;
  const auto expression = sigrun::sigma::parse_boolean_expression(text, {false, true}, limits, problem);
  if (!expression && problem.empty()) std::abort();
  return 0;
}
