#include <fmt/format.h>

#include <charconv>

#include "sigma/pipeline/pipeline.h"

namespace sigrun::sigma {
namespace {

// Variables may hold anything in pySigma, for its query templates; here they serve placeholders, which need texts and
// numbers, and the others are left out with a warning. A placeholder that asks for such a one is an error on its rule.
void read_vars(const YamlNode& node, DiagnosticSink& sink, PlaceholderValues& vars, bool& good) {
  if (node.is_null()) return;
  if (!node.is_map()) {
    sink.error(node.mark, fmt::format("vars must be a map, not {}", kind_name(node.kind)));
    good = false;
    return;
  }
  for (const YamlEntry& entry : node.entries) {
    DiagnosticSink problems(sink.file());
    if (auto values = read_placeholder_values(entry, problems)) vars.emplace(entry.key, std::move(*values));
    for (Diagnostic& problem : problems.take())
      sink.warning(problem.mark, "left out of vars: " + problem.message);
  }
}

bool read_priority(const YamlNode& node, int64_t& priority) {
  const char* end = node.text.data() + node.text.size();
  auto [stop, error] = std::from_chars(node.text.data(), end, priority);
  return node.kind == YamlKind::number && error == std::errc() && stop == end;
}

}  // namespace

std::optional<Pipeline> read_pipeline(std::string_view yaml_text, const Limits& limits,
                                      DiagnosticSink& sink) {
  YamlStream stream = parse_yaml(yaml_text, limits, sink);
  if (!stream.complete) return {};
  if (stream.documents.size() != 1 || !stream.documents[0].is_map()) {
    sink.error(stream.documents.empty() ? Mark{} : stream.documents.back().mark,
               "a pipeline file holds one map");
    return {};
  }
  Pipeline pipeline;
  bool good = true;
  for (const YamlEntry& entry : stream.documents[0].entries) {
    const YamlNode& value = entry.value;
    if (entry.key == "name") {
      if (!value.is_scalar()) {
        sink.error(value.mark, fmt::format("name must be text, not {}", kind_name(value.kind)));
        good = false;
      }
      pipeline.name = value.text;
    } else if (entry.key == "priority") {
      if (!read_priority(value, pipeline.priority)) {
        sink.error(entry.key_mark, "priority must be a whole number");
        good = false;
      }
    } else if (entry.key == "vars") {
      read_vars(value, sink, pipeline.vars, good);
    } else if (entry.key == "transformations") {
      if (auto items = read_processing_items(value, limits, sink))
        pipeline.items = std::move(*items);
      else
        good = false;
    } else if (entry.key == "postprocessing" || entry.key == "finalizers") {
      sink.warning(entry.key_mark,
                   fmt::format("{} act on query text, which is not produced here: ignored", entry.key));
    } else if (entry.key != "allowed_backends") {  // names query languages; says nothing about rules
      sink.error(
          entry.key_mark,
          fmt::format("unknown key '{}' in a pipeline; known are name, priority, vars, transformations, "
                      "postprocessing, finalizers, allowed_backends",
                      entry.key));
      good = false;
    }
  }
  if (!good) return {};
  return pipeline;
}

}  // namespace sigrun::sigma
