// libFuzzer: any bytes as a configuration file. Whatever is refused is explained, and whatever is accepted is within bounds.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/configuration.h"
#include "config/limit_keys.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  sigrun::DiagnosticSink sink("folder/fuzz.yaml");
  const auto configuration = sigrun::read_configuration(text, sink.file(), sink);
  if (configuration.has_value() == (sink.error_count() > 0)) std::abort();
  for (const auto& diagnostic : sink.diagnostics())
    if (diagnostic.message.empty()) std::abort();
  if (!configuration) return 0;
  for (const sigrun::LimitKey& key : sigrun::limit_keys()) {
    const uint64_t value = key.get(configuration->load.limits);
    if (value < key.bounds.least || value > key.bounds.most) std::abort();
  }
  const sigrun::StateOptions& state = configuration->state;
  if (state.rule_memory > state.memory || state.snapshot_interval_seconds < 1) std::abort();
  if (configuration->load.time.lateness_seconds.value_or(0) < 0) std::abort();
  for (const auto& path : configuration->load.rule_paths)
    if (path.empty()) std::abort();
  return 0;
}
