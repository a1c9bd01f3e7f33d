// The engines' counters among the host's own metrics, where /api/v2/metrics and the host's metrics outputs
// have them: those of docs/metrics.md whose labels are known beforehand (matches of each rule are not), with
// the label `config`, and sigrun_filter_…, what filters count.
//
// All series are made in the constructor, in the host's init call: the host reads them on another thread, and
// only values may change then. Nothing happens where the host has no metrics.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared_engine.h"

namespace sigrun::fluentbit {

class HostMetrics {
 public:
  // `context` is the host's, of the input; null: there are no metrics.
  HostMetrics(void* context, std::string config);

  // Sums over engines. Not more than once in ten seconds.
  void update(const std::vector<std::shared_ptr<SharedEngine>>& engines, int64_t now);

 private:
  struct Series {
    void* metric;
    bool counter;
    std::string label;  // the value of the label beside `config`; empty: there is none
  };
  void add(const char* name, bool counter, const char* label, std::vector<const char*> values);
  void set(const Series& series, double value);

  void* const context_;
  std::string config_;
  std::map<std::string, Series, std::less<>> series_;  // by how the engine writes them
  int64_t next_ = 0;
};

}  // namespace sigrun::fluentbit
