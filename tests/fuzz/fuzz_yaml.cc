// libFuzzer: any bytes as a rule file. Nothing may crash, hang or grow without bound, and whatever is refused is explained.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "sigma/rule_reader.h"
#include "sigma/rule_set.h"
#include "sigma/yaml.h"

namespace {

size_t count_nodes(const sigrun::sigma::YamlNode& node) {
  size_t count = 1;
  for (const auto& item : node.items) count += count_nodes(item);
  for (const auto& entry : node.entries) count += 1 + count_nodes(entry.value);
  return count;
}

// A rule that was accepted tests something everywhere: an empty part would match every event, or none, in silence.
void check(const sigrun::sigma::Detection& detection) {
  using Kind = sigrun::sigma::Detection::Kind;
  if (detection.kind == Kind::item) {
    if (!detection.item || detection.item->values.empty()) std::abort();
    return;
  }
  if (detection.children.empty()) std::abort();
  for (const auto& child : detection.children) check(child);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const sigrun::Limits limits;

  sigrun::DiagnosticSink yaml_sink("fuzz.yml");
  const sigrun::sigma::YamlStream stream = sigrun::sigma::parse_yaml(text, limits, yaml_sink);
  if (!stream.complete && yaml_sink.error_count() == 0) std::abort();
  size_t nodes = 0;
  for (const auto& document : stream.documents) nodes += count_nodes(document);
  if (nodes > limits.yaml_nodes + stream.documents.size()) std::abort();

  sigrun::DiagnosticSink rule_sink("fuzz.yml");
  sigrun::sigma::RuleFile file = sigrun::sigma::read_rules(text, limits, rule_sink);
  if (file.refused > 0 && rule_sink.error_count() == 0) std::abort();
  for (const auto& rule : file.detections) {
    if (rule.selections.empty()) std::abort();
    for (const auto& selection : rule.selections) check(selection.detection);
  }
  sigrun::sigma::RuleSet set;
  set.add(std::move(file));
  set.link(limits, rule_sink);
  set.link_correlations(limits, rule_sink);
  for (const auto& diagnostic : rule_sink.diagnostics()) {
    if (diagnostic.to_string().empty()) std::abort();
  }
  return 0;
}
