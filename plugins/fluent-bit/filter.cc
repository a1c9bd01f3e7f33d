// The filter `sigrun`: records that match get one map, all others pass byte for byte.
//
// The host calls it with a chunk of records, on whichever thread and, for some inputs, on a coroutine's stack
// of 24 KiB: frames are small, messages are left to the keeper.
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sigrun/sigrun.h>

#include "host.h"
#include "log.h"
#include "msgpack_reader.h"
#include "msgpack_writer.h"
#include "settings.h"
#include "shared_engine.h"

namespace sigrun::fluentbit {

namespace {

// What one call works with; kept by the instance for the next.
struct Scratch {
  struct Body {
    size_t begin, end;
  };
  std::vector<sigrun_event> events;
  std::vector<Body> bodies;
  MsgpackWriter out;
};

class Filter {
 public:
  Filter(FilterSettings settings, std::shared_ptr<SharedEngine> shared)
      : settings_(std::move(settings)), shared_(std::move(shared)) {}
  ~Filter() { SharedEngines::instance().detach(shared_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  int run(std::string_view chunk, std::string_view tag, void** out, size_t* out_bytes);

 private:
  struct Chunk {
    Filter& filter;
    sigrun_engine* engine;
    Scratch& scratch;
    std::string_view bytes;
    size_t copied = 0;  // of the bytes, into scratch.out
  };

  void collect(std::string_view chunk, Scratch& scratch);
  static void on_result(const sigrun_result* result, void* user) noexcept;
  void annotate(Chunk& chunk, const sigrun_result& result);
  bool marks(Chunk& chunk, const sigrun_result& result) const;
  std::unique_ptr<Scratch> take_scratch();
  void give_scratch(std::unique_ptr<Scratch> scratch);

  const FilterSettings settings_;
  const std::shared_ptr<SharedEngine> shared_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::unique_ptr<Scratch>> idle_;
};

std::unique_ptr<Scratch> Filter::take_scratch() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Scratch> scratch = std::move(idle_.back());
      idle_.pop_back();
      return scratch;
    }
  }
  return std::make_unique<Scratch>();
}
void Filter::give_scratch(std::unique_ptr<Scratch> scratch) {
  scratch->events.clear();
  scratch->bodies.clear();
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(scratch));
}

void Filter::collect(std::string_view chunk, Scratch& scratch) {
  MsgpackReader reader(chunk);
  while (!reader.at_end()) {
    HostRecordView record;
    if (!read_host_record(reader, record)) {
      ++shared_->counts.unreadable_chunks;
      return;
    }
    if (record.group_marker) continue;
    const std::string_view body = chunk.substr(record.body_begin, record.body_end - record.body_begin);
    sigrun_event event{};
    event.size = sizeof event;
    event.form = SIGRUN_MSGPACK;
    event.bytes = body.data();
    event.byte_count = body.size();
    event.received = record.time.seconds * 1'000'000'000 + record.time.nanoseconds;
    if (!settings_.key.empty()) {
      bool there = false;
      if (const std::string_view line = text_of_key(body, settings_.key, there); !line.empty()) {
        event.form = SIGRUN_JSON;
        event.bytes = line.data();
        event.byte_count = line.size();
      }
    }
    scratch.events.push_back(event);
    scratch.bodies.push_back({record.body_begin, record.body_end});
  }
}

// Events that pass because the engine is behind are marked; not all those of a collector that has no rules
// yet.
bool Filter::marks(Chunk& chunk, const sigrun_result& result) const {
  return result.outcome == SIGRUN_DROPPED && sigrun_ready(chunk.engine, nullptr, 0);
}

void Filter::annotate(Chunk& chunk, const sigrun_result& result) {
  const Scratch::Body body = chunk.scratch.bodies[result.index];
  const std::string_view map = chunk.bytes.substr(body.begin, body.end - body.begin);
  MsgpackReader reader(map);
  const std::optional<uint32_t> entries = reader.read_map();
  if (!entries) {
    ++shared_->counts.not_annotated;
    return;
  }
  bool taken = false;
  text_of_key(map, settings_.field, taken);
  if (taken) {
    ++shared_->counts.field_taken;
    return;
  }
  MsgpackWriter& out = chunk.scratch.out;
  if (chunk.copied == 0) out.reserve(chunk.bytes.size() + 4096);
  out.raw(chunk.bytes.substr(chunk.copied, body.begin - chunk.copied));
  out.map(*entries + 1);
  out.raw(map.substr(reader.position()));
  out.text(settings_.field);
  if (result.match_count == 0) {
    out.map(1);
    out.text("dropped");
    out.text(result.problem);
  } else {
    out.map(3);
    out.text("level");
    out.text(result.level);
    out.text("rules");
    out.array(static_cast<uint32_t>(result.match_count));
    for (size_t i = 0; i < result.match_count; ++i) {
      out.map(2);
      out.text("id");
      out.text(result.matches[i]->rule_id);
      out.text("title");
      out.text(result.matches[i]->rule_title);
    }
    out.text("alerts");
    out.array(static_cast<uint32_t>(result.match_count));
    for (size_t i = 0; i < result.match_count; ++i) out.text(result.matches[i]->alert_id);
  }
  chunk.copied = body.end;
}

