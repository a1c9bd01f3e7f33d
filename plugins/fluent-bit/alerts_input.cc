// The input `sigrun_alerts`: what comes out of the alert queues of engines that filters have opened, as
// records.
//
// The host asks once a second on a thread of the input's own, appends what it gets to a chunk, and calls
// Cleanup. It may still lose that: in memory when it is killed, on the way to the chunk when it pauses the
// input. So alerts are acknowledged `acknowledge_after` seconds later, and what is not acknowledged comes
// again, with the same ids: after a pause, after a reload, at the next start. At least once, never not at
// all.
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <sigrun/sigrun.h>

#include "host.h"
#include "host_metrics.h"
#include "json_to_msgpack.h"
#include "log.h"
#include "msgpack_writer.h"
#include "settings.h"
#include "shared_engine.h"

#define SIGRUN_EXPORT extern "C" __attribute__((visibility("default")))

namespace sigrun::fluentbit {

namespace {

constexpr size_t bytes_at_once = 1 << 20;  // a chunk of the host's is 2 MB
constexpr int64_t patience = 3'000'000'000;

class AlertsInput {
 public:
  // `metrics`: the host's, or null.
  AlertsInput(AlertsSettings settings, void* metrics)
      : settings_(std::move(settings)), metrics_(metrics, settings_.engine.config), begun_(steady_clock()) {}
  ~AlertsInput() {
    if (own_) SharedEngines::instance().detach(own_);
  }
  AlertsInput(const AlertsInput&) = delete;
  AlertsInput& operator=(const AlertsInput&) = delete;

  // False: there is nothing.
  bool take(MsgpackWriter& writer) {
    const int64_t now = steady_clock();
    std::vector<std::shared_ptr<SharedEngine>> engines =
        SharedEngines::instance().covered_by(settings_.engine);
    // No filter has opened one: what an earlier process has left in the spool still comes out.
    if (engines.empty() && !own_ && !failed_ && now > begun_ + patience) {
      std::string problem;
      own_ = SharedEngines::instance().attach(settings_.engine, problem);
      if (own_) {
        log_line(LogLevel::warning, settings_.engine.config + ": no filter feeds this sigrun_alerts");
        engines.push_back(own_);
      } else {
        failed_ = true;
        log_line(LogLevel::error, problem);
      }
    }
    const bool again = std::exchange(again_, false);
    for (const auto& engine : engines) {
      if (again || !knows(engine)) engine->rewind_alerts();
      engine->take_alerts([&](const sigrun_queued_alert& alert) { return put(alert, writer); }, now,
                          settings_.acknowledge_after * 1'000'000'000);
    }
    metrics_.update(engines, now);
    known_ = std::move(engines);
    return writer.size() > 0;
  }
  // The host may have dropped what it was given last.
  void come_again() { again_ = true; }

 private:
  bool knows(const std::shared_ptr<SharedEngine>& engine) const {
    for (const auto& known : known_)
      if (known == engine) return true;
    return false;
  }
  int put(const sigrun_queued_alert& alert, MsgpackWriter& writer) {
    const size_t before = writer.size();
    const int64_t now = wall_clock();
    writer.array(2);
    writer.array(2);
    writer.event_time(static_cast<uint32_t>(now / 1'000'000'000), static_cast<uint32_t>(now % 1'000'000'000));
    writer.map(0);
    const std::string_view json(alert.json, alert.json_size);
    if (!json_to_msgpack(json, writer)) {
      writer.map(1);
      writer.text("alert");
      writer.text(json);
    }
    if (writer.failed() || (before > 0 && writer.size() > bytes_at_once)) {
      writer.cut(before);
      return -1;
    }
    return writer.size() < bytes_at_once ? 1 : 0;
  }

  const AlertsSettings settings_;
  HostMetrics metrics_;
  const int64_t begun_;
  std::vector<std::shared_ptr<SharedEngine>> known_;
  std::shared_ptr<SharedEngine> own_;
  bool failed_ = false, again_ = false;
};

// Exit, Pause and Resume name no instance: they are for all.
struct Inputs {
  std::mutex mutex;
  std::vector<std::unique_ptr<AlertsInput>> all;
};
Inputs& inputs() {
  static Inputs* const inputs = new Inputs;  // never destroyed
  return *inputs;
}

// Null: of all instances, for hosts that do not say which.
int collect(const AlertsInput* which, void** data, size_t* size) noexcept {
  *data = nullptr;
  *size = 0;
  try {
    MsgpackWriter writer;
    const std::lock_guard lock(inputs().mutex);
    for (const auto& input : inputs().all)
      if (!which || which == input.get()) input->take(writer);
    if (writer.size() > 0) {
      *size = writer.size();
      *data = writer.release();
    }
  } catch (...) {  // memory is short: what was taken is not acknowledged
  }
  return flb_proxy_ok;
}

}  // namespace

}  // namespace sigrun::fluentbit

using namespace sigrun::fluentbit;

SIGRUN_EXPORT int FLBPluginRegister(HostProxyDefinition* definition) {
  definition->type = flb_proxy_input;
  definition->proxy = flb_proxy_go;
  definition->flags = 0;
  definition->name = "sigrun_alerts";
  definition->description = "Sigma rules: alerts of correlations, and of the engine's health";
  return 0;
}

SIGRUN_EXPORT int FLBPluginInit(HostProxyPlugin* plugin) {
  try {
    std::string problem;
    std::optional<AlertsSettings> settings = read_alerts_settings(
        [&](const char* key) { return plugin->api->input_get_property(key, plugin->instance); }, problem);
    if (!settings) {
      log_line(LogLevel::error, "sigrun_alerts: " + problem);
      return flb_proxy_error;
    }
    void* metrics =
        plugin->api->input_get_metrics ? plugin->api->input_get_metrics(plugin->instance) : nullptr;
    auto input = std::make_unique<AlertsInput>(std::move(*settings), metrics);
    // Older hosts have something else in this place.
    if (plugin->context && !plugin->context->remote_context) plugin->context->remote_context = input.get();
    const std::lock_guard lock(inputs().mutex);
    inputs().all.push_back(std::move(input));
    return flb_proxy_ok;
  } catch (...) {
    return flb_proxy_error;
  }
}

SIGRUN_EXPORT int FLBPluginInputCallbackCtx(void* context, void** data, size_t* size) {
  return collect(static_cast<AlertsInput*>(context), data, size);
}
SIGRUN_EXPORT int FLBPluginInputCallback(void** data, size_t* size) { return collect(nullptr, data, size); }

SIGRUN_EXPORT int FLBPluginInputCleanupCallback(void* data) {
  std::free(data);
  return flb_proxy_ok;
}

SIGRUN_EXPORT void FLBPluginInputPause() {}
SIGRUN_EXPORT void FLBPluginInputResume() {
  try {
    const std::lock_guard lock(inputs().mutex);
    for (const auto& input : inputs().all) input->come_again();
  } catch (...) {
  }
}

SIGRUN_EXPORT int FLBPluginExit() {
  try {
    std::vector<std::unique_ptr<AlertsInput>> gone;
    const std::lock_guard lock(inputs().mutex);
    gone.swap(inputs().all);
  } catch (...) {
  }
  return flb_proxy_ok;
}