void Filter::on_result(const sigrun_result* result, void* user) noexcept {
  Chunk& chunk = *static_cast<Chunk*>(user);
  try {
    if (result->problem[0] != '\0') chunk.filter.shared_->note(result->problem);
    if (result->match_count > 0 || chunk.filter.marks(chunk, *result)) chunk.filter.annotate(chunk, *result);
  } catch (...) {
    ++chunk.filter.shared_->counts.not_annotated;
  }
}

int Filter::run(std::string_view chunk, std::string_view tag, void** out, size_t* out_bytes) {
  std::unique_ptr<Scratch> scratch = take_scratch();
  collect(chunk, *scratch);
  const std::shared_ptr<sigrun_engine> engine = shared_->get();
  int answer = flb_filter_no_touch;
  if (!engine) {
    shared_->counts.passed += scratch->events.size();
  } else if (!scratch->events.empty()) {
    if (settings_.input) tag = *settings_.input;
    Chunk state{*this, engine.get(), *scratch, chunk};
    sigrun_evaluate_events(engine.get(), tag.data(), tag.size(), scratch->events.data(),
                           scratch->events.size(), 0, on_result, &state, nullptr, 0);
    if (state.copied != 0) {
      MsgpackWriter& written = scratch->out;
      written.raw(chunk.substr(state.copied));
      if (written.failed()) {
        ++shared_->counts.not_annotated;
        std::free(written.release());
      } else {
        *out_bytes = written.size();
        *out = written.release();
        answer = flb_filter_modified;
      }
    }
  }
  give_scratch(std::move(scratch));
  return answer;
}

int init(flb_filter_instance* instance, flb_config*, void*) noexcept {
  try {
    std::string problem;
    std::optional<FilterSettings> settings = read_filter_settings(
        [&](const char* key) { return flb_filter_get_property(key, instance); }, problem);
    std::shared_ptr<SharedEngine> shared;
    if (settings) shared = SharedEngines::instance().attach(settings->engine, problem);
    if (!shared) {
      log_line(LogLevel::error, problem);
      return -1;
    }
    flb_filter_set_context(instance, new Filter(std::move(*settings), std::move(shared)));
    return 0;
  } catch (const std::exception& error) {
    log_line(LogLevel::error, error.what());
  } catch (...) {
    log_line(LogLevel::error, "unknown failure");
  }
  return -1;
}

int filter(const void* data, size_t bytes, const char* tag, int tag_length, void** out, size_t* out_bytes,
           flb_filter_instance*, flb_input_instance*, void* context, flb_config*) noexcept {
  if (!context || !data) return flb_filter_no_touch;
  try {
    return static_cast<Filter*>(context)->run(
        {static_cast<const char*>(data), bytes},
        {tag ? tag : "", tag && tag_length > 0 ? static_cast<size_t>(tag_length) : 0}, out, out_bytes);
  } catch (...) {  // memory is short
    return flb_filter_no_touch;
  }
}

int exit(void* context, flb_config*) noexcept {
  try {
    delete static_cast<Filter*>(context);
  } catch (...) {
  }
  return 0;
}

}  // namespace

}  // namespace sigrun::fluentbit

extern "C" __attribute__((visibility("default"))) HostFilterPlugin filter_sigrun_plugin;
HostFilterPlugin filter_sigrun_plugin = {
    1,
    0,
    "sigrun",
    "Sigma rules: annotates records that match",
    nullptr,
    nullptr,
    sigrun::fluentbit::init,
    sigrun::fluentbit::filter,
    sigrun::fluentbit::exit,
    nullptr,
    {nullptr, nullptr},
    {},
};
